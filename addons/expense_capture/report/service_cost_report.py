from odoo import models
from odoo.tools import SQL


class ServiceCostReport(models.Model):
    """What expenses cost, as their posted entries say."""

    _inherit = "service.cost.report"
    _depends = {
        "account.analytic.line": ["amount", "move_line_id"],
        "account.move.line": ["expense_id"],
        "service.work.line": ["expense_id"],
    }

    def _get_cost_sql(self):
        """Override of `field_service`: an expense costs what its entry puts on the job order."""
        return SQL(
            """CASE WHEN l.expense_id IS NOT NULL AND l.is_bill_posted IS NOT TRUE
                    THEN (SELECT -SUM(x.amount)
                            FROM account_move_line y
                            JOIN account_analytic_line x ON x.move_line_id = y.id
                           WHERE y.expense_id = l.expense_id)
                    ELSE %s END""",
            super()._get_cost_sql(),
        )
