import re

from odoo import api, models
from odoo.exceptions import UserError

# Tickets shown for a caller; more than these nobody reads during a call.
SHOWN_TICKETS = 8
# Kinds of address where help may be needed.
SITE_TYPES = ("delivery", "other")


class HelpdeskTicket(models.Model):
    """Telephone: from a number to the caller, from the caller to a ticket."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    @api.model
    @api.readonly
    def find_caller(self, number):
        """Find who calls from a number, with what an agent wants to know at once.

        :return: ``number`` (international, or as given), ``valid`` and ``callers``, each with the
            company, the situation, sites and open tickets
        """
        self.browse().check_access("read")
        typed = number.strip() if isinstance(number, str) else ""
        # In a URL the plus of a telephone system often arrives as a space.
        if isinstance(number, str) and re.match(r" \d", number):
            typed = f"+{typed}"
        normalised = typed and self.env["res.partner"]._phone_format(number=typed)
        callers = self.env["res.partner"]
        if normalised:
            callers = callers.search([("phone_sanitized", "=", normalised)], limit=SHOWN_TICKETS)
        return {
            "number": normalised or typed,
            "valid": bool(normalised),
            "callers": self._prepare_callers(callers),
        }

    def _prepare_callers(self, callers):
        customers = callers.commercial_partner_id
        tickets = self.search_fetch(
            [("commercial_partner_id", "in", customers.ids), ("closed", "=", False)],
            ["number", "name", "stage_id", "partner_id", "commercial_partner_id"],
        ).grouped("commercial_partner_id")
        sites = (
            self.env["res.partner"]
            .search_fetch(
                [("commercial_partner_id", "in", customers.ids), ("type", "in", SITE_TYPES)],
                ["name", "city", "commercial_partner_id"],
            )
            .grouped("commercial_partner_id")
        )
        subjects = self._prepare_call_subjects(customers)
        return [
            {
                "id": caller.id,
                "name": caller.name or caller.display_name,
                "company": caller.commercial_partner_id.name,
                "verdict": caller.situation_verdict,
                "situation": caller.situation_label,
                "sites": [
                    {"id": site.id, "name": site.name or site.city or site.display_name}
                    for site in sites.get(caller.commercial_partner_id, [])
                ],
                "subjects": subjects.get(caller.commercial_partner_id, []),
                "tickets": [
                    {
                        "id": ticket.id,
                        "number": ticket.number,
                        "name": ticket.name,
                        "stage": ticket.stage_id.name,
                    }
                    for ticket in tickets.get(caller.commercial_partner_id, [])[:SHOWN_TICKETS]
                ],
            }
            for caller in callers
        ]

    @api.model
    def _prepare_call_subjects(self, customers):
        """What these customers may be calling about, for an override that knows of such things.

        :return: by customer a list of ``key``, ``name``, ``note`` and ``defaults`` (values of the
            new ticket)
        """
        return {}

    @api.model
    def register_caller(self, number, name, company_id=None):
        """Create a contact for an unknown caller, unless the number is known meanwhile.

        :param company_id: the customer (``res.partner``) they call for, if any
        :return: as ``find_caller``
        """
        self.browse().check_access("create")
        found = self.find_caller(number)
        if found["callers"]:
            return found
        if not found["valid"]:
            raise UserError(
                self.env._("%(number)s is not a telephone number. Correct it first.", number=number)
            )
        if not isinstance(name, str) or not name.strip():
            raise UserError(self.env._("Ask for the caller's name and write it down."))
        customer = self.env["res.partner"].browse(company_id or [])
        customer.check_access("read")
        # Agents answer the telephone whether or not they keep the address book.
        self.env["res.partner"].sudo().create(
            {
                "name": name.strip(),
                "phone": found["number"],
                "parent_id": customer.commercial_partner_id.id,
            }
        )
        return self.find_caller(found["number"])
