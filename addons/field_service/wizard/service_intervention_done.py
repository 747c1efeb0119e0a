from odoo import api, fields, models


class ServiceInterventionDone(models.TransientModel):
    """Asks for the two sentences that make a solved problem findable."""

    _name = "service.intervention.done"
    _description = "Close an Intervention"
    _inherit = ["dialog.mixin", "knowledge.closing.mixin"]
    _closing_field = "intervention_id"

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
            proposal = wizard._get_proposal()
            wizard.cause = (
                intervention.cause or intervention.ticket_id.cause or proposal.get("cause")
            )
            wizard.solution = (
                intervention.solution or intervention.ticket_id.solution or proposal.get("solution")
            )

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.action_done(
            cause=self.cause or None,
            solution=self.solution or None,
            cause_id=self.cause_id.id or None,
        )
        self._note_solved()
        return {"type": "ir.actions.act_window_close"}

    def action_confirm_and_make_article(self):
        """Close the intervention, and begin an article with what it tells."""
        self.action_confirm()
        return self.intervention_id.action_make_article()
