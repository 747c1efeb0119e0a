from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..traceability import assess

# What decides what somebody gets back: not for who has spent the money.
OPEN_STATES = ("draft", "submitted", "refused")
SETTLING_FIELDS = {"settlement", "supplier_bill_id"}


class HrExpense(models.Model):
    """An accessory expense of an intervention: captured on the spot, approved, posted and paid as
    Odoo does it. What the customer pays for it is its work line.
    """

    _name = "hr.expense"
    _inherit = ["hr.expense", "attachment.intake.mixin"]

    # === FIELDS: WHAT IT WAS FOR === #
    intervention_id = fields.Many2one(
        "service.intervention",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        copy=False,
        domain="[('company_id', '=', company_id), ('state', '!=', 'cancelled')]",
    )
    event_id = fields.Many2one(
        "calendar.event",
        string="Visit",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    equipment_id = fields.Many2one(
        "service.equipment",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        readonly=True,
        copy=False,
    )
    kind_id = fields.Many2one(
        "expense.kind",
        compute="_compute_kind_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_mileage = fields.Boolean(
        related="kind_id.is_mileage", string="Own car", store=True, precompute=True
    )

    # === FIELDS: KILOMETRES === #
    origin = fields.Char(string="From")
    destination = fields.Char(string="To")
    distance_km = fields.Float(
        string="Kilometres", compute="_compute_distance_km", inverse="_inverse_distance_km"
    )
    mileage_rate_id = fields.Many2one(
        "expense.mileage.rate",
        string="Vehicle",
        compute="_compute_mileage_rate_id",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    # === FIELDS: HOW IT WAS PAID === #
    country_id = fields.Many2one(
        "res.country",
        string="Spent in",
        compute="_compute_country_id",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        ondelete="restrict",
    )
    invoice_to_us = fields.Boolean(
        string="Invoice in our name",
        help="Only then the VAT inside is ours to deduct, and not charged to the customer.",
    )
    payment_traceable = fields.Selection(
        selection=[("yes", "Traceable"), ("no", "Cash"), ("unknown", "Not known")],
        string="Payment",
        compute="_compute_payment_traceable",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    traceability_state = fields.Selection(
        selection=[
            ("fine", "Traceable"),
            ("missing", "Not traceable"),
            ("unknown", "To be asked"),
            ("not_needed", "Not needed"),
            ("abroad", "Abroad"),
            ("no_rule", "No rule"),
        ],
        string="Traceability",
        compute="_compute_traceability",
        store=True,
        compute_sudo=True,
    )
    traceability_rule_id = fields.Many2one(
        "expense.traceability.rule",
        compute="_compute_traceability",
        store=True,
        compute_sudo=True,
        ondelete="set null",
    )
    traceability_verdict = fields.Char(compute="_compute_traceability_verdict", compute_sudo=True)
    settlement = fields.Selection(
        selection=[("payroll", "Reimbursed"), ("own_bill", "In their own bill")],
        compute="_compute_settlement",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        tracking=True,
        help="A contractor's expenses are approved and charged, but paid with their own bill.",
    )
    supplier_bill_id = fields.Many2one(
        "account.move",
        string="Supplier's bill",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
        domain="[('move_type', 'in', ('in_invoice', 'in_receipt'))]",
        groups="account.group_account_invoice",
    )

    # === COMPUTE METHODS === #

    @api.depends("product_id")
    def _compute_kind_id(self):
        kinds = self.env["expense.kind"]._get_by_product(self.product_id)
        for expense in self:
            if not expense.kind_id or expense.kind_id.product_id != expense.product_id:
                expense.kind_id = kinds.get(expense.product_id)

    @api.depends("quantity", "kind_id")
    def _compute_distance_km(self):
        for expense in self:
            expense.distance_km = expense.quantity if expense.kind_id.is_mileage else 0.0

    def _inverse_distance_km(self):
        for expense in self:
            if expense.kind_id.is_mileage:
                expense.quantity = expense.distance_km

    @api.depends("kind_id", "employee_id", "date", "company_id")
    def _compute_mileage_rate_id(self):
        rates = self.env["expense.mileage.rate"].search([("company_id", "in", self.company_id.ids)])
        for expense in self:
            if not expense.kind_id.is_mileage:
                expense.mileage_rate_id = False
            elif not expense._is_settled():
                expense.mileage_rate_id = rates.filtered(
                    lambda rate, company=expense.company_id: rate.company_id == company
                )._choose(
                    expense.employee_id,
                    expense.date or fields.Date.context_today(expense),
                    expense.vehicle_id.class_id,
                )
            else:
                expense.mileage_rate_id = expense.mileage_rate_id

    @api.depends("intervention_id", "company_id")
    def _compute_country_id(self):
        for expense in self:
            expense.country_id = (
                expense.intervention_id._get_work_country() or expense.company_id.country_id
            )

    @api.depends("payment_mode")
    def _compute_payment_traceable(self):
        """The company pays by card or bank; how somebody else paid, they say."""
        for expense in self:
            if expense.payment_mode == "company_account":
                expense.payment_traceable = "yes"
            else:
                expense.payment_traceable = expense.payment_traceable or "unknown"

    @api.depends("kind_id", "country_id", "date", "payment_traceable", "company_id.country_id")
    def _compute_traceability(self):
        rules = self.env["expense.traceability.rule"]._get_rules(self.company_id)
        for expense in self:
            home = expense.company_id.country_id
            verdict, rule = assess(
                expense.kind_id.id,
                (expense.country_id or home).code or "",
                home.code or "",
                expense.date or fields.Date.context_today(expense),
                expense.payment_traceable,
                rules.get(expense.company_id, []),
            )
            expense.traceability_state = verdict
            expense.traceability_rule_id = rule and rule.id

    @api.depends("traceability_state", "traceability_rule_id")
    @api.depends_context("lang")
    def _compute_traceability_verdict(self):
        _ = self.env._
        general = {
            "fine": _("Paid in a way that can be traced, as the law asks."),
            "missing": _("Paid in a way that cannot be traced."),
            "unknown": _("Say how it was paid: this needs a payment that can be traced."),
            "not_needed": _("This needs no payment that can be traced."),
            "abroad": _("Spent abroad: no traceable payment is needed."),
            "no_rule": _("No rule about traceable payment is known for this kind and date."),
        }
        for expense in self:
            rule = expense.traceability_rule_id
            sentence = general.get(expense.traceability_state, "")
            if expense.traceability_state == "missing":
                sentence = rule.reason or sentence
            if rule.source and expense.traceability_state != "unknown":
                sentence = f"{sentence.rstrip('.')} ({rule.source})."
            expense.traceability_verdict = sentence

    @api.depends("employee_id", "payment_mode")
    def _compute_settlement(self):
        for expense in self:
            if expense._is_settled():
                expense.settlement = expense.settlement
            elif expense.employee_id.settled_by_bill and expense.payment_mode == "own_account":
                expense.settlement = "own_bill"
            else:
                expense.settlement = "payroll"

    def _is_settled(self):
        """Whether somebody has approved it: from then on nothing is worked out anew."""
        self.ensure_one()
        return (self._origin.state or "draft") not in OPEN_STATES

    # === COMPUTE METHODS OF ODOO === #

    @api.depends("kind_id")
    def _compute_from_product(self):
        """Override of `hr_expense`: kilometres and days are a quantity, whatever the category
        costs.
        """
        result = super()._compute_from_product()
        self.filtered(lambda expense: expense.kind_id._is_counted()).product_has_cost = True
        return result

    @api.depends("mileage_rate_id", "allowance_rate_id")
    def _compute_price_unit(self):
        """Override of `hr_expense`: a kilometre is worth what the vehicle's rate says, a day what
        the allowance says.
        """
        counted = self.filtered(lambda expense: expense.kind_id._is_counted())
        result = super(HrExpense, self - counted)._compute_price_unit()
        for expense in counted:
            if not expense._is_settled():
                expense.price_unit = (
                    expense.mileage_rate_id.price
                    if expense.kind_id.is_mileage
                    else expense.allowance_rate_id.amount
                )
            else:
                expense.price_unit = expense.price_unit
        return result

    @api.depends("intervention_id", "invoice_to_us")
    def _compute_tax_ids(self):
        """Override of `hr_expense`: of a receipt that is no invoice to us no VAT is deducted."""
        gross = self.filtered(lambda expense: expense.intervention_id and not expense.invoice_to_us)
        super(HrExpense, self - gross)._compute_tax_ids()
        gross.tax_ids = False

    @api.depends("intervention_id.project_id")
    def _compute_analytic_distribution(self):
        """Override of `hr_expense`: what an intervention spends is the cost of its job order."""
        charged = self.filtered("intervention_id")
        super(HrExpense, self - charged)._compute_analytic_distribution()
        for expense in charged:
            if expense.account_move_id:
                expense.analytic_distribution = expense.analytic_distribution
                continue
            # Whoever spends the money needn't be able to read projects.
            intervention_sudo = expense.sudo().intervention_id
            project_sudo = (
                intervention_sudo.project_id or intervention_sudo.company_id._get_service_project()
            )
            expense.analytic_distribution = project_sudo._get_analytic_distribution()

    # === CONSTRAINT METHODS === #

    @api.constrains("settlement", "payment_mode")
    def _check_settlement(self):
        for expense in self:
            if expense.settlement == "own_bill" and expense.payment_mode != "own_account":
                raise ValidationError(
                    self.env._(
                        "“%(expense)s” was paid by the company: it cannot be in the bill of "
                        "%(employee)s as well.",
                        expense=expense.name,
                        employee=expense.employee_id.name,
                    )
                )

    @api.constrains("mileage_rate_id", "employee_id")
    def _check_mileage_rate(self):
        for expense in self:
            owner = expense.sudo().mileage_rate_id.employee_id
            if owner and owner != expense.employee_id:
                raise ValidationError(
                    self.env._("This rate per kilometre is somebody else's. Choose another one.")
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_settling(vals)
        expenses = super().create(vals_list)
        charged = expenses.filtered("intervention_id")
        charged._check_may_charge()
        charged._check_not_sold_elsewhere()
        charged._charge()
        return expenses

    def write(self, vals):
        self._check_settling(vals)
        if "product_has_cost" in vals:
            # Odoo passes the cost of a category on to drafts; what is counted has its own rate.
            counted = self.filtered(lambda expense: expense.kind_id._is_counted())
            return super(HrExpense, self - counted).write(vals)
        result = super().write(vals)
        if vals.get("intervention_id"):
            self._check_may_charge()
        self._check_not_sold_elsewhere()
        if not self._get_charging_fields().isdisjoint(vals):
            self._charge()
        return result

    def unlink(self):
        self._discharge()
        return super().unlink()

    def _check_settling(self, vals):
        if self.env.su or SETTLING_FIELDS.isdisjoint(vals):
            return
        if not self.env.user.has_groups(
            "hr_expense.group_hr_expense_team_approver,account.group_account_invoice"
        ):
            raise AccessError(
                self.env._("How an expense is paid back is decided by whoever approves it.")
            )

    def _check_may_charge(self):
        """Whoever links an expense to an intervention sees it, and it is still open for work."""
        for intervention in self.intervention_id:
            intervention.check_access("read")
            # Reading was checked; the state is nobody's secret.
            if intervention.sudo().state == "cancelled":
                raise UserError(
                    self.env._(
                        "Intervention %(intervention)s is cancelled: it takes no more expenses.",
                        intervention=intervention.display_name,
                    )
                )

    def _check_not_sold_elsewhere(self):
        """With `sale_expense` an expense could be charged a second time, on a sales order."""
        if "sale_order_id" not in self._fields:
            return
        for expense in self:
            if expense.intervention_id and expense["sale_order_id"]:
                raise ValidationError(
                    self.env._(
                        "“%(expense)s” is charged with intervention %(intervention)s. Take out "
                        "the sales order, or it would be charged twice.",
                        expense=expense.name,
                        intervention=expense.intervention_id.display_name,
                    )
                )

    # === POSTING === #

    def _check_can_create_move(self):
        """Override of `hr_expense`: what is in somebody's own bill is in the books with it."""
        self._check_not_own_bill()
        return super()._check_can_create_move()

    def _prepare_move_vals(self):
        """Override of `hr_expense`: every way to post an expense passes here."""
        self._check_not_own_bill()
        return super()._prepare_move_vals()

    def _check_not_own_bill(self):
        own_bill = self.filtered(lambda expense: expense.settlement == "own_bill")
        if own_bill:
            raise UserError(
                self.env._(
                    "These expenses are paid with the bill of whoever spent the money, so they are "
                    "neither posted nor reimbursed: %(names)s.",
                    names=", ".join(own_bill.mapped("name")),
                )
            )

    # === VALUES FOR PAGES === #

    def _to_dict(self):
        """What whoever spent the money may know about their expense."""
        self.ensure_one()
        return {
            "id": self.id,
            "intervention_id": self.intervention_id.id,
            "kind": self.kind_id.code or "",
            "kind_label": self.kind_id.name or "",
            "name": self.name,
            "date": fields.Date.to_string(self.date),
            "amount": self.total_amount_currency,
            "currency": self.currency_id.name,
            "distance_km": self.distance_km,
            "origin": self.origin or "",
            "destination": self.destination or "",
            "route": self._get_route(),
            "state": self.state,
            "state_label": dict(self._fields["state"]._description_selection(self.env))[self.state],
            "settlement": self.settlement,
            "traceability_state": self.traceability_state,
            "traceability_verdict": self.traceability_verdict,
            "files": self.nb_attachment,
        }
