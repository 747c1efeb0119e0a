from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# More than anybody needs, and far less than a program that has gone wrong sends.
REQUESTS_PER_HOUR = 30


class HelpdeskTicket(models.Model):
    """Who outside opens tickets, and how many: enough for a bad day, too few to flood the desk."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    _portal_rate_idx = models.Index("(create_uid, create_date) WHERE channel = 'portal'")

    @api.model
    def _check_may_open(self):
        """Override of `helpdesk_ticket`: who sees no requests opens none either."""
        if not self.env.user._may_see_requests():
            raise UserError(
                self.env._(
                    "As accountant you see invoices and statements, not requests: ask a colleague"
                    " to open this one."
                )
            )
        return super()._check_may_open()

    @api.model
    def _check_open_ticket_values(self, values):
        """Override of `helpdesk_ticket` to judge when somebody is there, and how many came."""
        super()._check_open_ticket_values(values)
        if not self.env.user.share:
            return
        now = fields.Datetime.now()
        presence = fields.Datetime.to_datetime(values.get("presence_until"))
        if presence and presence <= now:
            raise ValidationError(
                self.env._("“Somebody is there until” is over: choose a moment to come.")
            )
        # All of the user's own requests count, also those they don't see any more.
        recent = self.sudo().search_count(
            [
                ("channel", "=", "portal"),
                ("create_uid", "=", self.env.uid),
                ("create_date", ">", now - timedelta(hours=1)),
            ],
            limit=REQUESTS_PER_HOUR,
        )
        if recent >= REQUESTS_PER_HOUR:
            raise ValidationError(
                self.env._(
                    "You have opened %(count)s requests within an hour. "
                    "Wait a little and send this one again, or call us if it is urgent.",
                    count=REQUESTS_PER_HOUR,
                )
            )

    def _note_opened_anyway(self):
        """Override of `helpdesk_ticket`: who has searched very often can open a ticket still."""
        if self.env["knowledge.entry"]._is_asked_too_often():
            return None
        return super()._note_opened_anyway()
