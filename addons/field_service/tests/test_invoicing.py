from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import MONDAY, FieldServiceCommon, at, picture


@tagged("post_install", "-at_install")
class TestInvoicing(FieldServiceCommon, AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "22% test",
                "amount": 22,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "company_id": cls.company.id,
            }
        )
        products = cls.env["product.product"].search([("type", "=", "service")]) | cls.part
        products.taxes_id = [Command.set(cls.tax.ids)]

    def _sign(self, intervention):
        made = intervention.with_user(self.user_technician).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    def _invoice(self, reports):
        made = reports.with_user(self.user_accountant).create_invoices()
        return self.env["account.move"].browse(made["invoice_ids"])

    def test_story_1_is_invoiced_to_the_cent(self):
        report = self._sign(self._story_one())
        invoice = self._invoice(report)
        self.assertRecordValues(
            invoice,
            [
                {
                    "state": "draft",
                    "partner_id": self.customer.id,
                    "amount_untaxed": 349.40,
                    "amount_tax": 76.87,
                    "amount_total": 426.27,
                }
            ],
        )
        for line in report.work_line_ids:
            self.assertEqual(line.invoice_line_id.price_subtotal, line.amount_invoice)
            self.assertIn(report.number, line.invoice_line_id.name)
        self.assertEqual(report.billing_state, "billed")
        self.assertEqual(report.intervention_id.invoice_status, "full")

    def test_a_second_press_bills_nothing(self):
        report = self._sign(self._story_one())
        self._invoice(report)
        self.assertFalse(self._invoice(report))

    def test_many_reports_of_one_payer_stand_on_one_invoice(self):
        reports = self._sign(self._story_one()) | self._sign(self._story_one())
        invoice = self._invoice(reports)
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.amount_untaxed, 698.80)

    def test_orders_and_payers_are_kept_apart(self):
        first, second, third = self._story_one(), self._story_one(), self._story_one()
        first.customer_reference = "PO 7"
        second.cig = "Z123456789"
        third.invoice_partner_id = self.other_customer
        invoices = self._invoice(self._sign(first) | self._sign(second) | self._sign(third))
        self.assertEqual(len(invoices), 3)
        self.assertEqual(
            sorted(invoice.partner_id.name for invoice in invoices),
            ["Alfa S.r.l.", "Alfa S.r.l.", "Monte"],
        )
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), 3 * 349.40)
        # The customer's order, never our report's number: it is exported as such.
        self.assertEqual(set(invoices.mapped("ref")), {"PO 7", False})

    def test_what_is_to_be_verified_is_not_billed(self):
        intervention = self._story_one()
        line = intervention.work_line_ids.filtered(lambda ln: ln.kind == "labour")
        line.set_coverage(coverage="to_verify", reason="Ask the maker")
        report = self._sign(intervention)
        self.assertEqual((line.billing_state, bool(line.blocked_reason)), ("blocked", True))
        self.assertEqual(self._invoice(report).amount_untaxed, 224.40)
        self.assertEqual(intervention.invoice_status, "partial")
        line.set_coverage(coverage="out_of_warranty", reason="The maker refuses")
        self.assertEqual(self._invoice(report).amount_untaxed, 125)

    def test_unsigned_work_is_not_billed(self):
        intervention = self._story_one()
        made = intervention.with_user(self.user_technician).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        self.assertFalse(self._invoice(report))
        self.assertEqual(set(intervention.work_line_ids.mapped("billing_state")), {"blocked"})

    def test_deleting_or_cancelling_an_invoice_frees_its_work(self):
        report = self._sign(self._story_one())
        self._invoice(report).unlink()
        self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"to_bill"})
        self._invoice(report).button_cancel()
        self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"to_bill"})
        self.assertTrue(self._invoice(report))

    def test_a_cancelled_invoice_does_not_come_back_beside_the_one_that_bills_its_work(self):
        report = self._sign(self._story_one())
        cancelled = self._invoice(report)
        cancelled.button_cancel()
        again = self._invoice(report)
        with self.assertRaisesRegex(UserError, "can be billed anew"):
            cancelled.button_draft()
        self.assertEqual(report.work_line_ids.invoice_line_id.move_id, again)

    def test_a_cancelled_invoice_that_billed_no_work_comes_back(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create({"name": "By hand", "price_unit": 10})],
            }
        )
        invoice.button_cancel()
        invoice.button_draft()
        self.assertEqual(invoice.state, "draft")

    def test_crediting_an_invoice_frees_its_work(self):
        report = self._sign(self._story_one())
        invoice = self._invoice(report)
        invoice.invoice_date = "2026-11-10"
        invoice.action_post()
        invoice._reverse_moves([{"invoice_date": "2026-11-11"}], cancel=True)
        self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"to_bill"})

    def _post_and_credit(self, invoice, share=1.0):
        """The credit note that the button “Reverse” makes, posted."""
        invoice.invoice_date = "2026-11-10"
        invoice.action_post()
        credit = self._credit(invoice)
        for line in credit.invoice_line_ids:
            line.price_unit *= share
        credit.action_post()
        return credit

    def test_a_credit_note_for_all_of_an_invoice_frees_its_work_once_it_is_posted(self):
        report = self._sign(self._story_one())
        invoice = self._invoice(report)
        invoice.invoice_date = "2026-11-10"
        invoice.action_post()
        credit = self._credit(invoice)
        self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"billed"})
        credit.action_post()
        self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"to_bill"})
        self.assertEqual(self._invoice(report).amount_total, invoice.amount_total)

    def test_a_credit_note_for_a_part_frees_nothing(self):
        report = self._sign(self._story_one())
        self._post_and_credit(self._invoice(report), share=0.5)
        self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"billed"})
        self.assertFalse(self._invoice(report))

    def test_a_credit_note_that_keeps_a_part_or_is_in_other_money_frees_nothing(self):
        francs = self.setup_other_currency("CHF", rates=[("2026-11-01", 2.0)])
        for change in ("a part is kept", "francs"):
            report = self._sign(self._story_one())
            invoice = self._invoice(report)
            invoice.invoice_date = "2026-11-10"
            invoice.action_post()
            credit = self._credit(invoice)
            if change == "francs":
                credit.currency_id = francs
            else:
                kept = [Command.create({"name": "Kept", "price_unit": -50.0})]
                credit.invoice_line_ids = kept
            credit.action_post()
            with self.subTest(change=change):
                self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"billed"})

    def test_a_credit_note_that_freed_its_work_is_not_reversed(self):
        report = self._sign(self._story_one())
        credit = self._post_and_credit(self._invoice(report))
        back = credit._reverse_moves([{"invoice_date": "2026-11-12"}])
        with self.assertRaisesRegex(UserError, "leave the credit note"):
            back.action_post()

    def test_halves_of_which_one_was_reversed_credit_a_half(self):
        report = self._sign(self._story_one())
        invoice = self._invoice(report)
        credit = self._post_and_credit(invoice, share=0.5)
        back = credit._reverse_moves([{"invoice_date": "2026-11-12"}])
        back.action_post()
        half = self._credit(invoice)
        for line in half.invoice_line_ids:
            line.price_unit *= 0.5
        half.action_post()
        self.assertEqual(set(report.work_line_ids.mapped("billing_state")), {"billed"})

    def test_a_credited_invoice_does_not_come_back_beside_the_one_that_bills_its_work(self):
        report = self._sign(self._story_one())
        invoice = self._invoice(report)
        credit = self._post_and_credit(invoice)
        self._invoice(report)
        for undo in (credit.button_draft, credit.button_cancel):
            with self.assertRaisesRegex(UserError, "leave the credit note"):
                undo()
        for undo in (invoice.button_draft, invoice.button_cancel):
            with self.assertRaisesRegex(UserError, "can be billed anew"):
                undo()
        # A second credit note, a draft, takes nothing back and goes.
        self._credit(invoice).unlink()

    def test_a_credit_note_whose_work_is_on_the_invoice_written_anew_stays(self):
        report = self._sign(self._story_one())
        invoice = self._invoice(report)
        invoice.invoice_date = "2026-11-10"
        invoice.action_post()
        self._write_anew(invoice)
        with self.assertRaisesRegex(UserError, "leave the credit note"):
            invoice.reversal_move_ids.button_draft()

    def test_an_invoice_that_is_written_anew_bills_its_work_once(self):
        report = self._sign(self._story_one())
        invoice = self._invoice(report)
        invoice.invoice_date = "2026-11-10"
        invoice.action_post()
        billed = report.work_line_ids.filtered("invoice_line_id")
        prices = [line.invoice_line_id.price_subtotal for line in billed]
        anew = self._write_anew(invoice)
        self.assertEqual((anew.state, anew.amount_total), ("draft", invoice.amount_total))
        self.assertEqual(billed.invoice_line_id.move_id, anew)
        self.assertEqual([line.invoice_line_id.price_subtotal for line in billed], prices)
        self.assertFalse(self._invoice(report))
        anew.unlink()
        self.assertEqual(set(billed.mapped("billing_state")), {"to_bill"})

    def test_work_on_an_invoice_is_charged_as_it_is(self):
        report = self._sign(self._story_one())
        self._invoice(report)
        with self.assertRaisesRegex(UserError, "Cancel the invoice first"):
            report.work_line_ids[0].with_user(self.user_dispatcher).set_coverage(
                coverage="goodwill", reason="Too late"
            )

    def test_only_accountants_make_invoices(self):
        report = self._sign(self._story_one())
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                report.with_user(user).create_invoices()

    def test_one_intervention_with_two_payers_makes_two_invoices(self):
        maker = self.env["res.partner"].create({"name": "Maker", "is_company": True})
        term = self.env["service.warranty.term"].create(
            {
                "name": "Maker's",
                "months": 24,
                "payer": "manufacturer",
                "manufacturer_id": maker.id,
            }
        )
        self.equipment.write({"warranty_term_id": term.id, "installation_date": "2026-01-10"})
        report = self._sign(self._story_one())
        invoices = self._invoice(report)
        by_payer = {invoice.partner_id.name: invoice.amount_untaxed for invoice in invoices}
        self.assertEqual(by_payer, {"Maker": 125 + 86.5, "Alfa S.r.l.": 47.5 + 50.4 + 40})

    def test_the_fiscal_position_of_the_job_is_before_the_customers(self):
        reverse = self.env["account.tax"].create(
            {"name": "0% test", "amount": 0, "type_tax_use": "sale", "company_id": self.company.id}
        )
        position = self.env["account.fiscal.position"].create(
            {"name": "Reverse charge", "company_id": self.company.id}
        )
        reverse.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(self.tax.id)],
            }
        )
        intervention = self._story_one()
        intervention.fiscal_position_id = position
        invoice = self._invoice(self._sign(intervention))
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual(invoice.amount_tax, 0)

    def test_many_reports_cost_as_many_queries_as_one(self):
        def queries(reports):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._invoice(reports)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self._invoice(self._sign(self._story_one()))
        one = queries(self._sign(self._story_one()))
        many = queries(
            self.env["service.report"].union(*(self._sign(self._story_one()) for _turn in range(8)))
        )
        self.assertLessEqual(many, one + 4, f"{one} queries for 1 report, {many} for 8")

    def test_taxes_in_the_price_are_worked_out_by_odoo(self):
        self.tax.price_include_override = "tax_included"
        invoice = self._invoice(self._sign(self._story_one()))
        self.assertEqual(invoice.amount_total, 349.40)
        self.assertEqual(
            round(-sum(invoice.invoice_line_ids.mapped("balance")), 2), invoice.amount_untaxed
        )

    def test_lines_are_the_invoice_however_the_company_rounds(self):
        """Three times 1.5 at 0.33 is 1.49 when it is rounded as a whole, 1.50 line by line."""
        intervention = self._create_intervention()
        self._record(
            intervention,
            *(
                {"kind": "mileage", "date": str(MONDAY), "quantity": quantity}
                for quantity in (1.5, 1.5, 1.5)
            ),
            user=self.user_dispatcher,
        )
        lines = intervention.work_line_ids.filtered(lambda line: line.kind == "mileage")
        lines.write({"price_unit": 0.33, "discount": 0})
        lines.report_id = self.env["service.report"].create({"intervention_id": intervention.id})
        for rounding in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = rounding
            for summary in ("line", "report", "kind"):
                lines.invoice_line_id = False
                invoice = self.env["account.move"]._create_from_work(lines, summary=summary)
                with self.subTest(rounding=rounding, summary=summary):
                    self.assertAlmostEqual(
                        invoice.amount_untaxed, sum(lines.mapped("amount_invoice")), 2
                    )
                    self.assertAlmostEqual(
                        invoice.amount_untaxed,
                        sum(invoice.invoice_line_ids.mapped("price_subtotal")),
                        2,
                    )

    def test_every_line_is_billed_covered_or_blocked(self):
        intervention = self._story_one()
        self._record(intervention, {"kind": "labour", "start": at(11), "stop": at(12)})
        states = set(intervention.work_line_ids.mapped("billing_state"))
        self.assertEqual(states, {"blocked"})
        for line in intervention.work_line_ids:
            self.assertTrue(line.blocked_reason)
