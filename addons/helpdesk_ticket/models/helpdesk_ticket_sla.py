from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .. import sla_clock

# How far ahead working hours are looked up; a promise that needs longer has no date yet.
HORIZONS = (timedelta(days=30), timedelta(days=400))
# A ticket is at risk in the last quarter of the time promised, at least half an hour before.
WARNING_SHARE = 0.25
WARNING_MINIMUM = timedelta(minutes=30)


class HelpdeskTicket(models.Model):
    """The service level of a ticket: stored deadlines, computed from its immutable segments."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    segment_ids = fields.One2many(
        "helpdesk.ticket.segment", "ticket_id", string="History", readonly=True
    )
    sla_policy_id = fields.Many2one(
        "helpdesk.sla.policy",
        string="Service Level",
        compute="_compute_sla_policy_id",
        store=True,
        index="btree_not_null",
        ondelete="set null",
    )
    response_deadline = fields.Datetime(
        string="Respond by", compute="_compute_deadlines", store=True, copy=False
    )
    resolution_deadline = fields.Datetime(
        string="Solve by",
        compute="_compute_deadlines",
        store=True,
        copy=False,
        help="Empty while the ticket waits for the customer.",
    )
    # What the desk sorts by and the warning looks for: the nearest promise still to be kept.
    next_deadline = fields.Datetime(compute="_compute_next_deadline", store=True, copy=False)
    next_warning = fields.Datetime(compute="_compute_next_deadline", store=True, copy=False)
    sla_warned = fields.Boolean(
        compute="_compute_sla_warned", store=True, copy=False, export_string_translation=False
    )
    sla_missed = fields.Boolean(
        string="Answered or solved late", compute="_compute_sla_missed", store=True, copy=False
    )
    sla_state = fields.Selection(
        selection=[
            ("none", "Nothing promised"),
            ("ok", "In time"),
            ("warning", "At risk"),
            ("breached", "Late"),
        ],
        string="Service level state",
        compute="_compute_sla_state",
        search="_search_sla_state",
    )

    _next_deadline_idx = models.Index("(next_deadline) WHERE closed IS NOT TRUE")
    _next_warning_idx = models.Index("(next_warning) WHERE closed IS NOT TRUE")

    # === COMPUTE METHODS === #

    @api.depends("company_id", "team_id", "category_id", "priority", "commercial_partner_id")
    def _compute_sla_policy_id(self):
        # Which promise holds is not a secret of the policy's readers.
        policies_sudo = (
            self.env["helpdesk.sla.policy"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids)])
        )
        for ticket in self:
            if ticket.closed:
                ticket.sla_policy_id = ticket.sla_policy_id
            else:
                ticket.sla_policy_id = policies_sudo._find_for(ticket)

    @api.depends(
        "closed",
        "segment_ids.clock",
        "segment_ids.start",
        "segment_ids.stop",
        "sla_policy_id.response_hours",
        "sla_policy_id.resolution_hours",
        "sla_policy_id.calendar_id",
    )
    def _compute_deadlines(self):
        # What was promised on a closed ticket is history: no later change touches it.
        running = self.filtered(lambda ticket: not ticket.closed)
        for ticket in self - running:
            ticket.response_deadline = ticket.response_deadline
            ticket.resolution_deadline = ticket.resolution_deadline
        for policy, tickets in running.sudo().grouped("sla_policy_id").items():
            if policy and tickets.segment_ids:
                tickets._set_deadlines(policy)
            else:
                tickets.response_deadline = tickets.resolution_deadline = False

    def _set_deadlines(self, policy):
        segments = {ticket: ticket.segment_ids._as_clock_segments() for ticket in self}
        start = min((line.start for lines in segments.values() for line in lines), default=None)
        hours = {"response_deadline": policy.response_hours}
        hours["resolution_deadline"] = policy.resolution_hours
        intervals = {}
        for name, promised in hours.items():
            pending = self if promised else self.browse()
            (self - pending)[name] = False
            for horizon in HORIZONS:
                if horizon not in intervals:
                    intervals[horizon] = policy.calendar_id._helpdesk_intervals(start, horizon)
                for ticket in pending:
                    ticket[name] = sla_clock.deadline(
                        _running_from_start(segments[ticket], name),
                        intervals[horizon],
                        promised * 60,
                    )
                pending = pending.filtered(lambda ticket, name=name: not ticket[name])
                if not pending:
                    break

    @api.depends("response_deadline", "resolution_deadline", "first_response_date", "closed")
    def _compute_next_deadline(self):
        for ticket in self:
            due = [] if ticket.closed else ticket._get_pending_deadlines()
            ticket.next_deadline = min(due, default=False)
            ticket.next_warning = min(map(ticket._warn_before, due), default=False)

    def _get_pending_deadlines(self):
        """Deadlines of promises not yet kept; an override adds those of its own targets."""
        self.ensure_one()
        due = [self.resolution_deadline]
        if not self.first_response_date:
            due.append(self.response_deadline)
        return [moment for moment in due if moment]

    @api.depends("next_deadline")
    def _compute_sla_warned(self):
        """Somebody is warned once of each deadline."""
        for ticket in self:
            ticket.sla_warned = False

    def _warn_before(self, due):
        start = self.create_date or fields.Datetime.now()
        return due - max((due - start) * WARNING_SHARE, WARNING_MINIMUM)

    @api.depends("response_deadline", "resolution_deadline", "first_response_date", "close_date")
    def _compute_sla_missed(self):
        for ticket in self:
            ticket.sla_missed = any(
                due and done and due < done
                for due, done in (
                    (ticket.response_deadline, ticket.first_response_date),
                    (ticket.resolution_deadline, ticket.close_date),
                )
            )

    @api.depends("sla_policy_id", "sla_missed", "next_deadline", "next_warning")
    def _compute_sla_state(self):
        now = fields.Datetime.now()
        for ticket in self:
            if not ticket.sla_policy_id:
                ticket.sla_state = "none"
            elif ticket.sla_missed or (ticket.next_deadline and ticket.next_deadline < now):
                ticket.sla_state = "breached"
            elif ticket.next_warning and ticket.next_warning <= now:
                ticket.sla_state = "warning"
            else:
                ticket.sla_state = "ok"

    def _search_sla_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_sla_state_domain(state) for state in value)

    @api.model
    def _get_sla_state_domain(self, state):
        """The domain of tickets in a state, on stored and indexed dates."""
        now = fields.Datetime.now()
        promised = Domain("sla_policy_id", "!=", False)
        late = Domain("sla_missed", "=", True) | Domain("next_deadline", "<", now)
        at_risk = Domain("next_warning", "<=", now)
        return {
            "none": ~promised,
            "breached": promised & late,
            "warning": promised & ~late & at_risk,
            "ok": promised & ~late & ~at_risk,
        }.get(state, Domain.FALSE)

    # === WARNING === #

    @api.model
    def _cron_warn(self, batch_size=200):
        """Tell whoever is responsible of tickets whose deadline is near, once per deadline."""
        domain = [
            ("next_warning", "<=", fields.Datetime.now()),
            ("closed", "=", False),
            ("sla_warned", "=", False),
        ]
        tickets = self.search(domain, order="next_warning, id", limit=batch_size)
        for responsible, at_risk in tickets.grouped(
            lambda t: t.user_id or t.team_id.user_id
        ).items():
            if responsible:
                at_risk._warn(responsible)
        tickets.sla_warned = True
        self.env["ir.cron"]._commit_progress(
            len(tickets), remaining=self.search_count(domain) if len(tickets) == batch_size else 0
        )

    def _warn(self, responsible):
        """Give one person a task for each of these tickets."""
        texts = self.with_context(lang=responsible.lang).env
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=texts._("The deadline of the service level is near"),
            user_id=responsible.id,
        )

    # === SET-WISE RECOMPUTATION === #

    def _reset_policies(self):
        self.env.add_to_compute(self._fields["sla_policy_id"], self)
        self.modified(["sla_policy_id"])

    def _reset_deadlines(self):
        names = ["response_deadline", "resolution_deadline"]
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        self.modified(names)


def _running_from_start(segments, name):
    """A first response is owed from the start on, whoever has the ticket in hand meanwhile."""
    if name == "resolution_deadline":
        return segments
    return [sla_clock.Segment(segments[0].start, None)] if segments else []
