from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .helpdesk_ticket_sla import DEADLINES

# A ticket is at risk in the last quarter of the time promised, at least half an hour before.
WARNING_SHARE = 0.25
WARNING_MINIMUM = timedelta(minutes=30)


class HelpdeskTicket(models.Model):
    """Whether promises are kept, and who is told: a warning before, an alarm at the breach."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    # What the desk sorts by: the nearest promise still to be kept, and when it is at risk.
    next_deadline = fields.Datetime(compute="_compute_next_deadline", store=True, copy=False)
    next_warning = fields.Datetime(compute="_compute_next_deadline", store=True, copy=False)
    # What the cron looks for: the next moment at which somebody has to be told.
    next_notice = fields.Datetime(
        compute="_compute_next_notice", store=True, copy=False, export_string_translation=False
    )
    # By kind of promise: {"due": the deadline somebody was told of, "alarm": whether it was over}
    sla_notices = fields.Json(copy=False, readonly=True, export_string_translation=False)
    sla_missed = fields.Boolean(
        string="Promise broken", compute="_compute_sla_missed", store=True, copy=False
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
    _next_notice_idx = models.Index("(next_notice) WHERE closed IS NOT TRUE")

    # === COMPUTE METHODS === #

    @api.depends(*DEADLINES.values(), "first_response_date", "on_site_date", "closed")
    def _compute_next_deadline(self):
        for ticket in self:
            due = ticket._get_pending_deadlines().values()
            ticket.next_deadline = min(due, default=False)
            ticket.next_warning = min(map(ticket._warn_before, due), default=False)

    @api.depends("next_deadline", *DEADLINES.values(), "on_site_date", "sla_notices")
    def _compute_next_notice(self):
        for ticket in self:
            ticket.next_notice = min(
                (moment for _kind, _due, moment in ticket._get_notices()), default=False
            )

    def _get_pending_deadlines(self):
        """Deadlines of promises not yet kept, by kind; an override adds those of its own."""
        self.ensure_one()
        if self.closed:
            return {}
        kept = {"first_response": self.first_response_date, "on_site": self.on_site_date}
        return {
            kind: self[name]
            for kind, name in DEADLINES.items()
            if self[name] and not kept.get(kind)
        }

    def _get_notices(self):
        """What somebody will have to be told: for each pending promise its next notice.

        :return: list of (kind, deadline, when to tell): first the warning, then the deadline itself
        """
        self.ensure_one()
        told = self.sla_notices or {}
        notices = []
        for kind, due in self._get_pending_deadlines().items():
            before = told.get(kind) or {}
            known = before.get("due") == fields.Datetime.to_string(due)
            if not known:
                notices.append((kind, due, self._warn_before(due)))
            elif not before.get("alarm"):
                notices.append((kind, due, due))
        return notices

    def _warn_before(self, due):
        start = self.create_date or fields.Datetime.now()
        return due - max((due - start) * WARNING_SHARE, WARNING_MINIMUM)

    @api.depends(
        *DEADLINES.values(),
        "first_response_date",
        "on_site_date",
        "close_date",
        "question_ids.deadline",
        "question_ids.answered_on",
    )
    def _compute_sla_missed(self):
        for ticket in self:
            promises = [
                (ticket.response_deadline, ticket.first_response_date),
                # A problem solved without anybody going there is solved in time or not, too.
                (ticket.on_site_deadline, ticket.on_site_date or ticket.close_date),
                (ticket.resolution_deadline, ticket.close_date),
            ]
            # How customers were answered concerns whoever sees the ticket.
            promises += [(line.deadline, line.answered_on) for line in ticket.sudo().question_ids]
            ticket.sla_missed = any(due and done and due < done for due, done in promises)

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

    # === NOTICES === #

    @api.model
    def _cron_warn(self, batch_size=200):
        """Tell whoever is responsible that a deadline is near, and again when it is over.

        Each is said once per promise and deadline. Reads an index, so it costs what there is to
        tell, not what there is.
        """
        domain = [("next_notice", "<=", fields.Datetime.now()), ("closed", "=", False)]
        tickets = self.search(domain, order="next_notice, id", limit=batch_size)
        tickets._give_notices()
        self.env["ir.cron"]._commit_progress(
            len(tickets), remaining=self.search_count(domain) if len(tickets) == batch_size else 0
        )

    def _give_notices(self):
        """Tell what has to be told by now on these tickets, one task per person and reason."""
        now = fields.Datetime.now()
        warned, broken = self.browse(), self.browse()
        for ticket in self:
            told = dict(ticket.sla_notices or {})
            for kind, due, moment in ticket._get_notices():
                if moment > now:
                    continue
                over = due <= now
                told[kind] = {"due": fields.Datetime.to_string(due), "alarm": over}
                if over:
                    broken |= ticket
                else:
                    warned |= ticket
            ticket.sla_notices = told
        on_call = self.team_id._get_on_call(now)
        for tickets, alarm in ((warned - broken, False), (broken, True)):
            by_person = {}
            for ticket in tickets:
                for user in ticket._get_notified_users(alarm, on_call):
                    by_person[user] = by_person.get(user, self.browse()) | ticket
            for user, notified in by_person.items():
                notified._notify_deadline(user, alarm)

    def _get_notified_users(self, alarm, on_call):
        """Who is told: the responsible, or whoever is on call; at a breach the leader as well."""
        self.ensure_one()
        users = on_call.get(self.team_id) or self.user_id
        return users | self.team_id.user_id if alarm or not users else users

    def _notify_deadline(self, user, alarm):
        """Give one person a task for each of these tickets."""
        texts = self.with_context(lang=user.lang).env
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=texts._("The service level is broken")
            if alarm
            else texts._("The deadline of the service level is near"),
            user_id=user.id,
        )
