from odoo import fields, models


class ServiceInterventionSubcontract(models.TransientModel):
    """Asks which firm does the work, and until when."""

    _name = "service.intervention.subcontract"
    _description = "Give to Another Firm"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Firm",
        required=True,
        domain="[('is_company', '=', True), ('child_ids.is_service_coordinator', '=', True)]",
    )
    deadline = fields.Date(string="To be done by")

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.ask_subcontractor(
            self.partner_id.id, deadline=fields.Date.to_string(self.deadline) or None
        )
        return {"type": "ir.actions.act_window_close"}
