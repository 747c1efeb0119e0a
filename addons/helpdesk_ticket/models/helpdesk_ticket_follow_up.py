from datetime import timedelta

from odoo import api, fields, models

from ..working_days import end_of_working_day

# How far ahead working days are looked up; who wants to wait longer is not reminded.
HORIZONS = (timedelta(days=30), timedelta(days=400))


class HelpdeskTicket(models.Model):
    """Tickets on which nothing happens: the customer is reminded, then it is closed; or the agent.

    When that is to be stands in an indexed field, computed with the team's working days. One step
    for each standstill: whatever somebody does starts it anew.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    idle_since = fields.Datetime(string="Untouched since", readonly=True, copy=False)
    reminded_on = fields.Datetime(
        compute="_compute_reminded_on",
        store=True,
        copy=False,
        help="When somebody was told that nothing happens here.",
    )
    follow_up_on = fields.Datetime(
        string="Next reminder", compute="_compute_follow_up_on", store=True, copy=False
    )

    _follow_up_idx = models.Index("(follow_up_on) WHERE follow_up_on IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("idle_since")
    def _compute_reminded_on(self):
        """Who does something has nothing to be reminded of."""
        for ticket in self:
            ticket.reminded_on = False

    @api.depends("closed", "stage_id", "team_id", "idle_since", "reminded_on")
    def _compute_follow_up_on(self):
        for team, tickets in self.grouped("team_id").items():
            # Working hours and settings of the team are no secret of its readers.
            waits = {ticket: ticket._get_follow_up_wait() for ticket in tickets.sudo()}
            pending = tickets.sudo().filtered(lambda ticket, waits=waits: waits[ticket][1])
            (tickets - pending).follow_up_on = False
            calendar = team.sudo().calendar_id or team.sudo().company_id.resource_calendar_id
            zone = team._get_timezone()
            for horizon in HORIZONS:
                if not pending:
                    break
                start = min(waits[ticket][0] for ticket in pending)
                intervals = calendar._helpdesk_intervals(start, horizon)
                for ticket in pending:
                    ticket.follow_up_on = end_of_working_day(*waits[ticket], intervals, zone)
                pending = pending.filtered(lambda ticket: not ticket.follow_up_on)

    def _get_follow_up_wait(self):
        """From when on how many working days pass before the next step.

        :return: a moment and a number of days, zero for never
        """
        self.ensure_one()
        team = self.team_id
        start = self.idle_since or self.write_date or fields.Datetime.now()
        if self.closed:
            return start, 0
        if not self.stage_id.waiting:
            return start, 0 if self.reminded_on else team.untouched_days
        if not self.reminded_on:
            return start, team.waiting_remind_days
        # Without a reminder that could arrive nothing is closed.
        return self.reminded_on, team.waiting_close_days if self.partner_email else 0

    # === WHAT ENDS A STANDSTILL === #

    def _enter_stage(self):
        result = super()._enter_stage()
        self._touch()
        return result

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint({"user_id", "priority", "category_id", "description"}):
            self._touch()
        return result

    def _touch(self):
        self.idle_since = fields.Datetime.now()

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if message.message_type in ("comment", "email", "email_outgoing"):
            # Whoever may post needn't be able to write on the ticket.
            tickets_sudo = self.sudo()
            tickets_sudo._touch()
            if message._is_helpdesk_question() and not self._is_automatic_mail():
                tickets_sudo.filtered(lambda ticket: not ticket.closed)._take_up_answer()
        return result

    def _reset_follow_ups(self):
        self.env.add_to_compute(self._fields["follow_up_on"], self)
        self.modified(["follow_up_on"])

    # === STEPS === #

    @api.model
    def _cron_follow_up(self, batch_size=200):
        """Take the step that is due on tickets where nothing happens."""
        domain = [("follow_up_on", "<=", fields.Datetime.now())]
        tickets = self.search(domain, order="follow_up_on, id", limit=batch_size)
        # Holidays may have been set up meanwhile.
        tickets._reset_follow_ups()
        remaining = self.search_count(domain) if len(tickets) == batch_size else len(tickets)
        for ticket in tickets.filtered_domain(domain):
            ticket._follow_up()
            remaining = max(remaining - 1, 0)
            # Each step is told once: what was sent is noted before the next.
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return
        self.env["ir.cron"]._commit_progress(
            remaining=self.search_count(domain) if len(tickets) == batch_size else 0
        )

    def _follow_up(self):
        """Take the next step on one ticket."""
        self.ensure_one()
        if self.stage_id.waiting and self.reminded_on:
            self._close_unanswered()
            return
        if self.stage_id.waiting and self.partner_email:
            self._send_notice("helpdesk_ticket.mail_template_helpdesk_ticket_waiting_reminder")
        elif responsible := self.user_id or self.team_id.user_id:
            texts = self.with_context(lang=responsible.lang).env
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=texts._("Call the customer: no mail address, no answer")
                if self.stage_id.waiting
                else texts._("Nobody has touched this ticket for days"),
                user_id=responsible.id,
            )
        self.reminded_on = fields.Datetime.now()

    def _close_unanswered(self):
        """Cancel a ticket whose customer doesn't answer: nothing is solved, and nobody is asked
        for a rating. An answer opens it again.
        """
        self.stage_id = self._get_stage_of_kind("cancelled", self.team_id)
        self._send_notice("helpdesk_ticket.mail_template_helpdesk_ticket_unanswered")

    def _send_notice(self, xmlid):
        """Mail a template to the requester, as a machine's notice."""
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if template and self.partner_email:
            self.message_post_with_source(
                template, message_type="auto_comment", **self._prepare_notice_values()
            )
