from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent


class ResPartner(models.Model):
    """A customer's own people: who of them has access, and what each one sees.

    Whoever manages a company's access does so for their own company and for others than
    themselves: nobody raises their own role, nobody locks themselves out.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.partner"

    is_portal_manager = fields.Boolean(
        string="Manages the access of colleagues",
        groups="helpdesk_ticket.helpdesk_ticket_group_user",
        help="In the portal this contact invites colleagues, says what each of them sees, and "
        "takes access away again. Holds for contacts who see the whole company.",
    )

    # === PUBLIC METHODS === #

    @api.model
    @idempotent
    def invite_colleague(self, name, email, role="own", site_id=None, request_uuid=None):
        """Give a colleague of one's own company access to the portal.

        They get a mail. Whether the address has a login already, at another customer or with us,
        isn't told: it is answered the same. A login at another customer serves for this company
        too, once its owner has agreed.

        :param str name: of the colleague
        :param str email: becomes their login; a contact of the company who has it is taken
        :param str role: ``own``, ``site``, ``company`` or ``accountant``
        :param int site_id: address of the company the colleague belongs to; needed for ``site``
        :return: ``{"partner_id": …}``
        :raise AccessError: who doesn't manage the access of their company
        """
        company_sudo = self._check_portal_manager_sudo()
        name = name.strip() if isinstance(name, str) else ""
        address = email_normalize(email if isinstance(email, str) else "")
        if not name or not address:
            raise ValidationError(self.env._("Write the colleague's name and e-mail address."))
        place_sudo = company_sudo._check_colleague_place(role, site_id)
        self.env["portal.act"]._count("invitation")
        colleague_sudo = self.sudo().search(
            [
                ("commercial_partner_id", "=", company_sudo.id),
                ("email_normalized", "=", address),
                ("is_company", "=", False),
            ],
            limit=1,
        )
        colleague_sudo = colleague_sudo or company_sudo._get_people_by_login_sudo(address)
        if colleague_sudo._is_invitation_pending():
            raise UserError(
                self.env._(
                    "%(name)s was invited already. Take the invitation back, then invite anew.",
                    name=colleague_sudo.name,
                )
            )
        if colleague_sudo._has_portal_access():
            raise UserError(self.env._("%(name)s has access already.", name=colleague_sudo.name))
        values = {
            "portal_role": role,
            "parent_id": place_sudo.id,
            "portal_invited_on": fields.Datetime.now(),
            "portal_accepted_on": False,
        }
        if colleague_sudo:
            colleague_sudo.write(values)
        else:
            colleague_sudo = self.sudo().create({"name": name, "email": address, **values})
        colleague_sudo._give_portal_access(address)
        return {"partner_id": colleague_sudo.id}

    @idempotent
    def set_colleague_role(self, role, site_id=None, request_uuid=None):
        """Say what a colleague sees in the portal.

        :param str role: ``own``, ``site``, ``company`` or ``accountant``
        :param int site_id: address of the company the colleague belongs to; needed for ``site``
        :return: ``{"partner_id": …, "role": …}``
        :raise AccessError: the same for others' people and for those that don't exist
        """
        colleague_sudo = self._check_colleague_sudo()
        place_sudo = colleague_sudo.commercial_partner_id._check_colleague_place(role, site_id)
        colleague_sudo.write({"portal_role": role, "parent_id": place_sudo.id})
        return {"partner_id": colleague_sudo.id, "role": role}

    @idempotent
    def withdraw_colleague_access(self, request_uuid=None):
        """Take a colleague's access away; what they opened stays with the company.

        :return: ``{"partner_id": …}``
        :raise AccessError: the same for others' people and for those that don't exist
        """
        colleague_sudo = self._check_colleague_sudo()
        colleague_sudo._take_portal_access()
        return {"partner_id": colleague_sudo.id}

    # === CHECKS === #

    @api.model
    def _check_portal_manager_sudo(self):
        """The company whose access the user manages, in sudo.

        :raise AccessError: who manages none
        """
        user = self.env.user
        if not user._is_portal_manager():
            raise AccessError(self.env._("You do not manage the access of your company."))
        return user._get_acting_contact().sudo().commercial_partner_id

    def _check_colleague_sudo(self):
        """This contact in sudo, if it is a colleague whose access the user manages.

        :raise AccessError: the same for others' people and for those that don't exist
        """
        company_sudo = self._check_portal_manager_sudo()
        colleague_sudo = company_sudo._get_colleagues_sudo().filtered(
            lambda partner: partner.id in self.ids
        )
        if len(self) != 1 or not colleague_sudo:
            raise AccessError(self.env._("This is not a colleague of yours with access."))
        return colleague_sudo

    def _get_colleagues_sudo(self):
        """People of this company who come in or were invited, but the user: whose access is
        managed.
        """
        self.ensure_one()
        return (
            self.sudo()
            .search(
                Domain("commercial_partner_id", "=", self.id)
                & (
                    Domain("user_ids.share", "=", True)
                    | Domain("portal_user_id", "!=", False)
                    | Domain("portal_invited_on", "!=", False)
                )
                & Domain("id", "not in", self.env.user._get_own_contacts().ids),
                order="name, id",
            )
            .filtered(lambda partner: all(user.share for user in partner.user_ids))
        )

    def _get_people_by_login_sudo(self, address):
        """The contact of this company who comes in with this login, whatever their address is."""
        users_sudo = self.env["res.users"].sudo()
        user_sudo = users_sudo.search([("login", "=", address), ("share", "=", True)])
        contacts_sudo = user_sudo.partner_id | user_sudo.portal_contact_ids
        return contacts_sudo.filtered(lambda contact: contact.commercial_partner_id == self)[:1]

    def _get_sites_sudo(self):
        """Addresses of this company that people may belong to."""
        self.ensure_one()
        return self.sudo().search(
            [
                ("parent_id", "=", self.id),
                ("type", "in", ("delivery", "other", "invoice")),
                ("is_company", "=", False),
            ],
            order="name, id",
        )

    def _check_colleague_place(self, role, site_id):
        """The address a colleague of this company belongs to, by their role; self in sudo."""
        if role not in dict(self._fields["portal_role"].selection):
            raise ValidationError(self.env._("Say what the colleague sees."))
        if role != "site":
            return self
        place_sudo = self._get_sites_sudo().filtered(lambda place: place.id == site_id)
        if not place_sudo:
            raise ValidationError(self.env._("Say which site the colleague belongs to."))
        return place_sudo

    # === GIVING AND TAKING ACCESS === #

    def _has_portal_access(self):
        """Whether this contact, in sudo, comes in."""
        return bool(self.user_ids.filtered("active") or self.portal_user_id)

    def _is_invitation_pending(self):
        """Whether this contact, in sudo, was invited and has not come in since, whatever login
        they have.
        """
        return bool(self.portal_invited_on and not self._get_last_visit())

    def _give_portal_access(self, address):
        """Let this contact come in, in sudo, or ask the owner of the login that the address has."""
        users_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        known_sudo = users_sudo.search([("login", "=", address)], limit=1)
        if not known_sudo or known_sudo.partner_id == self:
            self._get_portal_wizard_user().action_grant_access()
        elif self._get_invited_user():
            self._send_invitation_link()
        else:
            # Neither whoever invites nor anybody else outside is told that there is such a login.
            self._message_log(
                body=self.env._(
                    "%(email)s was invited to the portal, but is the login of somebody of ours or "
                    "one that was closed: please see to it.",
                    email=address,
                )
            )

    def _take_portal_access(self):
        """Let this contact, in sudo, come in no more; what else their login is for goes on."""
        own_sudo = self.user_ids.filtered("active")
        # A login that is of another customer's contact too stays theirs.
        # Whoever calls may ask for archived records: where they have left they come in no more.
        for user_sudo in own_sudo.with_context(active_test=True).filtered("portal_contact_ids"):
            contact_sudo = user_sudo.portal_contact_ids[:1]
            contact_sudo.portal_user_id = False
            user_sudo.partner_id = contact_sudo
        if self.user_ids.filtered("active"):
            self._get_portal_wizard_user().action_revoke_access()
        self.write(
            {"portal_user_id": False, "portal_invited_on": False, "portal_accepted_on": False}
        )

    def _get_last_visit(self):
        """When this contact, in sudo, was last here; a login from before they were invited is no
        business of who invites.
        """
        logins = (self.user_ids | self.portal_user_id).mapped("login_date")
        invited = self.portal_invited_on
        seen = [moment for moment in logins if moment and (not invited or moment > invited)]
        return max(filter(None, [self.portal_accepted_on, *seen]), default=False)

    def _get_portal_wizard_user(self):
        wizard_sudo = self.env["portal.wizard"].sudo().create({"partner_ids": [(6, 0, self.ids)]})
        return wizard_sudo.user_ids

    # === THE PAGE === #

    @api.model
    def _portal_colleagues(self):
        """The page of whoever manages their company's access."""
        company_sudo = self._check_portal_manager_sudo()
        colleagues_sudo = company_sudo._get_colleagues_sudo()
        # Read for all of them at once.
        (colleagues_sudo.user_ids | colleagues_sudo.portal_user_id).mapped("login_date")
        return {
            "company": company_sudo.name,
            "colleagues": [colleague._portal_colleague() for colleague in colleagues_sudo],
            "roles": self._fields["portal_role"]._description_selection(self.env),
            "sites": [
                {"id": site.id, "name": site.name or site.street or site.city or ""}
                for site in company_sudo._get_sites_sudo()
            ],
        }

    def _portal_colleague(self):
        """A colleague, in sudo, as the page shows them, alike whatever login they have."""
        return {
            "id": self.id,
            "name": self.name,
            "email": self.email or "",
            "role": self.portal_role,
            "site_id": self.parent_id.id,
            "last_login": self._get_last_visit(),
            "invited_on": self.portal_invited_on,
            "is_pending": self._is_invitation_pending(),
        }
