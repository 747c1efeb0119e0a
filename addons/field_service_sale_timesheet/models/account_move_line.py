from odoo import models


class AccountMoveLine(models.Model):
    """A contractor's bill is a cost: what it is for, the customer is billed with the report."""

    _inherit = "account.move.line"

    def _sale_can_be_reinvoice(self):
        """Override of `sale`: a bill line that is matched with work goes on no sales order."""
        # Whoever posts a bill needn't have a right to the work it is for.
        return not self.sudo().service_bill_work_ids and super()._sale_can_be_reinvoice()
