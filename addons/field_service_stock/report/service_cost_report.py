from odoo import models
from odoo.tools import SQL


class ServiceCostReport(models.Model):
    """What parts from the van cost, as their moves say."""

    _inherit = "service.cost.report"
    _depends = {"stock.move": ["is_out", "service_work_line_id", "value"]}

    def _get_cost_sql(self):
        """Override of `field_service`: what moves took out, less what they brought back, too."""
        return SQL(
            """COALESCE(%s, 0)
               + COALESCE((SELECT SUM(CASE WHEN m.is_out THEN m.value ELSE -m.value END)
                             FROM stock_move m
                            WHERE m.service_work_line_id = l.id), 0)""",
            super()._get_cost_sql(),
        )
