from datetime import timedelta

from odoo import fields, models

from ..tools.priority import select_priority


class HelpdeskTeam(models.Model):
    """Who answers outside the working hours of a team."""

    _inherit = "helpdesk.team"

    shift_ids = fields.One2many("helpdesk.on.call.shift", "team_id", string="On-call Shifts")
    on_call_priority = fields.Selection(
        selection=select_priority,
        string="On call from priority",
        default="3",
        help="Outside working hours, new tickets of this priority or a higher one are given to "
        "whoever is on call. Empty: all tickets.",
    )
    on_call_user_id = fields.Many2one(
        "res.users", string="On call now", compute="_compute_on_call_user_id"
    )

    def _compute_on_call_user_id(self):
        shifts = self.env["helpdesk.on.call.shift"]._get_current(self, fields.Datetime.now())
        for team in self:
            team.on_call_user_id = shifts[team].user_id if team in shifts else False

    def _is_at_work(self, moment):
        """Whether the team works at a moment, by its calendar or its company's."""
        self.ensure_one()
        # Whoever opens a ticket needn't read calendars.
        team_sudo = self.sudo()
        calendar = team_sudo.calendar_id or team_sudo.company_id.resource_calendar_id
        intervals = calendar._helpdesk_intervals(moment, timedelta(hours=1))
        return any(start <= moment < stop for start, stop in intervals)

    def _get_on_call(self, moment):
        """Who is on call for each of these teams: nobody while the team itself is at work.

        :return: users by team; teams without are missing
        """
        # The rota is no secret from whoever opens a ticket at night.
        shifts_sudo = self.env["helpdesk.on.call.shift"].sudo()._get_current(self, moment)
        return {
            team: shift.user_id
            for team, shift in shifts_sudo.items()
            if not team._is_at_work(moment)
        }


class HelpdeskTicket(models.Model):
    """Tickets that arrive, or fall due, while the team is at home."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    def write(self, vals):
        result = super().write(vals)
        if "priority" in vals or "team_id" in vals:
            self._call_out()
        return result

    def _assign(self):
        """Override: at night there is one person only."""
        self._call_out()
        return super()._assign()

    def _call_out(self):
        """Give urgent tickets that nobody has in hand to whoever is on call now."""
        waiting = self.filtered(lambda ticket: not ticket.user_id and not ticket.closed)
        if not waiting:
            return
        on_call = waiting.team_id._get_on_call(fields.Datetime.now())
        for team, tickets in waiting.grouped("team_id").items():
            if team in on_call:
                tickets.filtered(
                    lambda ticket, least=team.on_call_priority: (
                        not least or (ticket.priority or "0") >= least
                    )
                ).user_id = on_call[team]
