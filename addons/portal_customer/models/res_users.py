from odoo import models


class ResUsers(models.Model):
    """What a portal user sees: by ownership, according to one role on the contact.

    The record rules of portal users ask these methods; they are the one place to read.
    """

    _inherit = "res.users"

    def _portal_ticket_domain(self):
        """Domain of the tickets a portal user sees."""
        self.ensure_one()
        me, company = self.partner_id, self.partner_id.commercial_partner_id
        by_role = {
            "own": [("partner_id", "=", me.id)],
            "site": ["|", ("partner_id", "=", me.id), ("site_id", "=", me.parent_id.id or 0)],
            "company": [("commercial_partner_id", "=", company.id)],
        }
        return by_role.get(me.portal_role, [(0, "=", 1)])

    def _portal_intervention_domain(self, path=""):
        """Domain of the interventions a portal user sees, as customer or as technician.

        :param str path: how a record leads to its intervention, e.g. ``intervention_id.``
        """
        self.ensure_one()
        return [
            "|",
            (f"{path}technician_ids.user_id", "=", self.id),
            *self._portal_customer_domain(path),
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

    def _portal_customer_domain(self, path):
        me, company = self.partner_id, self.partner_id.commercial_partner_id
        own = [
            "|",
            (f"{path}contact_id", "=", me.id),
            (f"{path}ticket_id.partner_id", "=", me.id),
        ]
        by_role = {
            "own": own,
            "site": ["|", (f"{path}site_id", "=", me.parent_id.id or 0), *own],
            "company": [(f"{path}commercial_partner_id", "=", company.id)],
        }
        return by_role.get(me.portal_role, [(0, "=", 1)])

    def _portal_entry_domain(self):
        """Domain of the solved problems a portal user finds: offered to them, or of their company.

        What is offered changes without a word to the rules, which are kept: a field answers it.
        """
        self.ensure_one()
        customers = [False]
        if self.partner_id.portal_role != "accountant":
            customers.append(self.partner_id.commercial_partner_id.id)
        return [
            ("audience", "in", ("customer", "public")),
            ("partner_id", "in", customers),
            ("is_offered", "=", True),
        ]

    def _portal_equipment_domain(self):
        """Domain of the equipment a portal user sees: the company's, or the site's."""
        self.ensure_one()
        me, company = self.partner_id, self.partner_id.commercial_partner_id
        if me.portal_role == "site":
            return [("site_id", "=", me.parent_id.id or 0)]
        if me.portal_role in ("own", "company"):
            return [("partner_id", "=", company.id)]
        return [(0, "=", 1)]

    def _portal_contract_domain(self):
        """Domain of the contracts a portal user sees: those of the company, by role."""
        self.ensure_one()
        if self.partner_id.portal_role != "company":
            return [(0, "=", 1)]
        return [
            ("partner_id", "=", self.partner_id.commercial_partner_id.id),
            ("state", "!=", "draft"),
        ]

    def _may_see_statement(self):
        """Whether a portal user sees the statement of account of their company."""
        self.ensure_one()
        return self.share and self.partner_id.portal_role in ("company", "accountant")

    def _is_portal_manager(self):
        """Whether a portal user manages who of their company has access."""
        self.ensure_one()
        # Whether somebody manages their company's access is no secret to them.
        me_sudo = self.sudo().partner_id
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
