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
        """Give a colleague of one's own company access to the portal; they get Odoo's invitation.

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
        # Of somebody else's login nothing is told, not even whose it is.
        users_sudo = self.env["res.users"].sudo().with_context(active_test=False)
        known_sudo = users_sudo.search([("login", "=", address)], limit=1)
        colleague_sudo = self.sudo().search(
            [
                ("commercial_partner_id", "=", company_sudo.id),
                ("email_normalized", "=", address),
                ("is_company", "=", False),
            ],
            limit=1,
        )
        if known_sudo and known_sudo.partner_id != colleague_sudo:
            raise UserError(self.env._("%(email)s can't be invited. Please ask us.", email=address))
        if colleague_sudo.user_ids.filtered("active"):
            raise UserError(self.env._("%(name)s has access already.", name=colleague_sudo.name))
        values = {"portal_role": role, "parent_id": place_sudo.id}
        if colleague_sudo:
            colleague_sudo.write(values)
        else:
            colleague_sudo = self.sudo().create({"name": name, "email": address, **values})
        colleague_sudo._grant_portal_access()
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
        colleague_sudo._get_portal_wizard_user().action_revoke_access()
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
        return user.sudo().partner_id.commercial_partner_id

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
        """People of this company with a login, but the user: whose access is managed."""
        self.ensure_one()
        return (
            self.sudo()
            .search(
                Domain("commercial_partner_id", "=", self.id)
                & Domain("user_ids.share", "=", True)
                & Domain("id", "!=", self.env.user.partner_id.id),
                order="name, id",
            )
            .filtered(lambda partner: all(user.share for user in partner.user_ids))
        )

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

    # === ODOO'S OWN ACCESS === #

    def _grant_portal_access(self):
        """Invite this contact with Odoo's own dialog; self in sudo, after the check."""
        self._get_portal_wizard_user().action_grant_access()

    def _get_portal_wizard_user(self):
        wizard_sudo = self.env["portal.wizard"].sudo().create({"partner_ids": [(6, 0, self.ids)]})
        return wizard_sudo.user_ids

    # === THE PAGE === #

    @api.model
    def _portal_colleagues(self):
        """The page of whoever manages their company's access."""
        company_sudo = self._check_portal_manager_sudo()
        return {
            "company": company_sudo.name,
            "colleagues": [
                {
                    "id": colleague.id,
                    "name": colleague.name,
                    "email": colleague.email or "",
                    "role": colleague.portal_role,
                    "site_id": colleague.parent_id.id,
                    "last_login": max(
                        filter(None, colleague.user_ids.mapped("login_date")), default=False
                    ),
                }
                for colleague in company_sudo._get_colleagues_sudo()
            ],
            "roles": self._fields["portal_role"]._description_selection(self.env),
            "sites": [
                {"id": site.id, "name": site.name or site.street or site.city or ""}
                for site in company_sudo._get_sites_sudo()
            ],
        }
