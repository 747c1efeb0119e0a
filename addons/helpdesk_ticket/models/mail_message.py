from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    def _is_helpdesk_answer(self):
        """Whether one of us says something here that the customer can read."""
        self.ensure_one()
        return self._is_said_aloud() and any(
            user._is_internal() for user in self.author_id.user_ids
        )

    def _is_helpdesk_question(self):
        """Whether a customer says something here, so that an answer is owed."""
        self.ensure_one()
        return self._is_said_aloud() and not any(
            user._is_internal() for user in self.author_id.user_ids
        )

    def _is_said_aloud(self):
        """Whether a person says something here that everybody concerned can read."""
        return (
            self.message_type in ("comment", "email", "email_outgoing")
            and not self.is_internal
            and not self.subtype_id.internal
        )
