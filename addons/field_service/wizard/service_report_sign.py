from odoo import api, fields, models

from .service_intervention_follow_up import read_parts

# Work is left after these.
OUTCOMES_TO_RETURN = ("to_complete", "waiting_parts")


class ServiceReportSign(models.TransientModel):
    """The screen on which the customer signs, or on which it is said why not."""

    _name = "service.report.sign"
    _description = "Sign a Report"
    _inherit = ["dialog.mixin"]

    report_id = fields.Many2one("service.report", required=True)
    work_line_ids = fields.One2many(related="report_id.work_line_ids")
    outcome = fields.Selection(
        selection="_selection_outcome",
        compute="_compute_outcome",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    is_refused = fields.Boolean(string="Not signed")
    refusal_reason = fields.Char(string="Why not")
    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True)
    role = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True)
    remark = fields.Text(string="Remark or reservation")
    signature = fields.Binary()
    currency_id = fields.Many2one(related="report_id.currency_id")
    collected_amount = fields.Monetary(string="Collected on site")
    collected_means = fields.Selection(selection="_selection_collected_means", string="By")

    asks_return = fields.Boolean(string="Ask for a return visit")
    missing_parts = fields.Text(help="One per line.")

    def _selection_outcome(self):
        return self.env["service.report"]._fields["outcome"]._description_selection(self.env)

    def _selection_collected_means(self):
        return (
            self.env["service.report"]._fields["collected_means"]._description_selection(self.env)
        )

    @api.depends("report_id")
    def _compute_outcome(self):
        for wizard in self:
            # Stored values are worked out in sudo: only for who may read what they come from.
            wizard.report_id.sudo(False).check_access("read")
            wizard.outcome = wizard.report_id.outcome or "solved"

    @api.depends("report_id")
    def _compute_name(self):
        for wizard in self:
            # Stored values are worked out in sudo: only for who may read what they come from.
            wizard.report_id.sudo(False).check_access("read")
            contact = wizard.report_id.intervention_id.contact_id
            wizard.name = contact.name
            wizard.role = contact.function

    def action_confirm(self):
        self.ensure_one()
        self._set_outcome()
        if self.is_refused:
            self.report_id.close_unsigned(reason=self.refusal_reason, remark=self.remark)
        else:
            self.report_id.sign(
                name=self.name,
                role=self.role,
                image=self.signature.decode() if self.signature else None,
                remark=self.remark,
                collected_amount=self.collected_amount,
                collected_means=self.collected_means,
            )
        if self.asks_return and self.outcome in OUTCOMES_TO_RETURN:
            asked = self.report_id.intervention_id.action_return_visit(
                parts=read_parts(self.missing_parts)
            )
            return self.report_id.intervention_id._tell_asked(asked)
        return {"type": "ir.actions.act_window_close"}

    def _set_outcome(self):
        report = self.report_id
        if report.outcome != self.outcome:
            report._check_may_close()
            # Technicians write no reports; they may close this one, which was checked.
            report_sudo = report.sudo()
            report_sudo.outcome = self.outcome
