"""Acceptance stories 1 to 4, from the visit to the posted invoice, receivable and margin."""

from datetime import timedelta

from odoo import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.field_service.tests.common import MONDAY, at

from .common import ExpenseCaptureCommon

FRIDAY = MONDAY + timedelta(days=11)
SATURDAY = MONDAY + timedelta(days=12)


@tagged("post_install", "-at_install")
class TestStories(ExpenseCaptureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.part.taxes_id = [Command.set(cls.tax.ids)]
        cls.job_order = cls.env["account.analytic.account"].create(
            {
                "name": "Job order",
                "plan_id": cls.env.ref("analytic.analytic_plan_projects").id,
                "company_id": cls.company.id,
            }
        )
        project = cls.env["project.project"].create(
            {
                "name": "Service",
                "allow_timesheets": True,
                "account_id": cls.job_order.id,
                "company_id": cls.company.id,
            }
        )
        cls.company.service_project_id = project

    def _post_invoice(self, invoices, day=MONDAY):
        invoices.invoice_date = day
        invoices.with_user(self.user_accountant).action_post()

    def _analytic(self):
        self.env.flush_all()
        return self.env["account.analytic.line"].search([("account_id", "=", self.job_order.id)])

    def _check_books(self, invoice, net, vat, total, cost):
        """The invoice, what the customer owes, and each euro once on the analytic account."""
        self.assertRecordValues(
            invoice, [{"amount_untaxed": net, "amount_tax": vat, "amount_total": total}]
        )
        self._post_invoice(invoice)
        self.assertEqual((invoice.state, invoice.amount_residual), ("posted", total))
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertEqual(sum(receivable.mapped("balance")), total)
        work = self.env["service.work.line"].search(
            [("invoice_line_id", "in", invoice.invoice_line_ids.ids)]
        )
        self.assertEqual(round(sum(work.mapped("amount_invoice")), 2), net)
        lines = self._analytic()
        earned = sum(line.amount for line in lines if line.amount > 0)
        spent = -sum(line.amount for line in lines if line.amount < 0)
        self.assertEqual((round(earned, 2), round(spent, 2)), (net, cost))

    # === STORIES === #

    def _owe(self, amount, due):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create({"name": "Before", "price_unit": amount, "tax_ids": []})
                ],
            }
        )
        invoice.action_post()

    def _situation(self, user):
        with freeze_time(MONDAY):
            self.env.invalidate_all()
            (situation,) = self.contact.with_user(user).requester_situation()
        return situation

    def test_story_1_call_out_of_warranty_over_the_credit_limit(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 5000
        self._owe(1220.00, MONDAY - timedelta(days=47))
        self._owe(3592.30, MONDAY + timedelta(days=20))
        seen = self._situation(self.user_technician)
        self.assertEqual((seen["verdict"], seen["days_overdue"]), ("overdue", 47))
        self.assertNotIn("amounts", seen)
        amounts = self._situation(self.user_accountant)["amounts"]
        self.assertEqual((amounts["open"], amounts["bands"]["31-60"]), (4812.30, 1220.00))

        self.part.standard_price = 0
        invoice = self._invoice(self._sign(self._story_one()))
        self._check_books(invoice, 349.40, 76.87, 426.27, 98.00)
        amounts = self._situation(self.user_accountant)["amounts"]
        self.assertEqual((amounts["open"], amounts["over_limit"]), (5238.57, 238.57))

    def test_story_2_hours_run_out_with_two_technicians_and_one_van(self):
        contract = self.env["service.contract"].create(
            {
                "name": "Hours",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "labour_percent": 100,
                "call_out_included": True,
                "has_hours_bank": True,
                "included_hours": 3.25,
            }
        )
        contract.action_open()
        self.env["service.rate"].create(
            {"kind": "labour", "price": 45, "contract_id": contract.id, "date_from": "2026-01-01"}
        )
        intervention = self._create_intervention(type_id=self.type_repair.id)
        self._plan(intervention, self.technician | self.colleague, start=at(13), stop=at(16))
        for user in (self.user_technician, self.user_colleague):
            self._record(
                intervention,
                {"kind": "labour", "start": at(13), "stop": at(15, 30)},
                {"kind": "travel", "date": str(MONDAY), "quantity": 1},
                user=user,
            )
        self._record(intervention, {"kind": "mileage", "date": str(MONDAY), "quantity": 42})
        report = self._sign(intervention)
        invoice = self._invoice(report)
        # Seven hours at 28.00, also those that the contract has paid.
        self._check_books(invoice, 179.95, 39.59, 219.54, 196.00)
        self.assertEqual(contract.remaining_hours, 0)
        covered = report.work_line_ids.filtered(lambda line: line.billing_state == "covered")
        self.assertEqual(sorted(covered.mapped("kind")), ["call_out", "labour", "labour"])
        self.assertTrue(all(covered.mapped("coverage_reason")))

    def test_story_3_friday_night_and_a_wasted_saturday(self):
        intervention = self._create_intervention(type_id=self.type_repair.id)
        self._plan(intervention, start=at(19, 0, FRIDAY), stop=at(23, 0, FRIDAY))
        lines = self._record(
            intervention,
            {"kind": "labour", "start": at(19, 30, FRIDAY), "stop": at(22, 30, FRIDAY)},
            {"kind": "travel", "date": str(FRIDAY), "quantity": 0.5},
            {"kind": "mileage", "date": str(FRIDAY), "quantity": 22},
        )
        labour = lines.filtered(lambda line: line.kind == "labour").sorted("start")
        self.assertEqual(labour.mapped("amount_invoice"), [97.50, 112.50])
        night = self._invoice(self._sign(intervention))
        self._check_books(night, 322.20, 70.88, 393.08, 98.00)

        self._plan(intervention, start=at(9, 0, SATURDAY), stop=at(10, 0, SATURDAY))
        self._record(
            intervention,
            {"kind": "travel", "date": str(SATURDAY), "quantity": 0.5},
            {"kind": "mileage", "date": str(SATURDAY), "quantity": 22},
        )
        made = intervention.with_user(self.user_technician).make_report(outcome="customer_absent")
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).close_unsigned(reason="Customer absent")
        self.assertEqual((report.state, report.signature), ("unsigned", False))
        wasted = self._invoice(report)
        self.assertRecordValues(
            wasted, [{"amount_untaxed": 72.20, "amount_tax": 15.88, "amount_total": 88.08}]
        )
        self._post_invoice(wasted)
        self.assertEqual(round(sum((night | wasted).mapped("amount_residual")), 2), 481.16)
        self.assertEqual(round(sum(self._analytic().mapped("amount")), 2), 282.40)

    def test_story_4_two_days_away(self):
        intervention = self._working_intervention()
        expenses = self._story_four(intervention)
        self._approve(expenses)
        self._post(expenses)
        own = expenses.filtered(lambda expense: expense.payment_mode == "own_account")
        self.assertEqual(round(sum(own.account_move_id.mapped("amount_total")), 2), 189.60)
        invoice = self._invoice(self._sign(intervention))
        self._check_books(invoice, 332.67, 73.19, 405.86, 276.87)
        self.assertEqual(round(sum(self._analytic().mapped("amount")), 2), 55.80)
