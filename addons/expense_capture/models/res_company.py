from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    expense_charge = fields.Selection(
        selection=[
            ("cost", "At cost"),
            ("markup", "At cost plus a percentage"),
            ("none", "Not charged"),
        ],
        string="Expenses are charged",
        required=True,
        default="cost",
        help="How expenses of interventions are charged to whoever pays for the work.",
    )
    expense_markup = fields.Float(string="Percentage on expenses")

    def _get_expense_price(self, cost):
        """What a customer is charged for an expense, in company currency."""
        self.ensure_one()
        if self.expense_charge == "markup":
            return self.currency_id.round(cost * (1 + self.expense_markup / 100))
        return cost
