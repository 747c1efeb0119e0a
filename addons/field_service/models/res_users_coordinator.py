from odoo import models


class ResUsers(models.Model):
    """A firm's coordinator: somebody outside who sends the firm's own people for us."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.users"

    def _is_coordinator(self):
        """Whether this user, who is none of ours, coordinates a firm that works for us."""
        self.ensure_one()
        # Whether somebody coordinates their firm is no secret to them.
        return self.share and self.sudo().partner_id.is_service_coordinator

    def _get_coordinated_people_sudo(self):
        """Employees of ours who belong to the coordinator's firm, in sudo; none for anybody else.

        Somebody belongs to the firm that their contact, or that of their user, belongs to.
        """
        self.ensure_one()
        # Coordinators read no personnel records: these are their own people.
        employees_sudo = self.env["hr.employee"].sudo()
        if not self._is_coordinator():
            return employees_sudo
        return self.partner_id.commercial_partner_id._get_firm_people_sudo()
