from datetime import timedelta

from odoo import api, fields, models

# Who has not answered for so long has forgotten how it was.
MAX_AGE = timedelta(days=30)


class HelpdeskTicket(models.Model):
    """The customer's rating: asked when a ticket is solved, and once more after some days."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    rating_pending = fields.Boolean(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The customer was asked for a rating, and wasn't reminded yet.",
    )

    _rating_pending_idx = models.Index("(team_id, close_date) WHERE rating_pending IS TRUE")

    def _may_ask_for_rating(self):
        """Whether the customer of this ticket is asked for a rating."""
        self.ensure_one()
        # Whoever closes a ticket needn't be able to read its team.
        ticket_sudo = self.sudo()
        return bool(
            ticket_sudo.team_id.rate_closed
            and ticket_sudo.partner_id
            and not ticket_sudo.partner_id._refuses_ratings()
        )

    def _enter_stage(self):
        result = super()._enter_stage()
        for ticket in self:
            ticket.rating_pending = bool(
                ticket.stage_id.kind == "solved"
                and ticket.partner_email
                and ticket._may_ask_for_rating()
            )
        return result

    def rating_apply(self, *args, **kwargs):
        self.check_access("read")
        rating = super().rating_apply(*args, **kwargs)
        self.rating_pending = False
        return rating

    @api.model
    def _cron_remind_rating(self, batch_size=200):
        """Remind customers once of the rating they were asked for."""
        now = fields.Datetime.now()
        remaining = batch_size
        for team in self.env["helpdesk.team"].search(
            [("rate_closed", "=", True), ("rating_reminder_days", ">", 0)]
        ):
            until = now - timedelta(days=team.rating_reminder_days)
            pending = [("team_id", "=", team.id), ("rating_pending", "=", True)]
            tickets = self.search(
                [*pending, ("close_date", "<=", until)], order="close_date, id", limit=remaining
            )
            for ticket in tickets:
                if ticket.close_date > until - MAX_AGE and ticket._may_ask_for_rating():
                    ticket._send_notice(
                        "helpdesk_ticket.mail_template_helpdesk_ticket_rating_reminder"
                    )
                ticket.rating_pending = False
                remaining -= 1
                # Nobody is reminded twice: what was sent is noted before the next.
                if not self.env["ir.cron"]._commit_progress(1, remaining=int(not remaining)):
                    return
            if not remaining:
                return
