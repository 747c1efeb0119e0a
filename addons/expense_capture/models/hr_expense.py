from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# A change of these changes what is charged for the expense, or whether it is.
CHARGED_FIELDS = {
    "total_amount",
    "total_amount_currency",
    "tax_ids",
    "quantity",
    "price_unit",
    "date",
    "name",
    "distance_km",
    "approval_state",
    "currency_id",
    "currency_rate",
}


class HrExpense(models.Model):
    """An accessory expense of an intervention: reimbursed natively, charged through a work line."""

    _inherit = "hr.expense"

    intervention_id = fields.Many2one(
        "service.intervention",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    kind_id = fields.Many2one("expense.kind", string="Kind", ondelete="restrict")
    is_mileage = fields.Boolean(related="kind_id.is_mileage", string="Own car")
    work_line_ids = fields.One2many(
        "service.work.line", "expense_id", string="Work line", readonly=True
    )
    coverage = fields.Selection(related="work_line_ids.coverage", string="Coverage")
    coverage_reason = fields.Char(related="work_line_ids.coverage_reason")

    # === FIELDS: HOW IT WAS PAID === #
    country_id = fields.Many2one(
        "res.country",
        string="Spent in",
        compute="_compute_country_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    payment_traceable = fields.Boolean(
        string="Traceable payment",
        compute="_compute_payment_traceable",
        store=True,
        readonly=False,
        precompute=True,
        help="Paid by card, transfer or another means that leaves a trace, not in cash.",
    )
    traceability_state = fields.Selection(
        selection=[
            ("not_needed", "Not needed"),
            ("fine", "Traceable"),
            ("missing", "Not traceable"),
        ],
        string="Traceability",
        compute="_compute_traceability",
    )
    traceability_verdict = fields.Char(compute="_compute_traceability")
    settlement = fields.Selection(
        selection=[
            ("payroll", "Reimbursed by us"),
            ("own_bill", "In the contractor's own bill"),
        ],
        compute="_compute_settlement",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Contractors put their expenses on their own bill: these are approved and charged, "
        "but never posted or reimbursed.",
    )

    # === FIELDS: KILOMETRES === #
    distance_km = fields.Float(string="Kilometres", digits=(16, 1))
    origin = fields.Char(string="From")
    destination = fields.Char(string="To")

    # === COMPUTE METHODS === #

    @api.depends("intervention_id", "company_id")
    def _compute_country_id(self):
        for expense in self:
            # Where it was spent follows from where the work was.
            intervention_sudo = expense.intervention_id.sudo()
            place = intervention_sudo.site_id or intervention_sudo.partner_id
            expense.country_id = (
                expense.country_id or place.country_id or expense.company_id.country_id
            )

    @api.depends("payment_mode")
    def _compute_payment_traceable(self):
        for expense in self:
            traceable = expense.payment_mode == "company_account"
            expense.payment_traceable = expense.payment_traceable or traceable

    @api.depends("kind_id", "country_id", "date", "payment_traceable", "company_id")
    @api.depends_context("lang")
    def _compute_traceability(self):
        rules = self.env["expense.traceability.rule"]
        for expense in self:
            rule = rules
            if expense.kind_id and expense.date:
                rule = rules._find_for(
                    expense.company_id, expense.kind_id, expense.country_id, expense.date
                )
            if not rule:
                expense.traceability_state = "not_needed"
                expense.traceability_verdict = self.env._(
                    "No traceable payment is needed for this expense."
                )
            elif expense.payment_traceable:
                expense.traceability_state = "fine"
                expense.traceability_verdict = self.env._(
                    "Paid traceably: untaxed and deductible. %(source)s", source=rule.source or ""
                ).strip()
            else:
                expense.traceability_state = "missing"
                expense.traceability_verdict = self.env._(
                    "Not traceable: taxable for the employee, not deductible. %(source)s",
                    source=rule.source or "",
                ).strip()

    @api.depends("employee_id")
    def _compute_settlement(self):
        for expense in self:
            # Whether somebody is a contractor is decided on their record, which few may read.
            by_bill = expense.employee_id.sudo().settled_by_bill
            expense.settlement = "own_bill" if by_bill else "payroll"

    # === CONSTRAINT METHODS === #

    @api.constrains("intervention_id", "total_amount", "date")
    def _check_intervention_id(self):
        for expense in self.filtered("intervention_id"):
            if expense.total_amount < 0:
                raise ValidationError(self.env._("An expense cannot be negative."))
            if "sale_order_id" in self._fields and expense["sale_order_id"]:
                raise ValidationError(
                    self.env._(
                        "Expense “%(name)s” is charged through its intervention: take the sales "
                        "order away, or it would be charged twice.",
                        name=expense.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_charged(self):
        self._uncharge(self.env._("The expense was deleted."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        expenses = super().create(vals_list)
        expenses.filtered("intervention_id")._charge()
        return expenses

    def write(self, vals):
        moved = self.browse()
        if "intervention_id" in vals:
            moved = self.filtered(lambda e: e.intervention_id.id != vals["intervention_id"])
            moved._uncharge(self.env._("The expense was moved to another intervention."))
        result = super().write(vals)
        moved.filtered("intervention_id")._charge()
        if not CHARGED_FIELDS.isdisjoint(vals):
            (self - moved)._follow()
        return result

    # === CHARGING === #

    def _get_cost(self):
        """What the expense costs us, in company currency: without the tax we deduct."""
        self.ensure_one()
        return self.total_amount - self.tax_amount

    def _charge(self):
        """Put each expense on a work line of its intervention, once."""
        for expense in self:
            expense.intervention_id._check_may_work(allow_done=True)
            # Who may spend on an intervention needn't be able to write work lines.
            expense_sudo = expense.sudo()
            if expense_sudo.work_line_ids or expense_sudo.approval_state == "refused":
                continue
            intervention_sudo = expense.intervention_id._lock_for_work()
            expense_sudo.work_line_ids.create(intervention_sudo._prepare_expense_line(expense_sudo))
            expense_sudo._set_analytic_account()

    def _set_analytic_account(self):
        """The cost goes to the job's account when the expense is posted, and only then."""
        self.ensure_one()
        account = self.work_line_ids[:1]._get_cost_project().account_id
        if account and not self.analytic_distribution:
            self.analytic_distribution = {str(account.id): 100}

    def _follow(self):
        """Let the work line follow its expense as far as it may still change."""
        for expense_sudo in self.sudo().filtered("work_line_ids"):
            if expense_sudo.approval_state == "refused":
                expense_sudo._uncharge(self.env._("The expense was refused."))
                continue
            line = expense_sudo.work_line_ids
            if line.invoice_line_id:
                continue
            values = expense_sudo.intervention_id._prepare_expense_price(expense_sudo)
            if not line.report_id or line.report_id.state == "draft":
                values |= {"date": expense_sudo.date, "name": expense_sudo.name}
                if expense_sudo.is_mileage:
                    values["quantity"] = expense_sudo.distance_km
            changed = {name: value for name, value in values.items() if value != line[name]}
            if changed:
                line.write(changed)

    def _uncharge(self, reason):
        """Take expenses off their work lines; what was signed is settled by the office."""
        for line_sudo in self.sudo().work_line_ids:
            if line_sudo.invoice_line_id:
                raise UserError(
                    self.env._(
                        "“%(name)s” has been charged on invoice %(invoice)s. "
                        "Cancel the invoice first.",
                        name=line_sudo.name,
                        invoice=line_sudo.invoice_line_id.move_id.display_name,
                    )
                )
            if line_sudo.report_id and line_sudo.report_id.state != "draft":
                line_sudo.write(
                    {"expense_id": False, "coverage": "to_verify", "coverage_note": reason}
                )
            else:
                line_sudo.unlink()

    # === NATIVE FLOW === #

    def _can_be_autovalidated(self):
        """Override of `hr_expense`: nobody's expense is approved by handing it in."""
        return False

    def _check_can_create_move(self):
        """Override of `hr_expense`: what a contractor puts on their own bill is not posted."""
        if own := self.filtered(lambda expense: expense.settlement == "own_bill")[:1]:
            raise UserError(
                self.env._(
                    "“%(name)s” is settled in the contractor's own bill: it is approved and "
                    "charged, but not posted.",
                    name=own.name,
                )
            )
        return super()._check_can_create_move()

    # === CAPTURE === #

    def _get_capture_warnings(self, has_receipt):
        """What whoever captures an expense should know; none of it forbids to go on."""
        self.ensure_one()
        warnings = []
        if self.kind_id.receipt_required and not has_receipt:
            warnings.append(self.env._("The receipt is still missing: add its photo."))
        if self.kind_id.max_amount and self.total_amount > self.kind_id.max_amount:
            warnings.append(
                self.env._(
                    "This is more than usual for %(kind)s: the office will ask.",
                    kind=self.kind_id.name,
                )
            )
        if self.traceability_state == "missing":
            warnings.append(self.traceability_verdict)
        twins = self.search_count(
            [
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("date", "=", self.date),
                ("total_amount", "=", self.total_amount),
                ("kind_id", "=", self.kind_id.id),
            ],
            limit=1,
        )
        if twins:
            warnings.append(
                self.env._("An expense of the same day, kind and amount is there already.")
            )
        return warnings
