from odoo import fields, models


class ServiceInterventionWait(models.TransientModel):
    """Asks what an intervention waits for, and until when."""

    _name = "service.intervention.wait"
    _description = "Wait"

    intervention_id = fields.Many2one("service.intervention", required=True)
    reason = fields.Char(string="Waiting for", required=True)
    until = fields.Date(string="Expected on")

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.set_waiting(
            reason=self.reason, until=self.until and fields.Date.to_string(self.until)
        )
        return {"type": "ir.actions.act_window_close"}
