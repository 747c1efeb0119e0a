from odoo import api, models

# How settings begin that say what we charge and pay, and when we stop working for somebody.
OFFICE_SETTINGS = ("service_", "expense_", "situation_")


class ResCompany(models.Model):
    """Odoo lets everybody read the company, who is outside its address but not its settings."""

    _name = "res.company"
    _inherit = ["res.company", "portal.office.mixin"]

    @api.model
    def _is_office_field(self, name):
        """Override: margins, costs and limits are for nobody outside."""
        return name.startswith(OFFICE_SETTINGS) or super()._is_office_field(name)
