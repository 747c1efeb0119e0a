from odoo import models

from .mail_message import CAMPO_THREADS


class MailThread(models.AbstractModel):
    """How much one person outside may write."""

    _inherit = "mail.thread"

    def message_post(self, **kwargs):
        """Override of `mail`: of one person outside, so many messages an hour."""
        # Programs may call a comment otherwise; what we write for them comes in sudo.
        is_theirs = kwargs.get("message_type") == "comment" or not self.env.su
        if self._name in CAMPO_THREADS and is_theirs:
            self.env["portal.act"]._count("message")
        return super().message_post(**kwargs)

    def _message_compute_author(self, author_id=None, email_from=None):
        """Override of `mail`: people outside write to a customer as their contact there."""
        user = self.env.user
        if author_id is None and self._name in CAMPO_THREADS and user.share and len(self) == 1:
            customer = self.sudo()._mail_get_partners()[self.id].commercial_partner_id
            author_id = user._get_contact_at(customer).id
        return super()._message_compute_author(author_id, email_from)
