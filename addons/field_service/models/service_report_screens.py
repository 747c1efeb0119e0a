from odoo import models


class ServiceReport(models.Model):
    """The button that proves a report."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.report"

    def action_verify(self):
        """Tell whether the stored PDF is still the one that was signed."""
        intact = self.verify()["intact"]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if intact else "danger",
                "sticky": not intact,
                "message": (
                    self.env._("The PDF is the one that was closed: its hash is the same.")
                    if intact
                    else self.env._("The PDF is not the one that was closed.")
                ),
            },
        }

    def action_open_return_visit_dialog(self):
        """Ask for the visit that finishes what this report has left."""
        self.ensure_one()
        self.check_access("read")
        return self.intervention_id.action_open_return_visit_dialog()
