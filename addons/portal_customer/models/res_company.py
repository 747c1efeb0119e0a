from odoo import models

# How settings begin that say what we charge and pay, and when we stop working for somebody.
OFFICE_SETTINGS = ("service_", "expense_", "situation_")


class ResCompany(models.Model):
    """Odoo lets everybody read the company, who is outside its address but not its settings."""

    _inherit = "res.company"

    def _has_field_access(self, field, operation):
        """Override of the ORM: margins, costs and limits are for nobody outside."""
        if not super()._has_field_access(field, operation):
            return False
        return not field.name.startswith(OFFICE_SETTINGS) or self.env.su or not self.env.user.share
