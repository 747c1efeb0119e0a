from odoo import models

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

    _inherit = "project.project"

    def _has_field_access(self, field, operation):
        """Override of the ORM: what the office keeps on a job order is for nobody outside."""
        if not super()._has_field_access(field, operation):
            return False
        return field.name not in OFFICE_FIELDS or self.env.su or not self.env.user.share
