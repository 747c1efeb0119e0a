from odoo import api, models

from .mail_message import CAMPO_THREADS


class MailThread(models.AbstractModel):
    """How much one person outside may write."""

    _inherit = "mail.thread"

    def message_post(self, **kwargs):
        """Override of `mail`: of one person outside, so many messages an hour."""
        if self._name not in CAMPO_THREADS:
            return super().message_post(**kwargs)
        if not self.env.su and self.env.user.share:
            self.check_access(self._mail_post_access)
            # What a program writes in their name is a comment: no file, nobody else's name.
            said = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
            return self.sudo().message_post(body=kwargs.get("body", ""), **said).sudo(False)
        if kwargs.get("message_type") == "comment":
            self.env["portal.act"]._count("message")
        return super().message_post(**kwargs)

    @api.model
    def _get_thread_with_access(self, thread_id, **kwargs):
        """Override of `portal`: Odoo's tokens, which stand in every mail for ever, open no
        conversation of ours. Whoever reads it has logged in.
        """
        if self._name in CAMPO_THREADS:
            kwargs = {name: value for name, value in kwargs.items() if name == "mode"}
        return super()._get_thread_with_access(thread_id, **kwargs)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Override of `mail`: who follows a record of ours from outside hears of it as long as they
        may read it. Whoever a message is addressed to gets it all the same.
        """
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if self._name not in CAMPO_THREADS:
            return recipients
        if msg_vals and "partner_ids" in msg_vals:
            addressed = msg_vals["partner_ids"]
        else:
            addressed = message.sudo().partner_ids.ids
        outside = {
            recipient["uid"]
            for recipient in recipients
            if recipient["share"] and recipient["uid"] and recipient["id"] not in addressed
        }
        unheard = outside - self._filter_readers(outside)
        return [recipient for recipient in recipients if recipient["uid"] not in unheard]

    def _filter_readers(self, user_ids):
        """The ids of those users, from outside, who may read this record."""
        # What the rules ask of a user is read for all of them at once.
        users_sudo = self.env["res.users"].sudo().browse(user_ids)
        users_sudo.mapped("group_ids")
        (users_sudo.partner_id | users_sudo.portal_contact_ids).mapped("portal_role")
        return {user_id for user_id in user_ids if self.with_user(user_id).has_access("read")}

    def _message_compute_author(self, author_id=None, email_from=None):
        """Override of `mail`: people outside write to a customer as their contact there."""
        user = self.env.user
        if author_id is None and self._name in CAMPO_THREADS and user.share and len(self) == 1:
            customer = self.sudo()._mail_get_partners()[self.id].commercial_partner_id
            author_id = user._get_contact_at(customer).id
        return super()._message_compute_author(author_id, email_from)
