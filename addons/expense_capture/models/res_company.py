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
        help="What the customer pays for accessory expenses. Kilometres have their own rate.",
    )
    expense_markup = fields.Float(string="Percentage added", digits=(5, 2))
    expense_bill_approved_only = fields.Boolean(
        string="Invoice approved expenses only",
        help="Otherwise an expense on a signed report is invoiced with the other work.",
    )

    _expense_markup_valid = models.Constraint(
        "CHECK (expense_markup IS NULL OR expense_markup BETWEEN 0 AND 1000)",
        "The percentage added to expenses cannot be negative, nor more than 1000.",
    )
