from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_SHIFTS = 200


class HelpdeskOnCallRota(models.TransientModel):
    """Plans on-call shifts that go round among the members of a team."""

    _name = "helpdesk.on.call.rota"
    _description = "Plan On-call Shifts"
    _inherit = ["dialog.mixin"]

    team_id = fields.Many2one("helpdesk.team", required=True)
    user_ids = fields.Many2many(
        "res.users",
        string="In turn",
        compute="_compute_user_ids",
        store=True,
        readonly=False,
        domain=[("share", "=", False)],
        help="In the order in which they are listed.",
    )
    date_start = fields.Date(
        string="From", required=True, default=lambda self: self._get_next_monday()
    )
    hour = fields.Float(string="Change at", default=8, help="When one takes over from the other.")
    days = fields.Integer(string="Days each", default=7, required=True)
    date_stop = fields.Date(string="Until", required=True)

    @api.depends("team_id")
    def _compute_user_ids(self):
        for rota in self:
            rota.user_ids = rota.team_id.member_ids

    def _get_next_monday(self):
        today = fields.Date.context_today(self)
        return today + timedelta(days=(7 - today.weekday()) % 7)

    def action_confirm(self):
        """Plan the shifts and show them."""
        self.ensure_one()
        values = self._prepare_shifts()
        self.env["helpdesk.on.call.shift"].create(values)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "helpdesk_ticket.helpdesk_on_call_shift_action"
            ),
            "domain": [("team_id", "=", self.team_id.id)],
        }

    def _prepare_shifts(self):
        if not self.user_ids:
            raise UserError(self.env._("Say who takes turns."))
        if self.days < 1 or self.date_stop <= self.date_start:
            raise UserError(self.env._("The rota ends after it starts, and each turn has a day."))
        if (self.date_stop - self.date_start).days > MAX_SHIFTS * self.days:
            raise UserError(self.env._("That is too far ahead. Choose an earlier end."))
        timezone = self.team_id._get_timezone()
        changes = [self.date_start]
        while changes[-1] < self.date_stop:
            changes.append(min(changes[-1] + timedelta(days=self.days), self.date_stop))
        moments = [self._at(day, timezone) for day in changes]
        return [
            {
                "team_id": self.team_id.id,
                "user_id": self.user_ids[turn % len(self.user_ids)].id,
                "start": start,
                "stop": stop,
            }
            for turn, (start, stop) in enumerate(zip(moments, moments[1:], strict=False))
        ]

    def _at(self, day, timezone):
        """The moment of change on a day, by the clock on the wall: naive UTC."""
        local = datetime.combine(day, time()) + timedelta(hours=self.hour)
        return timezone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)
