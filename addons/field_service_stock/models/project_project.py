from odoo import models
from odoo.fields import Domain


class ProjectProject(models.Model):
    """The budget of a job order counts a part from the van once."""

    _inherit = "project.project"

    def _get_other_cost_domain(self):
        """Override of `field_service`: what a move books is the cost of its work line."""
        moves_sudo = (
            self.env["stock.move"]
            .sudo()
            .search(
                Domain("service_work_line_id", "!=", False)
                & Domain("service_project_id.account_id", "=", self.account_id.id)
            )
        )
        return super()._get_other_cost_domain() & Domain(
            "id", "not in", moves_sudo.analytic_account_line_ids.ids
        )
