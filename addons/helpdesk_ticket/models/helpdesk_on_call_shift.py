from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HelpdeskOnCallShift(models.Model):
    """Who answers for a team outside its working hours, and during which days and nights."""

    _name = "helpdesk.on.call.shift"
    _description = "On-call Shift"
    _order = "start, id"
    _check_company_auto = True

    team_id = fields.Many2one(
        "helpdesk.team", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="On call",
        required=True,
        domain=[("share", "=", False)],
        ondelete="restrict",
        check_company=True,
        index=True,
    )
    start = fields.Datetime(string="From", required=True)
    stop = fields.Datetime(string="Until", required=True)
    note = fields.Char(help="E.g. a telephone number for these days.")

    _stop_after_start = models.Constraint("CHECK (stop > start)", "A shift ends after it starts.")
    _team_stop_idx = models.Index("(team_id, stop)")

    @api.depends("team_id", "user_id")
    def _compute_display_name(self):
        for shift in self:
            shift.display_name = f"{shift.user_id.name or ''} · {shift.team_id.name or ''}"

    @api.constrains("team_id", "start", "stop")
    def _check_no_overlap(self):
        if not self:
            return
        others = self.search(
            [
                ("team_id", "in", self.team_id.ids),
                ("start", "<", max(self.mapped("stop"))),
                ("stop", ">", min(self.mapped("start"))),
            ],
            order="team_id, start, id",
        )
        for team, shifts in others.grouped("team_id").items():
            before = None
            for shift in shifts.sorted("start"):
                if before and shift.start < before.stop:
                    raise ValidationError(
                        self.env._(
                            "%(first)s and %(second)s would both be on call for %(team)s from "
                            "%(start)s on. End the first shift before the second one begins.",
                            first=before.user_id.name,
                            second=shift.user_id.name,
                            team=team.name,
                            start=fields.Datetime.context_timestamp(self, shift.start).strftime(
                                "%d/%m/%Y %H:%M"
                            ),
                        )
                    )
                before = shift

    @api.model
    def _get_current(self, teams, moment):
        """Return the shift of each of these teams at a moment, as a dict."""
        shifts = self.search(
            [("team_id", "in", teams.ids), ("start", "<=", moment), ("stop", ">", moment)]
        )
        return {shift.team_id: shift for shift in shifts}
