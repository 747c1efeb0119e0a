from odoo import models

from .mail_message import CAMPO_THREADS


class MailThread(models.AbstractModel):
    """How much one person outside may write."""

    _inherit = "mail.thread"

    def message_post(self, **kwargs):
        """Override of `mail`: of one person outside, so many messages an hour."""
        if self._name in CAMPO_THREADS and kwargs.get("message_type") == "comment":
            self.env["portal.act"]._count("message")
        return super().message_post(**kwargs)
