from odoo import fields, models

from ..models.service_intervention_waiting import WAITING_KINDS


class ServiceInterventionWait(models.TransientModel):
    """Asks what an intervention waits for, and until when."""

    _name = "service.intervention.wait"
    _description = "Wait"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    kind = fields.Selection(
        selection=WAITING_KINDS, string="Waiting for", required=True, default="parts"
    )
    reason = fields.Char(string="What exactly", required=True)
    until = fields.Date(string="Expected on")

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.set_waiting(
            reason=self.reason,
            until=self.until and fields.Date.to_string(self.until),
            kind=self.kind,
        )
        return {"type": "ir.actions.act_window_close"}
