from datetime import timedelta

from odoo import api, fields, models

from .. import sla_clock

HOUR = timedelta(hours=1)


class HelpdeskTicket(models.Model):
    """Whose time a ticket took: every minute belongs to somebody, or lies outside working hours."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    # Stored when it happens: later holidays don't change how long something took.
    first_response_hours = fields.Float(
        string="Hours to first response",
        compute="_compute_first_response_hours",
        store=True,
        copy=False,
        aggregator="avg",
        help="Working hours from the opening to our first message.",
    )
    resolution_hours = fields.Float(
        string="Hours to solution",
        compute="_compute_resolution_hours",
        store=True,
        copy=False,
        aggregator="avg",
        help="Working hours during which the ticket was in our hands, until it was closed.",
    )
    time_spent = fields.Json(
        string="Whose time it was", compute="_compute_time_spent", export_string_translation=False
    )

    # === COMPUTE METHODS === #

    @api.depends("first_response_date")
    def _compute_first_response_hours(self):
        answered = self.filtered("first_response_date")
        (self - answered).first_response_hours = 0
        for ticket, life, intervals in answered._iter_lives():
            life = [sla_clock.Segment(life[0].start, None)] if life else []
            spent = sla_clock.attribute(life, intervals, ticket.first_response_date)
            ticket.first_response_hours = spent.get("ours", timedelta()) / HOUR

    @api.depends("close_date", "segment_ids.stop")
    def _compute_resolution_hours(self):
        closed = self.filtered("close_date")
        (self - closed).resolution_hours = 0
        for ticket, life, intervals in closed._iter_lives():
            spent = sla_clock.attribute(life, intervals, ticket.close_date)
            ticket.resolution_hours = spent.get("ours", timedelta()) / HOUR

    @api.depends("close_date", "segment_ids.stop", "sla_policy_id", "team_id")
    def _compute_time_spent(self):
        """Hours by whose they were: ``ours``, ``waiting`` (for the customer), ``closed`` (before it
        was opened again) and ``outside`` working hours. They add up to the life of the ticket.
        """
        now = fields.Datetime.now()
        for ticket, life, intervals in self._iter_lives():
            spent = sla_clock.attribute(life, intervals, ticket.close_date or now)
            ticket.time_spent = {clock: time / HOUR for clock, time in spent.items()}

    # === HELPERS === #

    def _get_measuring_calendar(self):
        """The calendar in which the hours of the ticket are counted: that of the promised solution,
        or when the team is at work. No calendar: day and night.
        """
        self.ensure_one()
        target = self.sla_policy_id.target_ids.filtered(lambda target: target.kind == "resolution")
        if target:
            return target.calendar_id
        return self.team_id.calendar_id or self.company_id.resource_calendar_id

    def _iter_lives(self):
        """Yield each ticket with its stretches and the working intervals they are measured by."""
        # How long a ticket took doesn't depend on who reads calendars and service levels.
        for calendar, tickets in self.sudo().grouped(type(self)._get_measuring_calendar).items():
            lives = {ticket.id: ticket.segment_ids._as_clock_segments() for ticket in tickets}
            start = min((life[0].start for life in lives.values() if life), default=None)
            intervals = calendar._helpdesk_intervals(start, HOUR) if start else []
            for ticket in tickets:
                yield ticket.with_env(self.env), lives[ticket.id], intervals
