from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import MONDAY, FieldServiceCommon, at, picture


@tagged("post_install", "-at_install")
class TestContractorBill(FieldServiceCommon, AccountTestInvoicingCommon):
    """What a contractor did costs what they bill, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["account.analytic.account"].create(
            {
                "name": "Job order",
                "plan_id": cls.env.ref("analytic.analytic_plan_projects").id,
                "company_id": cls.company.id,
            }
        )
        cls.project = cls.env["project.project"].create(
            {"name": "Job order", "allow_timesheets": True, "account_id": cls.account.id}
        )
        cls.outside.write({"settled_by_bill": True, "hourly_cost": 32.0})
        cls.vendor = cls.user_outside.partner_id

    def _work(self, hours=2, day=MONDAY):
        intervention = self._create_intervention(project_id=self.project.id)
        self._plan(intervention, self.outside, start=at(8, day=day), stop=at(11, day=day))
        lines = self._record(
            intervention,
            {
                "kind": "labour",
                "start": at(8, day=day),
                "stop": at(8 + hours, day=day),
                "employee_id": self.outside.id,
            },
            user=self.user_dispatcher,
        )
        return lines.filtered(lambda line: line.kind == "labour")

    def _bill(self, amount=70.0, vendor=None):
        return self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": (vendor or self.vendor).id,
                "invoice_date": "2026-11-30",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "November", "quantity": 1, "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )

    def _match(self, bill, work, user=None):
        line = bill.invoice_line_ids.with_user(user or self.user_accountant)
        return line.match_service_work(work_line_ids=work.ids)

    def _cost(self):
        """What the job order has cost so far."""
        self.env.flush_all()
        lines = self.env["account.analytic.line"].search([("account_id", "=", self.account.id)])
        return -sum(lines.mapped("amount"))

    def test_one_euro_is_counted_once(self):
        work = self._work()
        self.assertEqual((work.expects_bill, work.expected_bill_amount), (True, 64.0))
        self.assertEqual(self._cost(), 64.0)
        bill = self._bill()
        self._match(bill, work)
        self.assertEqual(self._cost(), 64.0)
        bill.action_post()
        self.assertEqual(self._cost(), 70.0)
        self.assertEqual(work.amount_cost, 70.0)
        # The hours are still hours.
        self.assertEqual(work.analytic_line_id.unit_amount, 2.0)

    def test_a_bill_that_goes_back_to_draft_gives_the_accrual_back(self):
        work, bill = self._work(), self._bill()
        self._match(bill, work)
        bill.action_post()
        bill.button_draft()
        self.assertEqual((self._cost(), work.amount_cost), (64.0, 64.0))
        bill.action_post()
        self.assertEqual(self._cost(), 70.0)
        bill.button_draft()
        bill.button_cancel()
        self.assertEqual(self._cost(), 64.0)
        self.assertFalse(work.bill_line_id)

    def test_a_credited_bill_gives_the_accrual_back(self):
        work, bill = self._work(), self._bill()
        self._match(bill, work)
        bill.action_post()
        bill._reverse_moves([{"invoice_date": "2026-11-30"}], cancel=True)
        self.assertEqual(self._cost(), 64.0)
        self.assertFalse(work.bill_line_id)

    def test_the_vendors_credit_note_gives_the_accrual_back_once_it_is_posted(self):
        work, bill = self._work(), self._bill()
        self._match(bill, work)
        bill.action_post()
        credit = self._credit(bill)
        self.assertEqual(self._cost(), 70.0)
        credit.invoice_date = "2026-11-30"
        credit.action_post()
        self.assertEqual((self._cost(), work.amount_cost), (64.0, 64.0))
        # Both would cost: the bill, and the hours that wait for one again.
        with self.assertRaisesRegex(UserError, "leave the credit note"):
            credit.button_draft()
        again = self._bill()
        self._match(again, work)
        again.action_post()
        self.assertEqual((self._cost(), work.amount_cost), (70.0, 70.0))

    def test_a_deleted_bill_gives_the_work_back(self):
        work, bill = self._work(), self._bill()
        self._match(bill, work)
        bill.unlink()
        self.assertFalse(work.bill_line_id)
        self.assertEqual(self._match(self._bill(), work)["line_ids"], work.ids)

    def test_a_posted_bill_can_be_matched_afterwards(self):
        work, bill = self._work(), self._bill()
        bill.action_post()
        self._match(bill, work)
        self.assertEqual(self._cost(), 70.0)
        bill.invoice_line_ids.with_user(self.user_accountant).release_service_work()
        self.assertEqual(work.amount_cost, 64.0)

    def test_work_is_released_with_a_button(self):
        work, bill = self._work(), self._bill()
        self.assertFalse(bill.has_service_work)
        self._match(bill, work)
        bill.invalidate_recordset()
        self.assertTrue(bill.has_service_work)
        with self.assertRaises(AccessError):
            bill.with_user(self.user_dispatcher).action_release_service_work()
        bill.with_user(self.user_accountant).action_release_service_work()
        bill.invalidate_recordset()
        self.assertFalse(bill.has_service_work or work.bill_line_id)

    def test_a_bill_of_many_is_shared_to_the_cent(self):
        work = self._work(1) | self._work(1) | self._work(1)
        bill = self._bill(100.0)
        self._match(bill, work)
        bill.action_post()
        self.assertEqual(sorted(work.mapped("bill_amount")), [33.33, 33.33, 33.34])
        self.assertEqual(round(self._cost(), 2), 100.0)

    def test_work_is_on_one_bill_only_and_of_its_vendor(self):
        work = self._work()
        with self.assertRaisesRegex(UserError, "not the vendor's"):
            self._match(self._bill(vendor=self.other_customer), work)
        self._match(self._bill(), work)
        with self.assertRaisesRegex(UserError, "on a bill already"):
            self._match(self._bill(), work)
        for odd in (None, "1", [True], [0.5]):
            with self.subTest(odd=odd), self.assertRaises(ValidationError):
                self._bill().invoice_line_ids.with_user(self.user_accountant).match_service_work(
                    work_line_ids=odd
                )

    def test_work_of_employees_waits_for_no_bill(self):
        intervention = self._story_one()
        self.assertFalse(any(intervention.work_line_ids.mapped("expects_bill")))
        self.assertEqual(sum(intervention.work_line_ids.mapped("expected_bill_amount")), 0)

    def test_work_on_a_bill_is_not_corrected_behind_its_back(self):
        work, bill = self._work(), self._bill()
        self._match(bill, work)
        with self.assertRaisesRegex(UserError, "Take it off the bill"):
            work.quantity = 3
        with self.assertRaisesRegex(UserError, "Take it off the bill"):
            work.unlink()

    def test_only_accountants_match_bills(self):
        work, bill = self._work(), self._bill()
        for user in (self.user_technician, self.user_dispatcher, self.user_outside):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._match(bill, work, user=user)

    def test_the_dialog_compares_the_bill_with_what_was_expected(self):
        work = self._work()
        bill = self._bill()
        action = bill.with_user(self.user_accountant).action_match_service_work()
        dialog = Form(
            self.env["service.work.line.bill"]
            .with_user(self.user_accountant)
            .with_context(**action["context"])
        )
        self.assertEqual((dialog.expected_amount, dialog.billed_amount), (64.0, 70.0))
        self.assertEqual(dialog.difference, 6.0)
        dialog.save().action_confirm()
        self.assertEqual(work.bill_line_id, bill.invoice_line_ids)

    def test_other_invoices_ask_nothing_more(self):
        """Posting customer invoices costs no query on account of contractors."""
        invoice = self.env["account.move"].create({"move_type": "out_invoice"})
        with self.assertQueryCount(0):
            self.assertFalse(invoice._get_billed_work_sudo())

    def test_bill_and_invoice_leave_the_margin(self):
        """Story 5 without its parking: 2 hours at 32 billed as 64, invoiced at 50."""
        self.project.service_billing = "time_material"
        work = self._work()
        work.set_coverage(coverage="out_of_warranty", reason="Agreed")
        report = self.env["service.report"].browse(
            work.intervention_id.with_user(self.user_dispatcher).make_report()["report_id"]
        )
        report.with_user(self.user_dispatcher).sign(name="Giulia", image=picture("black"))
        created = report.with_user(self.user_accountant).create_invoices()
        invoice = self.env["account.move"].browse(created["invoice_ids"])
        invoice.invoice_date = "2026-11-30"
        invoice.action_post()
        bill = self._bill(64.0)
        self._match(bill, work)
        bill.action_post()
        lines = self.env["account.analytic.line"].search([("account_id", "=", self.account.id)])
        # Call-out of 40, two hours at 50, against 64.
        self.assertEqual(round(sum(lines.mapped("amount")), 2), invoice.amount_untaxed - 64.0)
