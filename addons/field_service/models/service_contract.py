from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..coverage import HOURS_BANK_KINDS, KINDS, Contract

# What decides which tickets a contract's service level holds for.
PROMISE_FIELDS = {
    "sla_policy_ids",
    "state",
    "date_start",
    "date_end",
    "equipment_ids",
    "site_ids",
    "partner_id",
    "active",
}
FEE_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


class ServiceContract(models.Model):
    """What a customer has bought in advance: kinds of cost included, hours, and a fee."""

    _name = "service.contract"
    _description = "Service Contract"
    _inherit = ["mail.thread", "mail.activity.mixin", "service.state.mixin"]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "number"]
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True, index="trigram")
    number = fields.Char(readonly=True, copy=False, default="", index="trigram")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain=[("parent_id", "=", False)],
    )
    invoice_partner_id = fields.Many2one(
        "res.partner",
        string="Payer",
        compute="_compute_invoice_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="Whoever gets the invoices.",
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("open", "In force"), ("closed", "Ended")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    date_start = fields.Date(
        string="Valid from", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(string="Valid until", tracking=True)
    renewal = fields.Selection(
        selection=[("none", "Ends by itself"), ("tacit", "Renewed tacitly")],
        required=True,
        default="none",
    )
    notice_days = fields.Integer(string="Notice (days)", default=60)
    equipment_ids = fields.Many2many(
        "service.equipment",
        relation="service_contract_equipment_rel",
        domain="[('partner_id', '=', partner_id)]",
        check_company=True,
    )
    site_ids = fields.Many2many(
        "res.partner",
        relation="service_contract_site_rel",
        string="Sites",
        domain="[('commercial_partner_id', '=', partner_id)]",
        help="All equipment there is included. Without equipment and sites: whatever the "
        "customer has.",
    )

    # === FIELDS: WHAT IS INCLUDED === #
    labour_percent = fields.Float(string="Labour (%)", default=100)
    travel_percent = fields.Float(string="Travel time and mileage (%)")
    part_percent = fields.Float(string="Parts (%)")
    expense_percent = fields.Float(string="Expenses (%)")
    call_out_included = fields.Boolean(string="Call-out included")
    has_hours_bank = fields.Boolean(
        string="Hours bank", help="Labour is covered as long as there are hours left."
    )
    included_hours = fields.Float(tracking=True)
    used_hours = fields.Float(compute="_compute_used_hours", store=True, copy=False)
    remaining_hours = fields.Float(compute="_compute_used_hours", store=True, copy=False)
    work_line_ids = fields.One2many("service.work.line", "contract_id", string="Work lines")

    # === FIELDS: FEE === #
    fee_amount = fields.Monetary(
        string="Fee",
        tracking=True,
        groups="field_service.field_service_group_price",
        help="Of a period, before tax, also where prices are with it.",
    )
    fee_product_id = fields.Many2one(
        "product.product",
        ondelete="restrict",
        domain=[("type", "=", "service")],
        default=lambda self: self.env.ref(
            "field_service.product_contract_fee", raise_if_not_found=False
        ),
    )
    fee_period = fields.Selection(
        selection=[
            ("month", "Monthly"),
            ("quarter", "Every three months"),
            ("half_year", "Every six months"),
            ("year", "Yearly"),
        ],
        default="year",
    )
    next_fee_date = fields.Date(string="Next fee on", index="btree_not_null", copy=False)
    index_percent = fields.Float(
        string="Index (%)", help="By how much the fee is raised when the contract is renewed."
    )

    # === FIELDS: REFERENCES OF THE CUSTOMER === #
    customer_reference = fields.Char(string="Customer's order")
    customer_reference_date = fields.Date(string="Date of the order")
    cig = fields.Char(string="CIG", size=10)
    cup = fields.Char(string="CUP", size=15)
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        ondelete="restrict",
        check_company=True,
        help="How fees and work of this contract are taxed, before what holds for the customer.",
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account", ondelete="restrict", check_company=True
    )
    note = fields.Html()

    # === FIELDS: WHAT IS PROMISED === #
    sla_policy_ids = fields.Many2many(
        "helpdesk.sla.policy",
        relation="service_contract_sla_policy_rel",
        string="Service levels",
        check_company=True,
        domain=[("by_contract", "=", True)],
        help="How soon customers of this contract get an answer, somebody on site, a solution.",
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A contract cannot end before it begins.",
    )
    _percents_valid = models.Constraint(
        "CHECK (labour_percent BETWEEN 0 AND 100 AND travel_percent BETWEEN 0 AND 100 "
        "AND part_percent BETWEEN 0 AND 100 AND expense_percent BETWEEN 0 AND 100)",
        "What a contract includes is between 0 and 100 percent.",
    )
    _hours_positive = models.Constraint(
        "CHECK (included_hours >= 0)", "Included hours cannot be negative."
    )
    # The last defence of the balance, whoever saves at once.
    _hours_not_overdrawn = models.Constraint(
        "CHECK (NOT has_hours_bank OR used_hours <= included_hours + 0.000001)",
        "The hours bank of this contract has not that many hours left. Please try again.",
    )

    @api.depends("partner_id")
    def _compute_invoice_partner_id(self):
        for contract in self:
            contract.invoice_partner_id = contract.partner_id or contract.invoice_partner_id

    @api.depends(
        "included_hours",
        "work_line_ids.quantity_covered",
        "work_line_ids.coverage",
        "work_line_ids.kind",
    )
    def _compute_used_hours(self):
        used = dict(
            self.env["service.work.line"]._read_group(
                [
                    ("contract_id", "in", self.ids),
                    ("coverage", "=", "contract"),
                    ("kind", "in", list(HOURS_BANK_KINDS)),
                ],
                ["contract_id"],
                ["quantity_covered:sum"],
            )
        )
        for contract in self:
            contract.used_hours = used.get(contract, 0.0)
            contract.remaining_hours = contract.included_hours - contract.used_hours

    @api.depends("number", "name")
    def _compute_display_name(self):
        for contract in self:
            contract.display_name = " ".join(filter(None, [contract.number, contract.name]))

    @api.constrains("partner_id", "equipment_ids", "site_ids")
    def _check_customer(self):
        for contract in self:
            customer = contract.partner_id.commercial_partner_id
            foreign = contract.equipment_ids.partner_id.commercial_partner_id - customer
            foreign |= contract.site_ids.commercial_partner_id - customer
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s is about equipment or sites of %(customer)s. "
                        "Choose the contract's customer or take them out.",
                        contract=contract.display_name,
                        customer=foreign[0].display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(contract.state != "draft" for contract in self):
            raise UserError(
                self.env._("Only a draft contract can be deleted. End this one instead.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("number"):
                vals["number"] = self.env["ir.sequence"].next_by_code(self._name) or ""
        contracts = super().create(vals_list)
        contracts.filtered("sla_policy_ids")._reset_ticket_policies()
        return contracts

    def write(self, vals):
        deciding = not vals.keys().isdisjoint(PROMISE_FIELDS)
        promising = self.filtered("sla_policy_ids") if deciding else self.browse()
        result = super().write(vals)
        if deciding:
            (promising | self.filtered("sla_policy_ids"))._reset_ticket_policies()
        return result

    def _reset_ticket_policies(self):
        """Have the service level of the customers' open tickets decided anew."""
        if self:
            # Whoever keeps contracts needn't see every ticket.
            tickets_sudo = (
                self.env["helpdesk.ticket"]
                .sudo()
                .search(
                    Domain("commercial_partner_id", "in", self.partner_id.ids)
                    & Domain("closed", "=", False)
                )
            )
            # Which contract holds is worked out once a transaction, and has just changed.
            tickets_sudo.invalidate_recordset(["contract_id"])
            tickets_sudo._reset_policies()

    # === ACTIONS === #

    def action_open(self):
        """Put contracts in force; the first fee is due on the first day."""
        for contract in self:
            if contract.state != "draft":
                raise UserError(
                    self.env._(
                        "Contract %(contract)s is not a draft.", contract=contract.display_name
                    )
                )
        self._change_state({"state": "open"})
        for contract in self.filtered(lambda c: c.fee_amount and not c.next_fee_date):
            contract.next_fee_date = contract.date_start

    def action_close(self):
        """End contracts: they cover nothing from now on and no fee falls due any more."""
        self._change_state({"state": "closed", "next_fee_date": False})

    # === BUSINESS METHODS === #

    @api.model
    def _get_open(self, customers, companies):
        """Contracts in force of these customers, whatever the day: looked up once for many."""
        return self.search(
            Domain("company_id", "in", companies.ids)
            & Domain("state", "=", "open")
            & Domain("partner_id", "in", customers.commercial_partner_id.ids),
            order="date_start desc, id desc",
        )

    def _choose(self, customer, site, equipment, day, company):
        """The contract of this set that holds for a piece of work: the most particular one.

        :param recordset equipment: possibly several
        :return: one contract or none
        """
        valid = self.filtered(
            lambda contract: (
                contract.company_id == company
                and contract.partner_id == customer.commercial_partner_id
                and contract.date_start <= day
                and (not contract.date_end or day <= contract.date_end)
            )
        )
        ranked = [(contract._fits(site, equipment), contract) for contract in valid]
        best = max((rank for rank, _contract in ranked), default=0)
        return next((found for rank, found in ranked if rank == best > 0), self.browse())

    def _fits(self, site, equipment):
        """How particular this contract is to a piece of work; 0 when it is about something else."""
        self.ensure_one()
        if not self.equipment_ids and not self.site_ids:
            return 1
        if equipment and equipment <= self.equipment_ids:
            return 3
        if site and site in self.site_ids:
            return 2
        return 0

    def _as_contract(self, visit=None):
        """The contract for the pure functions of ``coverage``, or None if none is in force.

        :param recordset visit: the ``calendar.event`` that is asked about
        """
        if not self or self.state != "open":
            return None
        self.ensure_one()
        groups = {
            "labour": self.labour_percent,
            "waiting": self.labour_percent,
            "travel": self.travel_percent,
            "mileage": self.travel_percent,
            "part": self.part_percent,
            "expense": self.expense_percent,
            "call_out": 100.0 if self.call_out_included else 0.0,
        }
        return Contract(
            name=self.display_name,
            start=self.date_start,
            end=self.date_end or None,
            percents={kind: groups.get(kind, 0.0) for kind in KINDS},
            hours_left=self.remaining_hours if self.has_hours_bank else None,
            visits_left=self._get_visits_left(visit),
            wasted_count=self.wasted_visits_count,
        )

    # === FEES === #

    def _advance_fee_date(self):
        """The fee of the period under way has been invoiced: the next one is due a period later."""
        for contract in self:
            following = contract._get_following_fee_date()
            ended = contract.date_end and following > contract.date_end
            contract.next_fee_date = False if ended else following

    def _get_following_fee_date(self):
        """When the fee after the next one is due: counted from the first day of the contract, so
        that a fee of the 31st comes back to the 31st after a short month.
        """
        self.ensure_one()
        months = FEE_MONTHS[self.fee_period]
        passed = relativedelta(self.next_fee_date, self.date_start)
        periods = (passed.years * 12 + passed.months) // months
        following = self.next_fee_date
        while following <= self.next_fee_date:
            periods += 1
            following = self.date_start + relativedelta(months=periods * months)
        return following

    def _get_fee_description(self):
        """What the invoice says about the fee: the contract and the period it is for."""
        self.ensure_one()
        return self._get_fee_text(*self._get_fee_days())

    def _get_fee_text(self, start, stop):
        # Whoever pays reads it, in their language.
        payers_env = self.with_context(lang=self.invoice_partner_id.lang or self.env.lang).env
        return payers_env._(
            "Contract %(contract)s, fee from %(start)s to %(stop)s",
            contract=self.display_name,
            start=format_date(payers_env, start),
            stop=format_date(payers_env, stop),
        )
