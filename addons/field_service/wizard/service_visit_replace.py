from odoo import api, fields, models


class ServiceVisitReplace(models.TransientModel):
    """Asks who goes to a visit instead, and tells before saving what stands against it."""

    _name = "service.visit.replace"
    _description = "Replace a Technician"
    _inherit = ["dialog.mixin"]

    answer_id = fields.Many2one("service.visit.answer", required=True)
    event_id = fields.Many2one(related="answer_id.event_id")
    start = fields.Datetime(related="answer_id.start")
    partner_id = fields.Many2one(related="answer_id.partner_id", string="Instead of")
    intervention_id = fields.Many2one(related="answer_id.intervention_id")
    company_id = fields.Many2one(related="answer_id.company_id")
    # The public record of the same person: dispatchers read no personnel records.
    employee_id = fields.Many2one(
        "hr.employee.public",
        string="Who goes",
        required=True,
        domain="[('company_id', '=', company_id), ('takes_visits', '=', True)]",
    )
    warning = fields.Text(compute="_compute_warning")

    @api.depends("employee_id")
    def _compute_warning(self):
        for wizard in self:
            warnings = []
            if wizard.employee_id:
                visit = wizard.event_id
                technician = self.env["hr.employee"].browse(wizard.employee_id.id)
                warnings = wizard.intervention_id._get_planning_warnings(
                    technician, visit.start, visit.stop
                )
            wizard.warning = "\n".join(warnings)

    def action_confirm(self):
        self.ensure_one()
        self.answer_id.replace(employee_id=self.employee_id.id)
        return {"type": "ir.actions.act_window_close"}
