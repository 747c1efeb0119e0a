from odoo import api, fields, models


class ExpenseMileageRate(models.Model):
    """What a company reimburses for a kilometre with one's own car, valid between dates."""

    _name = "expense.mileage.rate"
    _description = "Reimbursement per Kilometre"
    _order = "date_from desc, id desc"

    name = fields.Char(string="Vehicle class", required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    price = fields.Float(string="Per kilometre", required=True, digits=(16, 4))
    date_from = fields.Date(string="Valid from", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Valid until")

    _price_positive = models.Constraint(
        "CHECK (price > 0)", "A kilometre is reimbursed with more than nothing."
    )

    @api.model
    def _find_for(self, company, day):
        """The rate of a company on a day, the newest one first; empty when there is none."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ],
            limit=1,
        )
