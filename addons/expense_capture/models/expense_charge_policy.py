from datetime import date

from odoo import api, fields, models

from ..charging import Policy


class ExpenseChargePolicy(models.Model):
    """What a customer pays for expenses, where it isn't what all customers pay.

    By contract, customer and kind of expense, valid between dates; ``charging.choose`` says which
    one decides. Without any the company's setting holds. Kilometres stand in the price list of
    work.
    """

    _name = "expense.charge.policy"
    _description = "Price of Expenses"
    _inherit = ["service.dated.mixin"]
    _order = "partner_id, contract_id, date_from desc, id desc"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('parent_id', '=', False)]",
        help="Whoever pays. Leave empty for everybody.",
    )
    contract_id = fields.Many2one(
        "service.contract", index="btree_not_null", ondelete="cascade", check_company=True
    )
    kind_ids = fields.Many2many(
        "expense.kind",
        relation="expense_charge_policy_kind_rel",
        string="Kinds of expense",
        domain=[("is_mileage", "=", False)],
        help="Leave empty for all.",
    )
    charge = fields.Selection(
        selection=[
            ("cost", "At cost"),
            ("markup", "At cost plus a percentage"),
            ("fixed", "Fixed price"),
            ("none", "Not charged"),
        ],
        string="Charged",
        required=True,
        default="cost",
        help="Cost is net where the VAT is ours to deduct, gross otherwise.",
    )
    percent = fields.Float(string="Percentage added", digits=(5, 2))
    price = fields.Monetary(help="For each expense, before tax.")

    _values_valid = models.Constraint(
        "CHECK ((percent IS NULL OR percent BETWEEN 0 AND 1000) AND (price IS NULL OR price >= 0))",
        "Neither the percentage nor the price of expenses can be negative.",
    )

    @api.depends("charge", "partner_id", "contract_id")
    def _compute_display_name(self):
        charges = dict(self._fields["charge"]._description_selection(self.env))
        for policy in self:
            whose = policy.contract_id.display_name or policy.partner_id.display_name
            policy.display_name = " · ".join(filter(None, [whose, charges.get(policy.charge)]))

    def _as_policy(self):
        self.ensure_one()
        return Policy(
            charge=self.charge,
            value=self.price if self.charge == "fixed" else self.percent,
            id=self.id,
            contract=self.contract_id.id or 0,
            customer=self.partner_id.commercial_partner_id.id or 0,
            kinds=frozenset(self.kind_ids.ids),
            start=self.date_from,
            end=self.date_to or date.max,
        )
