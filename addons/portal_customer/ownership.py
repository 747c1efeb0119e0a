"""What one contact of a customer sees, by the role that stands on the contact.

Each function takes a contact and returns the domain of what is theirs.
"""

from odoo.fields import Domain

CUSTOMER_INVOICES = ("out_invoice", "out_refund", "out_receipt")
# Roles that see what their company is asked to pay.
SEE_AMOUNTS = ("company", "accountant")
NOTHING = [(0, "=", 1)]


def _by_role(contact, domains):
    return Domain(domains.get(contact.portal_role, NOTHING))


def tickets_of(me):
    """Requests: their own, their site's, or all of their company's."""
    return _by_role(
        me,
        {
            "own": [("partner_id", "=", me.id)],
            "site": ["|", ("partner_id", "=", me.id), ("site_id", "=", me.parent_id.id or 0)],
            "company": [("commercial_partner_id", "=", me.commercial_partner_id.id)],
        },
    )


def interventions_of(me, path):
    """Interventions, or what leads to one by ``path``: own ones, the site's, or the company's."""
    own = [
        "|",
        (f"{path}contact_id", "=", me.id),
        (f"{path}ticket_id.partner_id", "=", me.id),
    ]
    return _by_role(
        me,
        {
            "own": own,
            "site": ["|", (f"{path}site_id", "=", me.parent_id.id or 0), *own],
            "company": [(f"{path}commercial_partner_id", "=", me.commercial_partner_id.id)],
        },
    )


def equipment_of(me):
    """Equipment: of their company, or of their site."""
    company = [("partner_id", "=", me.commercial_partner_id.id)]
    return _by_role(
        me,
        {"own": company, "site": [("site_id", "=", me.parent_id.id or 0)], "company": company},
    )


def contracts_of(me):
    """Contracts: those who see the whole company see them, but none that is being prepared."""
    return _by_role(
        me,
        {
            "company": [
                ("partner_id", "=", me.commercial_partner_id.id),
                ("state", "!=", "draft"),
            ]
        },
    )


def invoices_of(me):
    """Invoices: of their company for those who see amounts, else what is addressed to them."""
    if me.portal_role in SEE_AMOUNTS:
        return Domain("commercial_partner_id", "=", me.commercial_partner_id.id)
    addressed = me | me.parent_id if me.portal_role == "site" else me
    return Domain("partner_id", "in", addressed.ids)
