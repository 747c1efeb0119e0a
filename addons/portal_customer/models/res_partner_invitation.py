from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.field_service.signed import MAILING, read_link, sign_link
from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

SCOPE = "portal_customer.invitation"
LINK_DAYS = timedelta(days=14)


class ResPartner(models.Model):
    """The link by which somebody agrees that the login they have serves for one more customer.

    Whoever invites a colleague doesn't learn whether their address has a login already, and gives
    or takes nothing there: until its owner agrees, the invitation is a contact without a login. The
    link names the contact, the login, when it was invited and the person's counter of revoked
    links; it expires, serves once, and by itself it shows a page and changes nothing.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.partner"

    portal_invited_on = fields.Datetime(
        string="Invited to the portal on",
        readonly=True,
        copy=False,
        groups="helpdesk_ticket.helpdesk_ticket_group_user",
        help="When a colleague has given this contact access to the portal.",
    )
    portal_accepted_on = fields.Datetime(
        string="Invitation accepted on",
        readonly=True,
        copy=False,
        groups="helpdesk_ticket.helpdesk_ticket_group_user",
        help="When the owner of a login at another customer has agreed that it serves here, too.",
    )

    # === PUBLIC METHODS === #

    @api.model
    @idempotent
    def accept_invitation(self, token, request_uuid=None):
        """Let the login of whoever holds the link serve for the customer who invites, too.

        :param str token: of the signed link
        :return: ``{"company": …}``
        :raise AccessError: for a link that is worth nothing (any more)
        """
        contact_sudo = self._find_by_invitation(token)
        if not contact_sudo:
            raise AccessError(self.env._("This link does not work any more."))
        user_sudo = contact_sudo._get_invited_user()
        contact_sudo.write(
            {"portal_user_id": user_sudo.id, "portal_accepted_on": fields.Datetime.now()}
        )
        contact_sudo._message_log(
            body=self.env._("%(login)s has accepted the invitation.", login=user_sudo.login)
        )
        return {"company": contact_sudo.commercial_partner_id.name}

    # === THE LOGIN === #

    def _get_invited_user(self):
        """Login at another customer that this contact, in sudo, was invited with; none for others.

        Whether it is one decides what is mailed, and is told to nobody.
        """
        self.ensure_one()
        if not self.portal_invited_on or self.user_ids or self.portal_user_id:
            return self.env["res.users"]
        # Whoever calls may ask for archived records: a login that was closed is asked nothing.
        users_sudo = self.env["res.users"].sudo().with_context(active_test=True)
        user_sudo = users_sudo.search([("login", "=", self.email_normalized)])
        company_sudo = self.commercial_partner_id
        return user_sudo.filtered(
            lambda user: (
                user._is_portal()
                and company_sudo not in user._get_own_contacts().commercial_partner_id
            )
        )

    # === THE LINK === #

    def _get_invitation_link(self):
        """Address of the page on which the owner of the login agrees.

        Empty unless it is being mailed: who tries the template out would agree for them.
        """
        token = self._get_invitation_token()
        return f"{self.get_base_url()}/service/invitation/{token}" if token else ""

    def _get_invitation_token(self):
        self.ensure_one()
        if self.env.context.get("field_service_mailing") is not MAILING:
            return ""
        values = self.sudo()._get_invitation_values()
        expiration = pytz.utc.localize(self._get_invitation_end())
        return sign_link(self.env, SCOPE, values, expiration=expiration) if values else ""

    def _get_invitation_values(self):
        """What a link for this contact, in sudo, says now; nothing without a login to ask."""
        user_sudo = self._get_invited_user()
        if not user_sudo:
            return []
        return [
            self.id,
            user_sudo.id,
            fields.Datetime.to_string(self.portal_invited_on),
            user_sudo.partner_id.visit_link_version,
        ]

    def _get_invitation_end(self):
        # Odoo tries a mail template out on any contact.
        return (self.sudo().portal_invited_on or fields.Datetime.now()) + LINK_DAYS

    @api.model
    def _find_by_invitation(self, token):
        """The contact that a link is for, in sudo; none for a link that is worth nothing."""
        # Public visitors read no contacts: the signature says which one this is.
        contacts_sudo = self.sudo()
        values = read_link(self.env, SCOPE, token)
        if len(values) != 4:
            return contacts_sudo.browse()
        contact_sudo = contacts_sudo.browse(values[0]).exists().filtered("active")
        if not contact_sudo or contact_sudo._get_invitation_values() != values:
            return contacts_sudo.browse()
        return contact_sudo

    @api.model
    def _get_invitation_page(self, token):
        """What the page of a link shows, in the owner's language; empty for a worthless link."""
        contact_sudo = self._find_by_invitation(token)
        if not contact_sudo:
            return {}
        user_sudo = contact_sudo._get_invited_user()
        ours_sudo = user_sudo.company_id
        return {
            "lang": user_sudo.lang or self.env.lang,
            "name": contact_sudo.commercial_partner_id.name,
            "login": user_sudo.login,
            "company": ours_sudo.name,
            "phone": ours_sudo.phone or "",
            "email": ours_sudo.email or "",
        }

    # === THE MAIL === #

    def _send_invitation_link(self):
        """Mail the link to the login's owner, and nothing of it to the contact's messages."""
        self.ensure_one()
        template = self.env.ref(
            "portal_customer.mail_template_res_partner_invitation", raise_if_not_found=False
        )
        if not template:
            return
        user_sudo = self._get_invited_user()
        mail_id = template.with_context(field_service_mailing=MAILING).send_mail(
            self.id,
            email_values={
                "email_to": user_sudo.email or user_sudo.login,
                "recipient_ids": False,
                "model": False,
                "res_id": False,
            },
        )
        self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()
