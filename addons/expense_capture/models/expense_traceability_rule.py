from odoo import api, fields, models


class ExpenseTraceabilityRule(models.Model):
    """When an expense has to be paid by traceable means, so that it is untaxed and deductible.

    Law is data: an accountant edits these rules and keeps where they come from.
    """

    _name = "expense.traceability.rule"
    _description = "Rule on Traceable Payment"
    _order = "sequence, date_from desc, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", ondelete="cascade")
    kind_ids = fields.Many2many(
        "expense.kind", relation="expense_traceability_rule_kind_rel", string="Kinds of expense"
    )
    country_id = fields.Many2one(
        "res.country", ondelete="cascade", help="Where the money was spent. Empty: anywhere."
    )
    date_from = fields.Date(string="Valid from", required=True)
    date_to = fields.Date(string="Valid until")
    source = fields.Char(help="Law or circular this rule comes from.")

    @api.model
    def _find_for(self, company, kind, country, day):
        """The rule that asks for a traceable payment of such an expense; empty when none does."""
        # Rules of the law are no secret: who captures an expense is judged by them.
        return self.sudo().search(
            [
                ("company_id", "in", [False, company.id]),
                ("kind_ids", "in", kind.ids),
                ("country_id", "in", [False, country.id]),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
            ],
            limit=1,
        )
