from datetime import timedelta

from odoo import api, fields, models

from .. import sla_clock

# How far ahead working hours are looked up; a promise that needs longer has no date yet.
HORIZONS = (timedelta(days=30), timedelta(days=400))
# Where the deadline of each kind of promise stands.
DEADLINES = {
    "first_response": "response_deadline",
    "next_response": "next_response_deadline",
    "on_site": "on_site_deadline",
    "resolution": "resolution_deadline",
}
# A response is owed whoever has the ticket in hand meanwhile.
ALWAYS_RUNNING = {"first_response", "next_response"}


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
    question_ids = fields.One2many(
        "helpdesk.ticket.question", "ticket_id", string="Messages and answers", readonly=True
    )
    response_deadline = fields.Datetime(
        string="Respond by", compute="_compute_deadlines", store=True, copy=False
    )
    next_response_deadline = fields.Datetime(
        string="Answer by",
        compute="_compute_deadlines",
        store=True,
        copy=False,
        help="Empty while no message of the customer waits for an answer.",
    )
    on_site_deadline = fields.Datetime(
        string="On site by", compute="_compute_deadlines", store=True, copy=False
    )
    on_site_date = fields.Datetime(
        string="First on site on", readonly=True, copy=False, help="The first check-in there."
    )
    resolution_deadline = fields.Datetime(
        string="Solve by",
        compute="_compute_deadlines",
        store=True,
        copy=False,
        help="Empty while the ticket waits for the customer.",
    )

    _response_deadline_idx = models.Index("(response_deadline) WHERE closed IS NOT TRUE")
    _next_response_deadline_idx = models.Index("(next_response_deadline) WHERE closed IS NOT TRUE")
    _on_site_deadline_idx = models.Index("(on_site_deadline) WHERE closed IS NOT TRUE")
    _resolution_deadline_idx = models.Index("(resolution_deadline) WHERE closed IS NOT TRUE")

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

    # A changed promise or calendar is no dependency: it concerns open tickets only, and resets them
    # by `_reset_deadlines`, however many closed ones there are.
    @api.depends(
        "closed",
        "sla_policy_id",
        "segment_ids.clock",
        "segment_ids.start",
        "segment_ids.stop",
        "question_ids.answered_on",
    )
    def _compute_deadlines(self):
        # What was promised on a closed ticket is history: no later change touches it.
        running = self.filtered(lambda ticket: not ticket.closed)
        for ticket in self - running:
            for name in DEADLINES.values():
                ticket[name] = ticket[name]
        for policy, tickets in running.sudo().grouped("sla_policy_id").items():
            intervals = {}
            histories = tickets._get_histories() if policy else {}
            for kind, name in DEADLINES.items():
                target = policy.target_ids.filtered(lambda target, kind=kind: target.kind == kind)
                due = tickets._find_deadlines(target, histories, intervals) if target else {}
                for ticket in tickets:
                    ticket[name] = due.get(ticket.id, False)

    def _get_histories(self):
        """The stretches of each ticket with the stage they were in, read once for every promise."""
        return {
            ticket.id: [
                (sla_clock.Segment(line.start, line.stop or None, line.clock), line.stage_id.id)
                for line in ticket.segment_ids
            ]
            for ticket in self
        }

    def _find_deadlines(self, target, histories, intervals):
        """Tell when a promise falls due on each of these tickets.

        :param dict histories: see ``_get_histories``
        :param dict intervals: working hours looked up before, filled further here
        :return: moments by id; a ticket without clock, or whose clock stands still, is missing
        """
        lives = {ticket.id: ticket._get_clock_life(target, histories[ticket.id]) for ticket in self}
        lives = {ticket_id: life for ticket_id, life in lives.items() if life}
        start = min((life[0].start for life in lives.values()), default=None)
        due = {}
        for horizon in HORIZONS:
            pending = lives.keys() - due.keys()
            if not pending:
                break
            key = (target.calendar_id, horizon, start)
            if key not in intervals:
                intervals[key] = target.calendar_id._helpdesk_intervals(start, horizon)
            minutes, hours = target.hours * 60, intervals[key]
            for ticket_id in pending:
                moment = sla_clock.deadline(lives[ticket_id], hours, minutes)
                if moment:
                    due[ticket_id] = moment
        return due

    def _get_clock_life(self, target, history):
        """The stretches of the ticket as the clock of one promise counts them."""
        question = None
        if target.kind == "next_response":
            question = self.question_ids.filtered(lambda question: not question.answered_on)
            if not question:
                return []
        always = target.kind in ALWAYS_RUNNING
        paused = set(target.pause_stage_ids._ids)
        life = [
            segment._replace(
                clock="ours"
                if (always or segment.clock == "ours") and stage_id not in paused
                else "paused"
            )
            for segment, stage_id in history
        ]
        return sla_clock.since(life, question.asked_on) if question else life

    # === EVENTS === #

    def _note_on_site(self, moment):
        """Somebody has arrived: called at each check-in, the first one keeps the promise."""
        self.filtered(lambda ticket: not ticket.on_site_date).on_site_date = moment

    def _note_question(self):
        """The customer has written: after the first response each message wants an answer."""
        asked = self.filtered(lambda ticket: ticket.first_response_date and not ticket.closed)
        self.env["helpdesk.ticket.question"]._ask(asked, fields.Datetime.now())

    def _note_answer(self, user):
        """One of us has written, or closed the ticket: whoever waited has an answer."""
        now = fields.Datetime.now()
        self.filtered(lambda ticket: not ticket.first_response_date).first_response_date = now
        self.env["helpdesk.ticket.question"]._answer(
            self, now, user if user._is_internal() else user.browse()
        )

    # === SET-WISE RECOMPUTATION === #

    def _reset_policies(self):
        self.env.add_to_compute(self._fields["sla_policy_id"], self)
        self.modified(["sla_policy_id"])

    def _reset_deadlines(self):
        names = list(DEADLINES.values())
        for name in names:
            self.env.add_to_compute(self._fields[name], self)
        self.modified(names)
