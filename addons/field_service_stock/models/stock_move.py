from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    service_work_line_id = fields.Many2one(
        "service.work.line",
        string="Used on",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    # Kept when the line goes: the cost was, and came back, on these accounts.
    service_project_id = fields.Many2one("project.project", readonly=True, copy=False)

    def _get_analytic_distribution(self):
        """Override of `stock_account`: what a part costs stands on the accounts of the job."""
        distribution = self.service_project_id._get_analytic_distribution()
        return distribution or super()._get_analytic_distribution()

    def _prepare_analytic_line_values(self, account_field_values, amount, unit_amount):
        """Override of `stock_account`: the cost names the intervention."""
        values = super()._prepare_analytic_line_values(account_field_values, amount, unit_amount)
        if self.service_project_id:
            values["name"] = f"{self.origin}: {self.product_id.display_name}"
            values["partner_id"] = self.partner_id.commercial_partner_id.id
        return values
