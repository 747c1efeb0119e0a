from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..checking import is_id
from ..presence import is_touched, left_to_record
from ..printing import format_stretch, format_times
from .service_intervention import CLOSED_STATES
from .service_work_line import TIME_KINDS

# Work that nobody has recorded yet is looked for in that many of one's last stays.
STAYS_BACK = 10
# So many of one's visits are looked at to see which comes next.
VISITS_AHEAD = 20


class ServiceIntervention(models.Model):
    """On the way, on site, done: one tap each, with its moment, and the hours that follow."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    presence_ids = fields.One2many("service.presence", "intervention_id", copy=False)
    my_presence = fields.Selection(
        selection=[("travelling", "On the way"), ("on_site", "On site")],
        string="I am",
        compute="_compute_my_presence",
    )
    my_presence_since = fields.Datetime(string="Since", compute="_compute_my_presence")
    is_on_site = fields.Boolean(compute="_compute_my_presence")
    is_next = fields.Boolean(string="Next", compute="_compute_is_next")
    presence_label = fields.Char(
        string="Who is there",
        compute="_compute_presence_label",
        # Whoever sees the intervention sees who is on the way.
        compute_sudo=True,
    )

    # === COMPUTE METHODS === #

    @api.depends("presence_ids.travel_start", "presence_ids.on_site_start", "presence_ids.left_on")
    @api.depends_context("uid")
    def _compute_my_presence(self):
        presence_sudo = self.env["service.presence"]._get_open(self.env.user)
        for intervention in self:
            here_sudo = presence_sudo.browse()
            if presence_sudo._is_at(intervention._origin):
                here_sudo = presence_sudo
            intervention.is_on_site = bool(here_sudo.on_site_start)
            state = "on_site" if here_sudo.on_site_start else "travelling"
            intervention.my_presence = state if here_sudo else False
            intervention.my_presence_since = here_sudo.on_site_start or here_sudo.travel_start

    @api.depends("presence_ids.left_on", "event_ids.start", "event_ids.attendee_ids.checked_out_on")
    @api.depends_context("uid")
    def _compute_is_next(self):
        following = self._get_my_next()
        for intervention in self:
            intervention.is_next = intervention._origin == following

    @api.depends("presence_ids.travel_start", "presence_ids.on_site_start", "presence_ids.left_on")
    @api.depends_context("lang", "tz", "uid")
    def _compute_presence_label(self):
        there = (
            self.env["service.presence"]
            .search([("intervention_id", "in", self.ids), ("left_on", "=", False)])
            .filtered(lambda presence: not presence._is_lost())
            .grouped("intervention_id")
        )
        for intervention in self:
            stays = there.get(intervention._origin, self.presence_ids.browse())
            intervention.presence_label = "; ".join(map(self._describe_presence, stays))

    def _describe_presence(self, presence):
        since = presence.on_site_start or presence.travel_start
        zone = presence.company_id._get_reader_timezone()
        today = _to_day(fields.Datetime.now(), zone)
        form = format_times if _to_day(since, zone) == today else format_stretch
        since = form(self.env, since, False, zone)
        name = presence.user_id.name
        if presence._is_travelling():
            return self.env._("%(name)s: on the way since %(time)s", name=name, time=since)
        return self.env._("%(name)s: on site since %(time)s", name=name, time=since)

    @api.model
    def _get_my_next(self):
        """Where the user is or goes to, else the job of their next visit; one look-up each.

        Of today's visits one that is over but that they have not been to comes before tomorrow's.
        """
        if presence_sudo := self.env["service.presence"]._get_open(self.env.user):
            return self.browse(presence_sudo.intervention_id.id)
        now = fields.Datetime.now()
        midnight, tomorrow = self._get_my_day()
        visits = self.env["calendar.event"].search(
            [
                (
                    "attendee_ids",
                    "any",
                    [
                        ("partner_id", "=", self.env.user.partner_id.id),
                        ("state", "!=", "declined"),
                        ("checked_out_on", "=", False),
                    ],
                ),
                ("stop", ">=", midnight),
                ("intervention_id.state", "not in", CLOSED_STATES),
            ],
            order="start, id",
            limit=VISITS_AHEAD,
        )
        coming = visits.filtered(lambda visit: visit.stop >= now)
        missed = visits - coming
        today = coming.filtered(lambda visit: visit.start < tomorrow)
        return (today or missed or coming)[:1].intervention_id

    def _get_my_day(self):
        """From midnight to midnight where the user is, in UTC."""
        zone = pytz.timezone(self.env.company._get_reader_timezone())
        today = datetime.combine(datetime.now(zone).date(), time.min)
        return [
            zone.localize(day).astimezone(pytz.utc).replace(tzinfo=None)
            for day in (today, today + timedelta(days=1))
        ]

    # === PUBLIC METHODS === #

    @idempotent
    def start_travel(self, event_id=None, position=None, request_uuid=None):
        """Say that one sets off; the desk is told, and the customer's page says it.

        Whoever was on site elsewhere has left there at this moment; a journey that was under way
        goes on to here.

        :param int event_id: the visit; by default the user's visit nearest to now
        :param dict position: ``latitude`` and ``longitude`` as the browser gives them; kept only if
            the company records positions
        :return: ``{"event_id": …, "travel_start": …}``
        """
        self.ensure_one()
        self._check_may_work()
        intervention_sudo = self._lock_for_work()
        attendee_sudo = intervention_sudo._get_working_attendee(event_id, self.env.user)
        present_sudo = self.env["service.presence"]._get_open(self.env.user)
        if present_sudo._is_at(intervention_sudo, event_id):
            if present_sudo._is_travelling():
                raise UserError(self.env._("You are on your way here already."))
            raise UserError(self.env._("You have already checked in to this visit."))
        now = fields.Datetime.now()
        if not present_sudo._is_travelling():
            present_sudo = present_sudo._end_before_next(self.env.user, now)
        present_sudo = intervention_sudo._go_on(
            present_sudo, attendee_sudo, {"travel_start": present_sudo.travel_start or now}
        )
        if attendee_sudo and attendee_sudo.state != "accepted":
            # Who sets off will come: an open answer is a yes.
            attendee_sudo.state = "accepted"
        intervention_sudo._keep_position("travel", position)
        intervention_sudo._tell_on_the_way(self.env.user)
        return {
            "event_id": attendee_sudo.event_id.id,
            "travel_start": fields.Datetime.to_string(present_sudo.travel_start),
        }

    @idempotent
    def stop_travel(self, request_uuid=None):
        """Say that one is not on the way after all: a slip of the thumb, or one has turned back.

        :return: ``{"travelling": False}``
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        intervention_sudo = self._lock_for_work()
        present_sudo = self.env["service.presence"]._get_open(self.env.user)
        if not present_sudo._is_travelling() or not present_sudo._is_at(intervention_sudo):
            raise UserError(self.env._("You are not on your way here."))
        present_sudo._leave(fields.Datetime.now())
        return {"travelling": False}

    @idempotent
    def check_in(self, event_id=None, position=None, request_uuid=None):
        """Say that one has arrived and work begins.

        Whoever was on site elsewhere has left there at this moment.

        :param int event_id: the visit; by default the user's visit nearest to now
        :param dict position: ``latitude`` and ``longitude`` as the browser gives them; kept only if
            the company records positions
        :return: ``{"state": …, "event_id": …, "checked_in_on": …}``
        """
        self.ensure_one()
        self._check_may_work()
        intervention_sudo = self._lock_for_work()
        attendee_sudo = intervention_sudo._get_working_attendee(event_id, self.env.user)
        present_sudo = self.env["service.presence"]._get_open(self.env.user)
        now = fields.Datetime.now()
        if not present_sudo._is_travelling():
            if present_sudo._is_at(intervention_sudo, event_id):
                raise UserError(self.env._("You have already checked in to this visit."))
            present_sudo = present_sudo._end_before_next(self.env.user, now)
        # A journey ends where one arrives, wherever one had set off to.
        intervention_sudo._go_on(present_sudo, attendee_sudo, {"on_site_start": now})
        if attendee_sudo:
            # Who is there has come: an open answer is a yes.
            values = {"checked_in_on": attendee_sudo.checked_in_on or now, "checked_out_on": False}
            if attendee_sudo.state != "accepted":
                values["state"] = "accepted"
            attendee_sudo.write(values)
            intervention_sudo._count_visits(attendee_sudo.event_id)
        intervention_sudo.state = "in_progress"
        intervention_sudo.ticket_id._note_on_site(now)
        intervention_sudo._keep_position("check_in", position)
        return {
            "state": "in_progress",
            "event_id": attendee_sudo.event_id.id,
            "checked_in_on": fields.Datetime.to_string(now),
        }

    @idempotent
    def check_out(self, event_id=None, position=None, request_uuid=None):
        """Say that one leaves the site; also of a job that has been closed meanwhile.

        :param int event_id: the visit; by default the one the user has checked in to
        :param dict position: ``latitude`` and ``longitude`` as the browser gives them; kept only if
            the company records positions
        :return: ``{"state": …, "event_id": …, "checked_out_on": …}``
        """
        self.ensure_one()
        self.check_access("read")
        present_sudo = self.env["service.presence"]._get_open(self.env.user)
        if present_sudo._is_travelling() or not present_sudo._is_at(self, event_id):
            self._check_may_work(allow_done=True)
            raise UserError(self._get_not_there_reason(event_id))
        intervention_sudo = self._lock_for_work()
        now = fields.Datetime.now()
        present_sudo._leave(now)
        intervention_sudo._keep_position("check_out", position)
        return {
            "state": intervention_sudo.state,
            "event_id": present_sudo.event_id.id,
            "checked_out_on": fields.Datetime.to_string(now),
        }

    # === BUSINESS METHODS === #

    def _get_working_attendee(self, event_id, user):
        """The invitation of somebody to the visit they go to; empty without a visit.

        Of several the nearest to now, visits they have left already after all others.
        """
        events = self.event_ids.filtered("active")
        if event_id:
            events = events.filtered(lambda event: event.id == event_id)
            if not events:
                raise ValidationError(self.env._("This visit is not there any more."))
        own = events.attendee_ids.filtered(lambda a: a.partner_id == user.partner_id)
        now = fields.Datetime.now()
        return own.sorted(lambda a: (bool(a.checked_out_on), abs(a.event_id.start - now)))[:1]

    def _go_on(self, presence, attendee, values):
        """Open a stay here, or let an open journey go on to here; in sudo, after a check.

        :param recordset presence: the journey, or none
        :return: the stay
        """
        values = {**values, "intervention_id": self.id, "event_id": attendee.event_id.id}
        if not presence:
            return presence.create({**values, "user_id": self.env.user.id})
        presence.write(values)
        return presence

    def _get_not_there_reason(self, event_id):
        """Why somebody cannot leave this place, as a sentence."""
        last_sudo = (
            self.env["service.presence"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("intervention_id", "=", self.id),
                    *([("event_id", "=", event_id)] if is_id(event_id) else []),
                ],
                limit=1,
            )
        )
        if last_sudo.on_site_start and last_sudo.left_on:
            return self.env._("You have already checked out of this visit.")
        return self.env._("Check in first: you have not arrived yet.")

    def _tell_on_the_way(self, user):
        """Say on the intervention, and on the dispatcher's screen, that somebody has set off."""
        self.message_post(
            body=self.env._("%(name)s is on the way.", name=user.name),
            author_id=user.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )
        desk = self.user_id
        if desk and desk != user:
            desk._bus_send(
                "simple_notification",
                {
                    "type": "info",
                    "title": self.display_name,
                    "message": self.with_context(lang=desk.lang).env._(
                        "%(name)s is on the way.", name=user.name
                    ),
                },
            )

    # === HOURS THAT FOLLOW === #

    def _propose_stretch(self, kind):
        """The user's own time here that nothing has recorded yet, by their taps.

        A stay of which nothing is recorded comes first, the oldest one; else what is left of the
        last one. What a running timer will record is not proposed.

        :param str kind: ``travel`` (from setting off to arriving) or ``labour``
        :return: ``(start, stop)``, naive UTC by the minute, or None
        """
        self.ensure_one()
        if kind not in ("travel", "labour"):
            return None
        # Their own taps, hours and clock: people in the portal read none of them.
        taken, written = self.sudo()._get_recorded(self.env.user, kind)
        timers_sudo = self.env["service.timer"].sudo()
        running = timers_sudo.search([("user_id", "=", self.env.uid)]).mapped("start")
        zone = self.sudo().company_id._get_service_timezone()
        open_stretches, last = [], None
        for start, stop in self._get_stretches(kind):
            stop = min([stop, *(moment for moment in running if moment < stop)])
            if not start < stop or _to_day(start, zone) in written:
                continue
            left = left_to_record(start, stop, taken)
            last = last or left
            if left and not is_touched(start, stop, taken):
                open_stretches.append(left)
        return open_stretches[-1] if open_stretches else last

    def _get_stretches(self, kind):
        """From when to when the user was on the way or on site, the newest first."""
        stays_sudo = (
            self.env["service.presence"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.env.uid),
                    ("intervention_id", "=", self.id),
                    ("on_site_start", "!=", False),
                ],
                limit=STAYS_BACK,
            )
        )
        if kind == "labour":
            now = fields.Datetime.now()
            return [(stay.on_site_start, stay.left_on or now) for stay in stays_sudo]
        return [(stay.travel_start, stay.on_site_start) for stay in stays_sudo if stay.travel_start]

    def _get_recorded(self, user, kind):
        """What somebody has recorded here: stretches of time, and days of which hours are written.

        :return: list of (start, stop), set of local days
        """
        own = self.work_line_ids.filtered(
            lambda line: line.kind in TIME_KINDS and line.employee_id.user_id == user
        )
        timed = own.filtered(lambda line: line.start and line.stop)
        return (
            [(line.start, line.stop) for line in timed],
            set((own - timed).filtered(lambda line: line.kind == kind).mapped("date")),
        )

    # === ACTIONS === #

    def action_start_travel(self):
        self.start_travel(position=self._get_browser_position())

    def action_stop_travel(self):
        self.stop_travel()

    def action_check_in(self):
        self.check_in(position=self._get_browser_position())

    def action_check_out(self):
        self.check_out(position=self._get_browser_position())

    def _get_browser_position(self):
        """What the page of "my work" has asked the browser for, if it was to."""
        return self.env.context.get("field_service_position")


def _to_day(moment, zone):
    """The local day of a naive UTC moment."""
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone)).date()
