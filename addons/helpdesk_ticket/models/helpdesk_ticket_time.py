from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

# Whoever helps longer than this without a break has forgotten to press Stop.
FORGOTTEN_AFTER = timedelta(hours=3)


class HelpdeskTicketTime(models.Model):
    """Time during which somebody of us helped from afar, started and stopped on the ticket.

    Agents write a note on their own time; the time itself is corrected by managers only.
    """

    _name = "helpdesk.ticket.time"
    _description = "Remote Help"
    _order = "start desc, id desc"
    _rec_name = "start"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", related="ticket_id.company_id", store=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who helped",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(
        selection=[("remote", "Remote help"), ("phone", "Telephone")],
        required=True,
        default="remote",
    )
    start = fields.Datetime(required=True, default=fields.Datetime.now)
    stop = fields.Datetime()
    hours = fields.Float(compute="_compute_hours", store=True)
    note = fields.Char(string="What was done")
    reminded = fields.Boolean(readonly=True, copy=False, export_string_translation=False)

    _stop_after_start = models.Constraint(
        "CHECK (stop >= start)", "Help cannot end before it starts."
    )
    _running_idx = models.UniqueIndex(
        "(user_id) WHERE stop IS NULL", "You are helping already: stop that first."
    )

    @api.depends("start", "stop")
    def _compute_hours(self):
        for time in self:
            time.hours = (time.stop - time.start) / timedelta(hours=1) if time.stop else 0

    def write(self, vals):
        foreign = vals.keys() - {"note"} or self.user_id - self.env.user
        if foreign and not self.env.su and not self._may_correct():
            raise AccessError(
                self.env._("You write the note on your own time; ask a manager for the rest.")
            )
        return super().write(vals)

    def _stop(self, note=None):
        """End these times now, in sudo; who may has been judged by the caller."""
        now = fields.Datetime.now()
        for time in self:
            written = note.strip()[:500] if isinstance(note, str) else ""
            time.write({"stop": max(now, time.start), "note": written or time.note})

    @api.model
    def _may_correct(self):
        return self.env.user.has_group("helpdesk_ticket.helpdesk_ticket_group_manager")

    def _prepare_remote_work(self):
        """What others may charge for this time, once it has ended; an override adds its own."""
        self.ensure_one()
        return {
            "time_id": self.id,
            "ticket_id": self.ticket_id.id,
            "partner_id": self.ticket_id.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "kind": self.kind,
            "start": self.start,
            "stop": self.stop,
            "hours": self.hours,
            "note": self.note or "",
        }

    @api.model
    def _cron_remind(self, batch_size=200):
        """Remind those who have forgotten to press Stop, once of each time."""
        domain = [
            ("stop", "=", False),
            ("start", "<", fields.Datetime.now() - FORGOTTEN_AFTER),
            ("reminded", "=", False),
        ]
        forgotten = self.search(domain, order="start, id", limit=batch_size)
        for user, times in forgotten.grouped("user_id").items():
            tickets = times.ticket_id.with_context(lang=user.lang)
            tickets.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=tickets.env._(
                    "Remote help is still running: stop it, or have it corrected"
                ),
                user_id=user.id,
            )
        forgotten.reminded = True
        self.env["ir.cron"]._commit_progress(
            len(forgotten),
            remaining=self.search_count(domain) if len(forgotten) == batch_size else 0,
        )
