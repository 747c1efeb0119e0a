from odoo import models


class ServiceIntervention(models.Model):
    """How much a technician outside may send: enough for a bad day, too little for a flood."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    def _create_follow_up(self, values):
        """Override of `field_service` to count what is asked for from the site."""
        self.env["portal.act"]._count("fault")
        return super()._create_follow_up(values)

    def _check_expense(self, values):
        """Override of `expense_capture` to count expenses."""
        self.env["portal.act"]._count("expense")
        return super()._check_expense(values)

    def _keep_receipt(self, file, user):
        """Override of `expense_capture` to count receipts: each is an expense."""
        self.env["portal.act"]._count("expense")
        return super()._keep_receipt(file, user)
