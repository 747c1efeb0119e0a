from odoo import api, fields, models


class HelpdeskStage(models.Model):
    """Where a ticket stands, and whose time is running meanwhile."""

    _name = "helpdesk.stage"
    _description = "Helpdesk Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        selection=[("open", "Open"), ("solved", "Solved"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
        help="A ticket enters a solved stage with a cause and a solution only.",
    )
    closed = fields.Boolean(compute="_compute_closed", store=True)
    waiting = fields.Boolean(
        string="Waiting for the customer",
        help="The clock of the service level stands still while a ticket is here.",
    )
    fold = fields.Boolean(
        string="Folded", compute="_compute_fold", store=True, readonly=False, precompute=True
    )
    team_ids = fields.Many2many(
        "helpdesk.team",
        relation="helpdesk_stage_team_rel",
        string="Teams",
        help="Leave empty if all teams use this stage.",
    )

    @api.depends("kind")
    def _compute_closed(self):
        for stage in self:
            stage.closed = stage.kind != "open"

    @api.depends("kind")
    def _compute_fold(self):
        for stage in self:
            stage.fold = stage.kind != "open"

    def _of_team(self, team):
        """Those stages of the set that a team uses."""
        return self.filtered(lambda stage: not stage.team_ids or team in stage.team_ids)

    def _get_clock(self):
        """Whose time runs in this stage, in the words of ``sla_clock.Segment``."""
        self.ensure_one()
        if self.closed:
            return "closed"
        return "waiting" if self.waiting else "ours"
