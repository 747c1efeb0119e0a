from collections import defaultdict

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


class HelpdeskTeam(models.Model):
    """Who gets the next ticket: in turn or by load, and only whoever is there today.

    Whoever has no more working hours today, or is on leave, gets none, as far as their working
    hours are known (``resource.resource`` of the user); neither does whoever pauses.
    """

    _inherit = "helpdesk.team"

    paused_ids = fields.Many2many(
        "res.users",
        relation="helpdesk_team_paused_rel",
        string="Take no new tickets",
        domain="[('id', 'in', member_ids)]",
        help="Members who are passed over for now; tickets can be given to them by hand.",
    )
    # A sequence of the database gives two people at once two different turns, and neither waits.
    turn_sequence_id = fields.Many2one(
        "ir.sequence", copy=False, ondelete="restrict", export_string_translation=False
    )
    is_member = fields.Boolean(compute="_compute_is_member", export_string_translation=False)
    is_paused = fields.Boolean(compute="_compute_is_member", export_string_translation=False)

    @api.depends_context("uid")
    @api.depends("member_ids", "paused_ids")
    def _compute_is_member(self):
        for team in self:
            team.is_member = self.env.user in team.member_ids
            team.is_paused = self.env.user in team.paused_ids

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        teams._ensure_turns()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if "assignment" in vals:
            self._ensure_turns()
        return result

    def unlink(self):
        # Whoever may delete a team takes its turns away with it.
        sequences_sudo = self.sudo().turn_sequence_id
        result = super().unlink()
        sequences_sudo.unlink()
        return result

    def _ensure_turns(self):
        """Give teams that assign in turn something to count by."""
        # Sequences are the administrators'; whoever may set up a team may have it count.
        teams_sudo = self.sudo().filtered(
            lambda team: team.assignment == "round_robin" and not team.turn_sequence_id
        )
        sequences_sudo = teams_sudo.env["ir.sequence"].create(
            [
                {"name": f"Helpdesk team {team.id}: turns", "company_id": team.company_id.id}
                for team in teams_sudo
            ]
        )
        for team, sequence in zip(teams_sudo, sequences_sudo, strict=True):
            team.turn_sequence_id = sequence

    # === PUBLIC METHODS === #

    def set_taking_tickets(self, taking):
        """Have oneself passed over, or not any more, when these teams give out new tickets.

        :return: ``{"taking": …}``
        """
        self.check_access("read")
        if any(self.env.user not in team.member_ids for team in self):
            raise AccessError(self.env._("Only the members of a team take its tickets."))
        # Members don't set up teams; about themselves they decide.
        teams_sudo = self.sudo()
        if taking:
            teams_sudo.paused_ids -= self.env.user
        else:
            for team in teams_sudo:
                team.paused_ids |= self.env.user
        return {"taking": bool(taking)}

    def action_pause(self):
        self.set_taking_tickets(False)

    def action_resume(self):
        self.set_taking_tickets(True)

    # === BUSINESS METHODS === #

    def _pick_assignees(self, number):
        """Choose who gets the next tickets, among the members who are there.

        :return: list of ``number`` users, of empty recordsets if nobody is there
        """
        self.ensure_one()
        present = self._get_present_members() if self.assignment != "manual" else None
        if not present:
            return [self.env["res.users"]] * number
        if self.assignment == "round_robin":
            return self._pick_in_turn(present, number)
        return self._pick_balanced(present, number)

    def _pick_balanced(self, present, number):
        """The least loaded first."""
        load = dict.fromkeys(present, 0)
        load.update(
            self.env["helpdesk.ticket"]._read_group(
                [("user_id", "in", present.ids), ("closed", "=", False)], ["user_id"], ["__count"]
            )
        )
        chosen = []
        for _turn in range(number):
            user = min(load, key=lambda member: (load[member], member.id))
            load[user] += 1
            chosen.append(user)
        return chosen

    def _pick_in_turn(self, present, number):
        """Whoever comes after the last one; the turn of who is absent passes to the next."""
        members = self.member_ids.sorted("id")
        chosen = []
        # Draws again for turns of absent people only, however many tickets there are.
        while len(chosen) < number:
            turns = self._draw_turns(number - len(chosen))
            chosen += [
                members[turn % len(members)]
                for turn in turns
                if members[turn % len(members)] in present
            ]
        return chosen

    def _draw_turns(self, number):
        """Draw so many turns, which nobody else gets."""
        # See `_ensure_turns`. SQL, because the ORM draws numbers one by one.
        sequence_sudo = self.sudo().turn_sequence_id
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence_sudo.id:03d}",
                number,
            )
        )
        return [turn for (turn,) in rows]

    # === PRESENCE === #

    def _get_present_members(self):
        """Members who take new tickets and have working hours left today."""
        self.ensure_one()
        members = self.member_ids - self.paused_ids
        return members - self._get_absent(members, fields.Datetime.now())

    def _get_absent(self, users, moment):
        """Those of the users who, as far as it is known, don't work any more on this day."""
        # Whoever opens a ticket needn't read working hours and leaves.
        resources_sudo = (
            self.env["resource.resource"]
            .sudo()
            .search(
                [
                    ("user_id", "in", users.ids),
                    ("resource_type", "=", "user"),
                    ("company_id", "in", [self.company_id.id, False]),
                ]
            )
        )
        if not resources_sudo:
            return users.browse()
        start = pytz.utc.localize(moment).astimezone(self._get_timezone())
        stop = start.replace(hour=23, minute=59, second=59)
        worked, _by_calendar = resources_sudo._get_valid_work_intervals(start, stop)
        # Whoever works without a calendar has leaves, too.
        away = (
            resources_sudo.env["resource.calendar.leaves"]
            .search(
                Domain("resource_id", "in", resources_sudo.ids)
                & Domain("date_from", "<=", moment)
                & Domain("date_to", ">=", stop.astimezone(pytz.utc).replace(tzinfo=None))
            )
            .resource_id
        )
        there = resources_sudo.filtered(lambda resource: worked[resource.id]) - away
        absent_ids = set(resources_sudo.user_id.ids) - set(there.user_id.ids)
        return users.filtered(lambda user: user.id in absent_ids)

    def _get_timezone(self):
        # As above: whose day it is doesn't depend on who asks.
        team_sudo = self.sudo()
        company_sudo = team_sudo.company_id or self.env.company
        return pytz.timezone(company_sudo._get_service_timezone(team_sudo.calendar_id))


class HelpdeskTicket(models.Model):
    """Tickets without a responsible go to somebody who is there."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    def _assign(self):
        """Give tickets without a responsible to a member of the team, if it assigns by itself."""
        waiting = self.filtered(lambda ticket: not ticket.user_id and not ticket.closed)
        for team, tickets in waiting.grouped("team_id").items():
            if not team or team.assignment == "manual":
                continue
            given = defaultdict(list)
            for ticket, user in zip(tickets, team._pick_assignees(len(tickets)), strict=True):
                given[user].append(ticket.id)
            for user, ticket_ids in given.items():
                if user:
                    tickets.browse(ticket_ids).user_id = user
                else:
                    tickets.browse(ticket_ids)._tell_nobody_is_there(team)

    def _tell_nobody_is_there(self, team):
        """Give the team leader a task for each of these tickets."""
        leader = team.user_id
        if self and leader:
            texts = self.with_context(lang=leader.lang).env
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=texts._("Nobody of the team is there: give this ticket to somebody"),
                user_id=leader.id,
            )
