from odoo import Command
from odoo.tests import tagged

from odoo.addons.field_service.tests.test_profitability import JobOrderCommon


@tagged("post_install", "-at_install")
class TestSalesTimesheet(JobOrderCommon):
    """A job order beside a sales order: its hours are billed from the report alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "sale.order" not in cls.env:
            cls.skipTest(cls, "Odoo's sales are not installed here.")

    def test_hours_of_an_intervention_are_on_no_sales_order(self):
        product = self.env["product.product"].create(
            {
                "name": "Hours",
                "type": "service",
                "service_policy": "delivered_timesheet",
                "list_price": 60,
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 10})],
            }
        )
        order.action_confirm()
        self.project.write({"allow_billable": True, "sale_line_id": order.order_line.id})
        intervention = self._work_on_job()
        self.assertFalse(intervention.work_line_ids.analytic_line_id.so_line)
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_a_bill_of_a_contractor_is_on_no_sales_order(self):
        hours = self.env["product.product"].create(
            {"name": "Hours", "type": "service", "expense_policy": "cost"}
        )
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "project_id": self.project.id}
        )
        order.action_confirm()
        work = self._work_of_contractor()
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.outside.user_id.partner_id.id,
                "invoice_date": "2026-11-30",
                "invoice_line_ids": [
                    Command.create({"product_id": hours.id, "price_unit": price, "tax_ids": False})
                    for price in (64, 10)
                ],
            }
        )
        line, other = bill.invoice_line_ids
        line.with_user(self.user_accountant).match_service_work(work_line_ids=work.ids)
        other.analytic_distribution = line.analytic_distribution
        bill.action_post()
        # What is for nothing of ours is re-invoiced as Odoo does it.
        self.assertEqual(order.order_line.mapped("price_unit"), [10])

    def test_only_job_orders_show_a_margin_without_a_sales_order(self):
        self.project.allow_billable = False
        panel = self.project.with_user(self.user_accountant)
        self.assertNotIn("profitability_items", panel.get_panel_data())
        self._work_on_job()
        self.assertIn("profitability_items", panel.get_panel_data())
