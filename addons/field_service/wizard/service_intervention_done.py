from odoo import api, fields, models


class ServiceInterventionDone(models.TransientModel):
    """Asks for the two sentences that make a solved problem findable."""

    _name = "service.intervention.done"
    _description = "Close an Intervention"

    intervention_id = fields.Many2one("service.intervention", required=True)
    needs_solution = fields.Boolean(related="intervention_id.type_id.needs_solution")
    cause_id = fields.Many2one(
        "service.cause",
        string="Kind of cause",
        compute="_compute_from_intervention",
        store=True,
        readonly=False,
    )
    cause = fields.Text(compute="_compute_from_intervention", store=True, readonly=False)
    solution = fields.Text(compute="_compute_from_intervention", store=True, readonly=False)

    @api.depends("intervention_id")
    def _compute_from_intervention(self):
        for wizard in self:
            # Stored values are worked out in sudo: only for who may read what they come from.
            wizard.intervention_id.sudo(False).check_access("read")
            intervention = wizard.intervention_id
            wizard.cause_id = intervention.cause_id
            wizard.cause = intervention.cause or intervention.ticket_id.cause
            wizard.solution = intervention.solution or intervention.ticket_id.solution

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.action_done(
            cause=self.cause or None,
            solution=self.solution or None,
            cause_id=self.cause_id.id or None,
        )
        return {"type": "ir.actions.act_window_close"}
