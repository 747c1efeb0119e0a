from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

CAMPO_THREADS = frozenset(
    {
        "helpdesk.ticket",
        "service.contract",
        "service.equipment",
        "service.intervention",
        "service.report",
    }
)
# Of contacts the office notes whether they are blocked, until when and why.
OFFICE_THREADS = CAMPO_THREADS | {"res.partner"}
# What people outside read, but not what we say to each other about it.
DISCUSSED_INSIDE = frozenset({"knowledge.article"})
OURS = OFFICE_THREADS | DISCUSSED_INSIDE


class MailMessage(models.Model):
    """What the office notes for itself is for nobody outside."""

    _inherit = "mail.message"

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Override of `mail`: who looks for records by what is said about them, where Odoo judges
        the records only, finds them by no note.
        """
        if bypass_access and not self.env.su and self.env.user.share:
            domain = self._get_search_domain_share() & Domain(domain)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _get_search_domain_share(self):
        """Override of `mail`: nobody outside finds what we say to each other about an article."""
        return super()._get_search_domain_share() & Domain("model", "not in", DISCUSSED_INSIDE)

    def _get_forbidden_access(self, operation):
        """Override of `mail`, which hides notes that people write, not those Odoo writes for them:
        why somebody cannot come, who decided that a line is not charged.
        """
        forbidden = super()._get_forbidden_access(operation)
        if not self.env.user.share:
            return forbidden
        if operation == "create":
            return forbidden | (self - forbidden)._filter_about_foreign()
        if operation != "read":
            return forbidden
        me = self.env.user._get_own_contacts()
        # What is read here only decides what is refused.
        internal_sudo = (
            (self - forbidden)
            .sudo()
            .filtered(
                lambda message: (
                    message.model in DISCUSSED_INSIDE
                    or message.model in OFFICE_THREADS
                    and (
                        message.is_internal or not message.subtype_id or message.subtype_id.internal
                    )
                    and not me & (message.author_id | message.partner_ids)
                )
            )
        )
        return forbidden | internal_sudo.sudo(False)

    def _get_with_access(self, message_id, mode="read", **kwargs):
        """Override of `mail`: whoever reads a record has no hand in what the office notes there."""
        message = super()._get_with_access(message_id, mode=mode, **kwargs)
        if (
            message
            and self.env.user.share
            and message.sudo().model in OURS
            and not message.sudo(False).has_access("read")
        ):
            return self.browse()
        return message

    def _filter_about_foreign(self):
        """Those about records that the user may not read, or that aren't there: whoever is let to
        write one would read the record's name, and be read by whose it is.
        """
        # What is read here only decides what is refused.
        about_sudo = self.sudo().filtered(lambda message: message.model and message.res_id)
        foreign_sudo = about_sudo.browse()
        for model, messages_sudo in about_sudo.grouped("model").items():
            if model in self.env:
                records = self.env[model].browse(messages_sudo.mapped("res_id")).exists()
                readable = set(records._filtered_access("read").ids)
                messages_sudo = messages_sudo.filtered(
                    lambda message, readable=readable: message.res_id not in readable
                )
            foreign_sudo |= messages_sudo
        return foreign_sudo.sudo(False)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._check_conversation()
        return messages

    def write(self, vals):
        self._check_conversation()
        return super().write(vals)

    def _check_conversation(self):
        """People outside write in the conversation of a record, which counts what they write, says
        when, and tells who follows; no message of theirs is made or changed beside it.

        :raise AccessError: who comes from outside, unless a method of the conversation writes
        """
        if self.env.su or not self.env.user.share:
            return
        # What is read here only decides what is refused.
        if not OURS.isdisjoint(self.sudo().mapped("model")):
            raise AccessError(self.env._("Write in the conversation of the record."))
