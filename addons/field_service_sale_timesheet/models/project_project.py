from odoo import models


class ProjectProject(models.Model):
    """The panel of a job order, where Odoo itself counts invoices and bills."""

    _inherit = "project.project"

    def _has_invoices_in_panel(self):
        """Override of `field_service`: `sale_project` puts them there."""
        return True

    def _show_profitability(self):
        """Override of `sale_project`: a job order has a margin, also without a sales order."""
        if self.allow_billable:
            return super()._show_profitability()
        return self._may_see_profitability() and self._is_job_order()

    def _is_job_order(self):
        """Whether it has a price of its own, or interventions are charged to it."""
        self.ensure_one()
        return bool(
            self.sudo().service_price
            or self.env["service.intervention"]
            .sudo()
            .search_count([("project_id", "=", self.id)], limit=1)
        )
