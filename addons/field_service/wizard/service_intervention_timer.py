from odoo import fields, models


class ServiceInterventionTimer(models.TransientModel):
    """Asks when work ended whose timer was forgotten."""

    _name = "service.intervention.timer"
    _description = "Correct a Timer"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    start = fields.Datetime(string="Running since", readonly=True)
    stop = fields.Datetime(string="The work ended")
    break_minutes = fields.Integer(string="Break (minutes)")
    name = fields.Char(string="Description")

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.stop_timer(
            stop=self.stop and fields.Datetime.to_string(self.stop),
            break_minutes=self.break_minutes,
            name=self.name or None,
        )
        return {"type": "ir.actions.act_window_close"}

    def action_discard(self):
        """Record nothing: the timer was started by mistake."""
        self.ensure_one()
        self.intervention_id.discard_timer()
        return {"type": "ir.actions.act_window_close"}
