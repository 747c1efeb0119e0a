from odoo import fields, models


class ServiceInterventionAnswer(models.TransientModel):
    """Asks somebody who cannot come as planned for the reason or for another time."""

    _name = "service.intervention.answer"
    _description = "Answer a Visit"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    event_id = fields.Many2one("calendar.event", string="Visit", required=True)
    shown_start = fields.Datetime(
        string="Planned for", default=lambda self: self._default_shown_start()
    )
    answer = fields.Selection(
        selection=[("declined", "I cannot come"), ("tentative", "Another time suits me")],
        required=True,
        default="declined",
    )
    reason = fields.Char()
    proposed_start = fields.Datetime(string="Proposed time")

    def _default_shown_start(self):
        event_id = self.env.context.get("default_event_id")
        return event_id and self.env["calendar.event"].browse(event_id).start

    def action_confirm(self):
        self.ensure_one()
        self.event_id.answer_visit(
            answer=self.answer,
            reason=self.reason or None,
            start=self.shown_start and fields.Datetime.to_string(self.shown_start),
            proposed_start=(
                fields.Datetime.to_string(self.proposed_start)
                if self.answer == "tentative" and self.proposed_start
                else None
            ),
        )
        return {"type": "ir.actions.act_window_close"}
