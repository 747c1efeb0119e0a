from odoo import api, fields, models


class ExpenseKind(models.Model):
    """What money was spent on, as people on the road say it: hotel, motorway, restaurant."""

    _name = "expense.kind"
    _description = "Kind of Expense"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Name that programs call it by.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    icon = fields.Char(help="Font Awesome name, e.g. fa-bed.")
    product_id = fields.Many2one(
        "product.product",
        string="Category",
        required=True,
        ondelete="restrict",
        domain=[("can_be_expensed", "=", True)],
        help="Category of the expense in Odoo's own views.",
    )
    is_mileage = fields.Boolean(string="Kilometres", help="Reimbursed by kilometre, not by amount.")
    is_allowance = fields.Boolean(
        string="Daily allowance", help="Paid by day, without a receipt of what it was spent on."
    )
    is_lodging = fields.Boolean(string="Lodging", help="Counts nights away from home.")
    receipt_required = fields.Boolean(default=True)
    max_amount = fields.Float(
        string="Usual limit", help="More than this is pointed out. Zero: no limit."
    )

    _code_uniq = models.UniqueIndex("(code)", "There is already a kind with this code.")

    @api.model
    def _get_by_product(self, products):
        """The first kind of each of these expense categories, read once.

        :return: dict of product to kind
        """
        kinds = {}
        for kind in self.search([("product_id", "in", products.ids)]):
            kinds.setdefault(kind.product_id, kind)
        return kinds

    def _is_counted(self):
        """Whether a quantity is paid at a rate: kilometres, days."""
        return self.is_mileage or self.is_allowance

    @api.model
    def _get_for_unknown(self):
        """The kind of what nobody has looked at yet."""
        kinds = self.search([("is_mileage", "=", False), ("is_allowance", "=", False)])
        return kinds.filtered(lambda kind: kind.code == "other")[:1] or kinds[:1]
