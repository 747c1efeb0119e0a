from odoo import api, fields, models


class ServiceWorkLine(models.Model):
    """The work line through which an expense is charged."""

    _inherit = "service.work.line"

    expense_id = fields.Many2one("hr.expense", ondelete="set null", readonly=True, copy=False)

    # An expense is charged once, whoever saves it at once.
    _expense_uniq = models.UniqueIndex("(expense_id) WHERE expense_id IS NOT NULL")

    @api.depends("expense_id.total_amount", "expense_id.tax_amount")
    def _compute_amount_cost(self):
        super()._compute_amount_cost()

    def _get_cost(self):
        """Override of `field_service`: what an expense costs stands on the expense."""
        if self.expense_id:
            return self.expense_id._get_cost()
        return super()._get_cost()

    def _get_coverage_sentence(self, rule, params):
        """Override of `field_service` to explain the company's policy on expenses."""
        if rule == "expense_not_charged":
            return self.env._("Our company doesn't charge expenses.")
        return super()._get_coverage_sentence(rule, params)
