from odoo import models
from odoo.fields import Domain


class AccountMove(models.Model):
    """With perpetual valuation, what was sold is no second cost of the job."""

    _inherit = "account.move"

    def _stock_account_prepare_realtime_out_lines_vals(self):
        """Override of `stock_account`: the cost of goods sold stands on the job's accounts already,
        where the work that is billed moved them or has a cost line.
        """
        values_list = super()._stock_account_prepare_realtime_out_lines_vals()
        # Where no cost of goods is booked, there is nothing to look for.
        cost_ids = set(self._find_lines_that_cost().ids) if values_list else set()
        for values in values_list:
            if values["cogs_origin_id"] in cost_ids:
                values["analytic_distribution"] = False
        return values_list

    def _find_lines_that_cost(self):
        """Invoice lines of work whose parts cost already, and what credits them."""
        originals = self.reversed_entry_id
        # Whoever posts an invoice needn't have a right to the work it is for.
        work_sudo = (
            self.env["service.work.line"]
            .sudo()
            .search(
                Domain("invoice_line_id.move_id", "in", (self | originals).ids)
                & (Domain("stock_move_ids", "!=", False) | Domain("analytic_line_id", "!=", False))
            )
        )
        billing = work_sudo.invoice_line_id
        credited = self.invoice_line_ids.filtered(
            lambda line: (
                line.product_id
                in (billing & line.move_id.reversed_entry_id.invoice_line_ids).product_id
            )
        )
        return billing | credited
