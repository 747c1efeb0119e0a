from odoo import api, fields, models

from ..traceability import Rule


class ExpenseTraceabilityRule(models.Model):
    """Whether expenses have to be paid by traceable means, so that they are untaxed and deductible.

    Law is data: an accountant edits these rules and keeps where they come from. What they say is
    applied by ``traceability.assess``; a kind of expense that no rule is about gets no verdict.
    """

    _name = "expense.traceability.rule"
    _description = "Rule on Traceable Payment"
    _inherit = ["service.dated.mixin"]
    _order = "sequence, date_from desc, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Leave empty for all companies.",
    )
    kind_ids = fields.Many2many(
        "expense.kind", relation="expense_traceability_rule_kind_rel", string="Kinds of expense"
    )
    country_id = fields.Many2one(
        "res.country",
        string="Spent in",
        ondelete="cascade",
        help="Where the money was spent. Empty: anywhere.",
    )
    is_needed = fields.Boolean(
        string="Traceable payment needed",
        default=True,
        help="Without it the rule says that such expenses may be paid in cash.",
    )
    reason = fields.Char(
        string="Otherwise",
        translate=True,
        help="What it means to have paid otherwise, for whoever spent the money.",
    )
    source = fields.Char(help="Law or circular this rule comes from.")

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._judge_again(rules.kind_ids)
        return rules

    def write(self, vals):
        before = self.kind_ids
        result = super().write(vals)
        if set(vals) - {"name", "reason", "source", "sequence"}:
            self._judge_again(before | self.kind_ids)
        return result

    def unlink(self):
        kinds = self.kind_ids
        result = super().unlink()
        self._judge_again(kinds)
        return result

    @api.model
    def _judge_again(self, kinds):
        """What the rules are about is judged anew, as far as it is not in the books yet."""
        # Whoever keeps the rules needn't be able to read everybody's expenses.
        expenses_sudo = self.env["hr.expense"].sudo()
        expenses = expenses_sudo.search(
            [("kind_id", "in", kinds.ids), ("account_move_id", "=", False)]
        )
        expenses.modified(["country_id"])

    @api.model
    def _get_rules(self, companies):
        """Every rule of these companies, for the pure functions: a short list, read once.

        :return: dict of company to list of ``Rule``
        """
        found = self.search([("company_id", "in", [False, *companies.ids])])
        return {
            company: [
                Rule(
                    id=rule.id,
                    kinds=frozenset(rule.kind_ids.ids),
                    country=rule.country_id.code or "",
                    start=rule.date_from,
                    end=rule.date_to or None,
                    needed=rule.is_needed,
                )
                for rule in found
                if not rule.company_id or rule.company_id == company
            ]
            for company in companies
        }
