from odoo import api, models

# What a job earns, how it is charged, and why the office has closed it.
OFFICE_FIELDS = frozenset(
    {
        "analytic_account_balance",
        "service_billing",
        "service_close_reason",
        "service_closed_by",
        "service_closed_on",
    }
)


class ProjectProject(models.Model):
    """A job order that is shared with its customer shows them tasks, not what it is worth."""

    _name = "project.project"
    _inherit = ["project.project", "portal.office.mixin"]

    @api.model
    def _is_office_field(self, name):
        """Override: what the office keeps on a job order is for nobody outside."""
        return name in OFFICE_FIELDS or super()._is_office_field(name)
