from odoo import api, fields, models
from odoo.fields import Domain

from ..ownership import (
    CUSTOMER_INVOICES,
    SEE_AMOUNTS,
    contracts_of,
    equipment_of,
    interventions_of,
    invoices_of,
    tickets_of,
)

# Names, in the context, as which of their contacts somebody acts; judged wherever it is read.
CONTACT_KEY = "portal_customer_contact_id"


class ResUsers(models.Model):
    """What a portal user sees: by ownership, according to one role on the contact.

    The record rules of portal users ask these methods; they are the one place to read. Somebody who
    is a contact of several customers may read what is theirs at each of them; their pages show one
    customer at a time, the one they have chosen.
    """

    _inherit = "res.users"

    portal_contact_ids = fields.One2many(
        "res.partner", "portal_user_id", groups=fields.NO_ACCESS, export_string_translation=False
    )

    # === AS WHOM === #

    def _get_own_contacts(self):
        """Override of `knowledge_base`: people outside may be contacts of several customers."""
        contacts = super()._get_own_contacts()
        if not self.share:
            return contacts
        # Who shares their login isn't read by people outside; which contacts they are is decided
        # by the office, and no secret to them. Whoever calls may ask for archived records: somebody
        # who has left a customer stays out.
        return contacts | self.sudo().with_context(active_test=True).portal_contact_ids

    def _get_acting_contact(self):
        """Override of `knowledge_base`: the one they have chosen, if it is still theirs."""
        contact = super()._get_acting_contact()
        chosen_id = self.env.context.get(CONTACT_KEY)
        if not chosen_id or chosen_id == contact.id:
            return contact
        return self._get_own_contacts().filtered(lambda one: one.id == chosen_id) or contact

    def _get_visiting_contacts(self):
        """As whom a portal user is invited to the visits they are shown."""
        acting = self._get_acting_contact()
        if acting == self.partner_id or not self._is_outside_technician():
            return acting
        return acting | self.partner_id

    def _portal_customers(self):
        """The customers among whom a portal user may choose; none if there is but one.

        :return: list of dicts ``contact_id``, ``name``, ``is_chosen``
        """
        self.ensure_one()
        contacts = self._get_own_contacts()
        if len(contacts) < 2:
            return []
        acting = self._get_acting_contact()
        return [
            {
                "contact_id": contact.id,
                "name": contact.sudo().commercial_partner_id.name or "",
                "is_chosen": contact == acting,
            }
            for contact in contacts
        ]

    # === WHAT THEY SEE === #

    def _portal_list_domain(self, model, contact=None):
        """Domain of what the portal's pages list of a model: of one customer at a time.

        Record rules have the last word; to who is a contact of one customer only they say it all.

        :param recordset contact: one of the user's contacts, the acting one by default
        """
        if len(self._get_own_contacts()) < 2:
            return Domain.TRUE
        make = {
            "helpdesk.ticket": self._portal_ticket_domain,
            "service.intervention": self._portal_intervention_domain,
            "service.equipment": self._portal_equipment_domain,
            "service.contract": self._portal_contract_domain,
            "account.move": self._portal_invoice_domain,
            "knowledge.article": self._portal_article_domain,
        }.get(model)
        if not make:
            return Domain.TRUE
        domain = make(contacts=contact or self._get_acting_contact())
        # People outside don't search by who works where; what is found is narrowed by the rules.
        return Domain("id", "in", self.env[model].sudo()._search(domain))

    def _of_contacts(self, make, contacts):
        """What the contacts see, all of the user's by default, as a list that rules can read."""
        self.ensure_one()
        return list(Domain.OR(make(contact) for contact in contacts or self._get_own_contacts()))

    def _portal_ticket_domain(self, contacts=None):
        """Domain of the tickets a portal user sees."""
        return self._of_contacts(tickets_of, contacts)

    def _portal_intervention_domain(self, path="", contacts=None):
        """Domain of the interventions a portal user sees, as customer or as technician.

        :param str path: how a record leads to its intervention, e.g. ``intervention_id.``
        """
        self.ensure_one()
        return [
            "|",
            (f"{path}technician_ids.user_id", "=", self.id),
            *self._portal_customer_domain(path, contacts),
        ]

    def _portal_signed_domain(self, state):
        """Domain of reports or their lines: technicians see drafts too, customers what is closed.

        :param str state: how the record leads to the state of its report
        """
        self.ensure_one()
        return [
            "|",
            ("intervention_id.technician_ids.user_id", "=", self.id),
            "&",
            (state, "in", ("signed", "unsigned")),
            *self._portal_customer_domain("intervention_id."),
        ]

    def _portal_customer_domain(self, path, contacts=None):
        return self._of_contacts(lambda contact: interventions_of(contact, path), contacts)

    def _portal_entry_domain(self):
        """Domain of the solved problems a portal user finds: offered to them, or of their
        companies.

        What is offered changes without a word to the rules, which are kept: a field answers it.
        """
        self.ensure_one()
        finding = self._get_own_contacts().filtered(
            lambda contact: contact.portal_role != "accountant"
        )
        return [
            ("audience", "in", ("customer", "public")),
            ("partner_id", "in", [False, *finding.commercial_partner_id.ids]),
            ("is_offered", "=", True),
        ]

    def _portal_equipment_domain(self, contacts=None):
        """Domain of the equipment a portal user sees: the company's, or the site's."""
        return self._of_contacts(equipment_of, contacts)

    def _portal_contract_domain(self, contacts=None):
        """Domain of the contracts a portal user sees: those of the company, by role."""
        return self._of_contacts(contracts_of, contacts)

    def _portal_article_domain(self, contacts=None):
        """Domain of the articles whose audience the contacts belong to."""
        return self._of_contacts(self.env["knowledge.article"]._audience_domain, contacts)

    def _portal_invoice_domain(self, contacts=None):
        """Domain of the invoices a portal user sees: the company's, by role, or their own."""
        return self._of_contacts(invoices_of, contacts)

    def _portal_bill_domain(self):
        """Domain of what isn't a customer's invoice, or is one that the user sees."""
        return ["|", ("move_type", "not in", CUSTOMER_INVOICES), *self._portal_invoice_domain()]

    def _portal_people_domain(self):
        """Domain of the contacts a portal user reads: their companies' and these themselves."""
        return [("id", "child_of", self._get_own_contacts().commercial_partner_id.ids)]

    # === WHAT THEY MAY === #

    def _may_see_statement(self):
        """Whether a portal user sees the statement of account of their company."""
        self.ensure_one()
        return self.share and self._get_acting_contact().portal_role in SEE_AMOUNTS

    def _may_see_requests(self):
        """Whether requests are for whoever a user acts as: those of an accountant are not."""
        self.ensure_one()
        return not self.share or self._get_acting_contact().portal_role != "accountant"

    def _get_statement_customers(self):
        """The customers whose statement of account a portal user sees, whoever they act as."""
        contacts = self._get_own_contacts()
        return contacts.filtered(
            lambda contact: contact.portal_role in SEE_AMOUNTS
        ).commercial_partner_id

    def _is_portal_manager(self):
        """Whether a portal user manages who of their company has access."""
        self.ensure_one()
        # Whether somebody manages their company's access is no secret to them.
        me_sudo = self._get_acting_contact().sudo()
        return (
            self.share
            and me_sudo.is_portal_manager
            and me_sudo.portal_role == "company"
            and me_sudo.commercial_partner_id.is_company
        )

    def _is_outside_technician(self):
        """Whether a portal user works for us: there is a person of ours with this login."""
        self.ensure_one()
        # Portal users read no personnel records; whether one is theirs is no secret to them.
        return self.share and bool(
            self.env["hr.employee"].sudo().search_count([("user_id", "=", self.id)], limit=1)
        )

    # === CRUD METHODS === #

    def _has_field_access(self, field, operation):
        """Override of the ORM: what a login has of its contact is judged as the contact's."""
        if not super()._has_field_access(field, operation):
            return False
        if not field.inherited or self.env.su or not self.env.user.share:
            return True
        contacts = self.env["res.partner"]
        return contacts._has_field_access(contacts._fields[field.name], operation)

    @api.model
    def _get_invalidation_fields(self):
        """Override of `base`: record rules say what the contact of a user sees."""
        return super()._get_invalidation_fields() | {"partner_id"}
