from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

# As many as tell that a payment has arrived; all of them are in the list of invoices.
SHOWN_PAID = 10

# What a record rule reads of a contact: when it changes, the rules of its user change too.
RULE_FIELDS = {"portal_role", "parent_id", "is_company", "active", "portal_user_id"}

# How a customer pays, and what the office thinks of it.
SITUATION_FIELDS = {
    "service_block",
    "service_block_reason",
    "service_block_until",
    "situation_label",
    "situation_verdict",
}
# What the office writes down about a customer for itself; warnings are of Odoo's apps, where
# installed.
OFFICE_FIELDS = frozenset(
    {
        "comment",
        "trust",
        "days_sales_outstanding",
        "sale_warn_msg",
        "purchase_warn_msg",
        "picking_warn_msg",
    }
)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "portal.office.mixin"]

    portal_role = fields.Selection(
        selection=[
            ("own", "Own requests"),
            ("site", "Own site"),
            ("company", "Whole company"),
            ("accountant", "Accountant of the company"),
        ],
        required=True,
        default="own",
        help="What this contact sees in the portal. Own site: what concerns the address the "
        "contact belongs to. Accountant: invoices and the statement of account, no requests.",
    )
    portal_user_id = fields.Many2one(
        "res.users",
        string="Portal login of the same person",
        domain="[('share', '=', True)]",
        index="btree_not_null",
        ondelete="set null",
        groups="helpdesk_ticket.helpdesk_ticket_group_user",
        help="For somebody who is a contact of several customers: with the login they have at "
        "another one they also see what this contact's role says, and choose for whom they act.",
    )

    @api.constrains("portal_user_id", "parent_id", "is_company")
    def _check_portal_user(self):
        for partner in self:
            user_sudo = partner.sudo().portal_user_id
            if not user_sudo:
                continue
            if not user_sudo.share or partner.is_company or partner.sudo().user_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot share a portal login: choose a person without a login of "
                        "their own, and the login of somebody outside.",
                        name=partner.display_name,
                    )
                )
            others_sudo = user_sudo.partner_id | user_sudo.portal_contact_ids - partner
            if partner.commercial_partner_id in others_sudo.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(login)s is a contact of %(customer)s already.",
                        login=user_sudo.login,
                        customer=partner.commercial_partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if any(vals.get("portal_user_id") for vals in vals_list):
            self.env.registry.clear_cache()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if not RULE_FIELDS.isdisjoint(vals):
            # Record rules are kept with the values they were made of.
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        is_shared = bool(self.sudo().portal_user_id)
        result = super().unlink()
        if is_shared:
            # Whoever was this contact sees nothing of its customer any more.
            self.env.registry.clear_cache()
        return result

    @api.model
    def _is_office_field(self, name):
        """Override: portal users read all fields of their company's contacts, but not what the
        office thinks of them, and how the company pays is for those who may see its statement. Of
        several companies a field can't tell which one is asked for: it is for those who may see all
        their statements.
        """
        if name in SITUATION_FIELDS:
            user = self.env.user
            return user._get_own_contacts().commercial_partner_id != user._get_statement_customers()
        return name in OFFICE_FIELDS or super()._is_office_field(name)

    def _can_be_edited_by_current_customer(self, **kwargs):
        """Override of `portal`, which lets each contact of a company change and archive all of its
        addresses: where we go and what we bill to is changed by who it is for.
        """
        if not super()._can_be_edited_by_current_customer(**kwargs):
            return False
        me_sudo = self._get_current_partner(**kwargs).sudo()
        if self == me_sudo or me_sudo == me_sudo.commercial_partner_id:
            return True
        return (
            me_sudo.portal_role == "company"
            or (me_sudo.portal_role == "site" and self == me_sudo.parent_id)
            or (me_sudo.portal_role == "accountant" and self.type == "invoice")
        )

    def _check_own_situation(self):
        """Override of `helpdesk_ticket`: of the own companies, those whose statement one sees."""
        result = super()._check_own_situation()
        user = self.env.user
        if user.share and self.commercial_partner_id - user._get_statement_customers():
            raise AccessError(self.env._("You cannot see the accounting situation."))
        return result

    def _may_see_amounts(self):
        """Override of `helpdesk_ticket`: who sees the statement sees its amounts.

        Share users get their own company's situation only, which the caller has checked.
        """
        user = self.env.user
        return super()._may_see_amounts() or bool(user.share and user._get_statement_customers())

    def _portal_statement(self):
        """The statement of account of a customer: verdict, ageing and open items.

        The caller has checked that the user may see it; items are those the user may read.
        """
        self.ensure_one()
        company = self.env.user.company_id
        situation = self._get_situations(company)[self.commercial_partner_id.id]
        own = Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
        own &= Domain("move_type", "in", ("out_invoice", "out_refund"))
        own &= Domain("state", "=", "posted")
        # Each instalment falls due on a day of its own.
        instalments = self.env["account.move.line"].search(
            [
                ("move_id", "any", own),
                ("display_type", "=", "payment_term"),
                ("amount_residual", "!=", 0),
            ],
            order="date_maturity, id",
        )
        paid = self.env["account.move"].search(
            own
            & Domain("move_type", "=", "out_invoice")
            & Domain("payment_state", "in", ("paid", "in_payment")),
            order="invoice_date desc, id desc",
            limit=SHOWN_PAID,
        )
        today = fields.Date.context_today(self)
        amounts = situation["amounts"]
        return {
            "currency": company.currency_id,
            "as_of": fields.Date.to_date(situation["as_of"]),
            "label": situation["label"],
            "verdict": situation["verdict"],
            "open": amounts["open"],
            "overdue": amounts["overdue"],
            "bands": self._get_ageing(amounts["bands"]),
            "items": [
                {
                    "name": item.move_id.name,
                    "date": item.move_id.invoice_date,
                    "due": item.date_maturity,
                    "total": item.balance,
                    "residual": item.amount_residual,
                    "days": max((today - item.date_maturity).days, 0) if item.date_maturity else 0,
                    "url": f"/my/invoices/{item.move_id.id}",
                }
                for item in instalments
            ],
            "paid": [
                {
                    "name": invoice.name,
                    "date": invoice.invoice_date,
                    "total": invoice.amount_total_signed,
                    "url": f"/my/invoices/{invoice.id}",
                }
                for invoice in paid
            ],
        }
