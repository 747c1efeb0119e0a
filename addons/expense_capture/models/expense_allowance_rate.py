from odoo import api, fields, models

FORMS = [
    ("lump", "Lump sum"),
    ("mixed", "Mixed: board or lodging paid apart"),
    ("mixed_both", "Mixed: board and lodging paid apart"),
    ("analytical", "Analytical: small expenses beside receipts"),
]


class ExpenseAllowanceRate(models.Model):
    """What a day away is paid without receipts, and how much of it is untaxed.

    Law is data: an accountant keeps forms, amounts and dates. Which form is agreed with somebody
    stands on the employee; home or abroad says where the money is spent.
    """

    _name = "expense.allowance.rate"
    _description = "Daily Allowance"
    _inherit = ["service.dated.mixin"]
    _order = "form, is_abroad, date_from desc, id desc"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Leave empty for all companies.",
    )
    form = fields.Selection(selection=FORMS, required=True)
    is_abroad = fields.Boolean(string="Abroad")
    amount = fields.Float(string="Paid per day", required=True, digits=(16, 2))
    exempt_amount = fields.Float(
        string="Untaxed per day", digits=(16, 2), help="What is paid above it is taxable."
    )
    source = fields.Char(help="Law or agreement this comes from.")

    _amounts_valid = models.Constraint(
        "CHECK (amount BETWEEN 0 AND 10000 AND (exempt_amount IS NULL OR exempt_amount >= 0))",
        "A daily allowance cannot be negative, nor as large as this.",
    )

    def _choose(self, company, form, is_abroad, day):
        """The allowance of this set that holds on a day: the company's own first, then the newest.

        :return: ``expense.allowance.rate``, empty if there is none
        """
        valid = self.filtered(
            lambda rate: (
                rate.company_id in (company, company.browse())
                and rate.form == form
                and rate.is_abroad == is_abroad
                and rate._is_valid_on(day)
            )
        )
        return valid.sorted(
            key=lambda rate: (bool(rate.company_id), rate.date_from, rate.id), reverse=True
        )[:1]


class HrEmployee(models.Model):
    """Which daily allowance was agreed with somebody."""

    _inherit = "hr.employee"

    allowance_form = fields.Selection(
        selection=FORMS,
        string="Daily allowance",
        groups="hr.group_hr_user",
        help="The form that was agreed for days away from the place of work.",
    )


class HrExpense(models.Model):
    """Days away, paid by the allowance that holds."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    is_allowance = fields.Boolean(
        related="kind_id.is_allowance", string="By day", store=True, precompute=True
    )
    allowance_form = fields.Selection(
        selection=FORMS,
        string="Form of the allowance",
        compute="_compute_allowance_form",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
    )
    allowance_rate_id = fields.Many2one(
        "expense.allowance.rate",
        string="Daily allowance",
        compute="_compute_allowance_rate_id",
        store=True,
        precompute=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    allowance_taxable = fields.Monetary(
        string="Of which taxable",
        currency_field="company_currency_id",
        compute="_compute_allowance_taxable",
        compute_sudo=True,
        help="What is paid above the untaxed amount per day.",
    )

    @api.depends("kind_id", "employee_id")
    def _compute_allowance_form(self):
        for expense in self:
            if not expense.kind_id.is_allowance:
                expense.allowance_form = False
            else:
                expense.allowance_form = (
                    expense.allowance_form or expense.employee_id.allowance_form or "lump"
                )

    @api.depends("allowance_form", "kind_id", "date", "country_id", "company_id")
    def _compute_allowance_rate_id(self):
        rates = self.env["expense.allowance.rate"].search(
            [("company_id", "in", [False, *self.company_id.ids])]
        )
        for expense in self:
            if expense._is_settled():
                expense.allowance_rate_id = expense.allowance_rate_id
                continue
            home = expense.company_id.country_id
            expense.allowance_rate_id = expense.kind_id.is_allowance and rates._choose(
                expense.company_id,
                expense.allowance_form,
                bool(expense.country_id and expense.country_id != home),
                expense.date or fields.Date.context_today(expense),
            )

    @api.depends("allowance_rate_id", "quantity")
    def _compute_allowance_taxable(self):
        for expense in self:
            rate = expense.allowance_rate_id
            above = max(0.0, rate.amount - rate.exempt_amount)
            expense.allowance_taxable = expense.quantity * above if rate else 0
