from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import MONDAY, ExpenseCaptureCommon


@tagged("post_install", "-at_install")
class TestSalesOrder(ExpenseCaptureCommon):
    """A job order beside a sales order that re-invoices expenses: each is billed once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "sale_order_id" not in cls.env["hr.expense"]._fields:
            cls.skipTest(cls, "Odoo's re-invoicing of expenses is not installed here.")
        cls.hours = cls.env["product.product"].create(
            {"name": "Hours", "type": "service", "taxes_id": [Command.set(cls.tax.ids)]}
        )
        cls.project = cls.env["project.project"].create(
            {
                "name": "Line 3",
                "allow_timesheets": True,
                "allow_billable": True,
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
            }
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "project_id": cls.project.id,
                "order_line": [Command.create({"product_id": cls.hours.id})],
            }
        )
        cls.order.action_confirm()
        cls.intervention = cls._working_intervention(project_id=cls.project.id)

    def _capture(self, **values):
        values = {"kind": "motorway", "amount": 10, **values}
        return self._add(self.intervention, **values)

    def test_on_an_intervention_it_takes_no_sales_order(self):
        expense = self._capture()
        expense.product_id.expense_policy = "cost"
        with self.assertRaisesRegex(ValidationError, "charged twice"):
            expense.sale_order_id = self.order

    def _spend_on_the_order(self):
        """A toll that is re-invoiced by the sales order, of no intervention."""
        self.categories["motorway"].expense_policy = "cost"
        return self.env["hr.expense"].create(
            {
                "name": "A4",
                "date": MONDAY,
                "employee_id": self.technician.id,
                "product_id": self.categories["motorway"].id,
                "total_amount_currency": 10,
                "sale_order_id": self.order.id,
            }
        )

    def test_on_a_sales_order_it_takes_no_intervention(self):
        expense = self._spend_on_the_order()
        with self.assertRaisesRegex(ValidationError, "charged twice"):
            expense.intervention_id = self.intervention

    def test_what_the_category_re_invoices_is_billed_with_the_report_alone(self):
        """Whoever paid, and whatever the category re-invoices: the order of the project too."""
        expenses = self.env["hr.expense"]
        for kind, policy in (("motorway", "cost"), ("parking", "sales_price")):
            self.categories[kind].write({"expense_policy": policy, "list_price": 99})
            for mode in ("own_account", "company_account"):
                expenses |= self._capture(kind=kind, payment_mode=mode)
        self._approve(expenses)
        self._post(expenses)
        self.assertEqual(self.order.order_line.product_id, self.hours)
        self.assertFalse(expenses.sale_order_line_id)
        self.assertEqual(self._invoice(self._sign(self.intervention)).amount_untaxed, 40)
        costs = self.env["account.analytic.line"].search(
            [("account_id", "=", self.project.account_id.id)]
        )
        self.assertEqual(sum(costs.mapped("amount")), -40)

    def test_what_is_of_no_intervention_is_re_invoiced_as_ever(self):
        expense = self._spend_on_the_order()
        expense.with_user(self.user_technician).action_submit()
        self._approve(expense)
        self._post(expense)
        self.assertEqual(self.order.order_line.filtered("is_expense").price_unit, 10)

    def test_own_money_of_a_contractor_comes_with_the_bill_and_is_re_invoiced_by_nobody_else(self):
        self.technician.settled_by_bill = True
        expense = self._capture(kind="parking", amount=6)
        self.categories["parking"].expense_policy = "cost"
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.user_technician.partner_id.id,
                "invoice_date": "2026-11-30",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.categories["parking"].id,
                            "price_unit": 6,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        bill.invoice_line_ids.with_user(self.user_accountant).match_service_work(
            work_line_ids=expense.work_line_ids.ids
        )
        bill.action_post()
        self.assertEqual(self.order.order_line.product_id, self.hours)
        self.assertEqual(self._invoice(self._sign(self.intervention)).amount_untaxed, 6)
