from odoo import api, fields, models
from odoo.exceptions import UserError

from .service_work_line_cost import OWN_COST


class AccountAnalyticLine(models.Model):
    """Hours and parts of an intervention: written by its work lines, read-only elsewhere."""

    _inherit = "account.analytic.line"

    service_work_line_ids = fields.One2many(
        "service.work.line",
        "analytic_line_id",
        string="Work lines",
        groups="field_service.field_service_group_cost",
    )

    def _is_readonly(self):
        """Override of `hr_timesheet`: Campo's timesheets are corrected on the intervention."""
        return super()._is_readonly() or bool(self._get_service_lines())

    def write(self, vals):
        if not {"unit_amount", "employee_id", "date", "project_id", "amount"}.isdisjoint(vals):
            self._check_not_of_service()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_service(self):
        self._check_not_of_service()

    def _check_not_of_service(self):
        if self.env.context.get("field_service_own_cost") is OWN_COST:
            return
        if work := self._get_service_lines():
            raise UserError(
                self.env._(
                    "These hours belong to intervention %(intervention)s. Correct them there.",
                    intervention=work[0].intervention_id.display_name,
                )
            )

    def _get_service_lines(self):
        # Whoever touches the cost line is told where it comes from, with no right to the work.
        return (
            self.env["service.work.line"]
            .sudo()
            .search([("analytic_line_id", "in", self.ids)], limit=1)
        )
