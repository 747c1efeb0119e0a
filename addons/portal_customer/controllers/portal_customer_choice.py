from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.account.controllers.portal import PortalAccount

from ..models.res_users import CONTACT_KEY
from .portal import PortalPages, to_int


class PortalCustomerChoice(PortalPages):
    """For which customer somebody acts who is a contact of several."""

    @route("/my/customer", type="http", auth="user", website=True, methods=["POST"])
    def portal_choose_customer(self, **typed):
        """Keep the choice for this session; another one than their own changes nothing."""
        contact_id = to_int(typed.get("contact_id"))
        if contact_id in request.env.user._get_own_contacts().ids:
            request.session[CONTACT_KEY] = contact_id
        return request.redirect("/my")


class PortalInvoice(PortalAccount):
    """Odoo's own list of invoices, of the customer for whom somebody acts."""

    def _get_invoices_domain(self, m_type=None):
        """Override of `account`: of several customers, those of the one that was chosen."""
        domain = super()._get_invoices_domain(m_type)
        user = request.env.user
        if len(user._get_own_contacts()) < 2:
            return domain
        customer = user._get_acting_contact().commercial_partner_id
        return Domain(domain) & Domain("commercial_partner_id", "=", customer.id)

    def _get_overdue_invoices_domain(self, partner_id=None):
        """Override of `account`: those addressed to the contact as whom somebody acts."""
        return super()._get_overdue_invoices_domain(
            partner_id or request.env.user._get_acting_contact().id
        )
