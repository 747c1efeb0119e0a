from odoo import api, models
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
        if operation != "read" or not self.env.user.share:
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
