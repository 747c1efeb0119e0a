from datetime import timedelta

from odoo import api, fields, models


class ServiceInterventionPlan(models.TransientModel):
    """Asks who goes when, and tells before saving what stands against it."""

    _name = "service.intervention.plan"
    _description = "Plan a Visit"

    intervention_id = fields.Many2one("service.intervention", required=True)
    company_id = fields.Many2one(related="intervention_id.company_id")
    start = fields.Datetime(required=True, default=lambda self: self._default_start())
    stop = fields.Datetime(
        compute="_compute_stop", store=True, readonly=False, required=True, precompute=True
    )
    # The public record of the same person: dispatchers read no personnel records.
    employee_ids = fields.Many2many(
        "hr.employee.public",
        relation="service_intervention_plan_employee_rel",
        string="Technicians",
        compute="_compute_employee_ids",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    contact_id = fields.Many2one(related="intervention_id.contact_id")
    invite_customer = fields.Boolean(
        string="Ask the contact to confirm too", help="They get a mail with the date."
    )
    warning = fields.Text(compute="_compute_warning")

    @api.model
    def _default_start(self):
        """The next full hour."""
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        return now + timedelta(hours=1)

    @api.depends("intervention_id", "start")
    def _compute_stop(self):
        for wizard in self:
            hours = wizard.intervention_id.type_id.expected_hours or 1.0
            wizard.stop = wizard.start and wizard.start + timedelta(hours=hours)

    @api.depends("intervention_id")
    def _compute_employee_ids(self):
        for wizard in self:
            technicians = wizard.intervention_id.technician_ids
            wizard.employee_ids = wizard.employee_ids.browse(technicians.ids)

    @api.depends("employee_ids", "start", "stop")
    def _compute_warning(self):
        for wizard in self:
            warnings = []
            if wizard.start and wizard.stop and wizard.start < wizard.stop:
                technicians = self.env["hr.employee"].browse(wizard.employee_ids._origin.ids)
                warnings = wizard.intervention_id._get_planning_warnings(
                    technicians, wizard.start, wizard.stop
                )
            wizard.warning = "\n".join(warnings)

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.plan(
            start=fields.Datetime.to_string(self.start),
            stop=fields.Datetime.to_string(self.stop),
            employee_ids=self.employee_ids.ids,
            invite_customer=self.invite_customer,
        )
        return {"type": "ir.actions.act_window_close"}
