import doctest
import random
from itertools import product

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .. import advances
from ..models.service_report import CLOSING
from .common import at
from .test_profitability import JobOrderCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-11-28")
class TestAdvance(JobOrderCommon):
    """Advances on job orders and contracts, and the bills that deduct them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_ten = cls.tax.copy({"name": "10% test", "amount": 10})

    # === HELPERS === #

    def _bill(self, origin=None, post=True, **values):
        """The advance that is made, and its invoice."""
        values = values or {"amount": 100.0}
        made = (origin or self.project).with_user(self.user_accountant).bill_advance(**values)
        invoice = self.env["account.move"].browse(made["invoice_ids"])
        if post:
            self._post(invoice)
        return self.env["service.advance"].browse(made["advance_id"]), invoice

    def _post(self, invoices):
        invoices.invoice_date = "2026-11-28"
        invoices.action_post()
        return invoices

    def _work(self, hours=2, **values):
        """A closed report of so many hours at 50 euros and a call-out of 40."""
        intervention = self._create_intervention(**{"project_id": self.project.id, **values})
        self._plan(intervention)
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(8 + hours)})
        made = intervention.with_user(self.user_dispatcher).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        # A printed form each would take most of the time.
        report.with_context(field_service_closing=CLOSING).write({"state": "unsigned"})
        return report

    def _deductions(self, invoice):
        lines = invoice.invoice_line_ids.filtered(lambda line: line._is_deduction())
        return [-line.price_subtotal for line in lines.sorted("id")]

    def _fixed_price(self, price=10000.0):
        self.project.write({"service_billing": "fixed_price", "service_price": price})

    def _progress(self, percent):
        made = self.project.with_user(self.user_accountant).bill_progress(percent=percent)
        return self.env["account.move"].browse(made["invoice_ids"])

    def _contract(self, **values):
        contract = self.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "fee_amount": 1200.0,
                "fee_period": "quarter",
                **values,
            }
        )
        contract.action_open()
        return contract

    # === BILLING === #

    def test_the_rule_of_deducting_holds_as_its_examples_say(self):
        self.assertEqual(doctest.testmod(advances).failed, 0)

    def test_a_percent_of_the_price_is_billed_in_advance(self):
        self._fixed_price()
        advance, invoice = self._bill(percent=30, post=False)
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("draft", 3000.0))
        self.assertEqual(invoice.amount_tax, 660.0)
        self.assertEqual(invoice.invoice_line_ids.name, "Advance on job order Plant")
        self.assertEqual(
            invoice.invoice_line_ids.analytic_distribution, {str(self.account.id): 100}
        )
        self.assertTrue(invoice._is_downpayment())
        self.assertEqual((advance.state, advance.remaining_amount), ("draft", 0.0))
        self._post(invoice)
        self.assertEqual((advance.state, advance.remaining_amount), ("open", 3000.0))

    def test_an_ordinary_invoice_is_no_advance(self):
        self.assertFalse(self._invoice(self._work())._is_downpayment())

    def test_an_advance_is_taxed_as_place_and_work_are(self):
        positions = self.env["account.fiscal.position"].create(
            [{"name": name} for name in ("Job order", "Place")]
        )
        of_job, of_place = positions
        self.tax_ten.write(
            {
                "fiscal_position_ids": [Command.set(positions.ids)],
                "original_tax_ids": [Command.set(self.tax.ids)],
            }
        )
        self.project.fiscal_position_id = of_job
        _advance, invoice = self._bill(amount=100.0, post=False)
        self.assertEqual(invoice.fiscal_position_id, of_job)
        self.assertEqual(invoice.amount_tax, 10.0)
        self.site.with_company(self.company).service_fiscal_position_id = of_place
        self._create_intervention(project_id=self.project.id)
        self.assertEqual(self._bill(post=False)[1].fiscal_position_id, of_place)
        chosen = self._bill(amount=100.0, fiscal_position_id=False, post=False)[1]
        self.assertEqual(chosen.amount_tax, 22.0)

    def test_the_dialog_bills_an_advance_once(self):
        self._fixed_price()
        for context in ("project", "contract"):
            origin = self.project if context == "project" else self._contract()
            dialog = Form(
                self.env["service.advance.bill"]
                .with_user(self.user_accountant)
                .with_context(**{f"default_{context}_id": origin.id})
            )
            self.assertEqual(dialog.agreed_amount, 10000.0 if context == "project" else 4800.0)
            dialog.percent = 10
            self.assertEqual(dialog.amount_to_bill, dialog.agreed_amount / 10)
            dialog.name = "As agreed"
            wizard = dialog.save()
            first = wizard.action_confirm()
            self.assertEqual(wizard.action_confirm()["res_id"], first["res_id"])
            invoice = self.env["account.move"].browse(first["res_id"])
            self.assertEqual(invoice.amount_untaxed, wizard.agreed_amount / 10)
            self.assertEqual(invoice.invoice_line_ids.name, "As agreed")

    def test_bad_advances_are_refused(self):
        bill = self.project.with_user(self.user_accountant).bill_advance
        for values in (
            {},
            {"amount": 10, "percent": 10},
            {"amount": 0},
            {"amount": -5},
            {"amount": "10"},
            {"amount": True},
            {"percent": 101},
            {"amount": 10, "fiscal_position_id": 10**9},
            {"amount": 10, "fiscal_position_id": "1"},
            {"amount": 10, "name": 7},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                bill(**values)
        with self.assertRaisesRegex(UserError, "Nothing is agreed"):
            bill(percent=10)
        self._fixed_price(100.0)
        self._bill(amount=60.0)
        with self.assertRaisesRegex(UserError, "more than the price"):
            bill(amount=40.01)
        self.project.service_closed_on = "2026-11-28"
        with self.assertRaisesRegex(UserError, "is closed"):
            bill(amount=10)
        contract = self._contract()
        contract.action_close()
        with self.assertRaisesRegex(UserError, "has ended"):
            contract.with_user(self.user_accountant).bill_advance(amount=10)

    def test_only_accountants_bill_advances_and_nobody_writes_them(self):
        advance, _invoice = self._bill()
        for user in (self.user_dispatcher, self.user_technician, self.user_manager):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.project.with_user(user).bill_advance(amount=10)
        self.assertEqual(advance.with_user(self.user_dispatcher).remaining_amount, 100.0)
        with self.assertRaises(AccessError):
            advance.with_user(self.user_technician).read(["remaining_amount"])
        for user in (self.user_accountant, self.user_manager):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                advance.with_user(user).name = "Mine"

    def test_advances_of_another_company_are_not_seen(self):
        advance, _invoice = self._bill()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._user("stranger_t", "account.group_account_invoice")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        theirs = advance.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(theirs.search([]))
        with self.assertRaises(AccessError):
            theirs.read(["name"])

    # === DEDUCTING === #

    def test_work_of_the_job_order_deducts_what_is_left(self):
        advance, invoice = self._bill(amount=200.0)
        first = self._invoice(self._work())
        # 100 of work and 40 of the call-out.
        self.assertEqual((self._deductions(first), first.amount_total), ([140.0], 0.0))
        line = first.invoice_line_ids.filtered("service_advance_id")
        self.assertIn(invoice.name, line.name)
        self.assertIn("11/28/2026", line.name)
        self.assertEqual(line._get_downpayment_lines(), invoice.invoice_line_ids)
        self.assertEqual(advance.remaining_amount, 60.0)
        second = self._invoice(self._work())
        self.assertEqual((self._deductions(second), second.amount_untaxed), ([60.0], 80.0))
        self.assertEqual((advance.state, advance.remaining_amount), ("done", 0.0))
        self.assertFalse(self._deductions(self._invoice(self._work())))
        self._post(first | second)
        self.assertEqual((advance.billed_amount, advance.deducted_amount), (200.0, 200.0))

    def test_only_posted_advances_are_deducted_oldest_first(self):
        draft, _invoice = self._bill(amount=500.0, post=False)
        young, late = self._bill(amount=100.0)
        old, early = self._bill(amount=30.0, post=False)
        early.invoice_date = "2026-10-01"
        early.action_post()
        bill = self._invoice(self._work())
        self.assertEqual(self._deductions(bill), [30.0, 100.0])
        names = bill.invoice_line_ids.filtered("service_advance_id").sorted("id").mapped("name")
        self.assertIn(early.name, names[0])
        self.assertIn(late.name, names[1])
        self.assertEqual((draft + young + old).mapped("remaining_amount"), [0.0, 0.0, 0.0])

    def test_nothing_is_deducted_of_a_tax_that_is_not_billed(self):
        advance, invoice = self._bill(amount=100.0, post=False)
        invoice.invoice_line_ids.tax_ids = self.tax_ten
        self._post(invoice)
        labour = self.env.ref("field_service.product_labour")
        self.assertFalse(self._deductions(self._invoice(self._work())))
        labour.taxes_id = self.tax_ten
        bill = self._invoice(self._work(1))
        self.assertEqual(self._deductions(bill), [50.0])
        self.assertEqual(bill.invoice_line_ids.filtered("service_advance_id").tax_ids, self.tax_ten)
        self.assertEqual(advance.remaining_amount, 50.0)

    def test_another_job_order_and_another_payer_deduct_nothing(self):
        self._bill(amount=1000.0)
        elsewhere = self.project.copy({"name": "Elsewhere", "partner_id": self.customer.id})
        both = self._work(project_id=elsewhere.id) | self._work(1)
        # One invoice of both: no more than what is of this job order.
        self.assertEqual(self._deductions(self._invoice(both)), [90.0])
        report = self._work(invoice_partner_id=self.other_customer.id)
        self.assertFalse(self._deductions(self._invoice(report)))

    def test_sums_per_report_and_kind_deduct_the_same(self):
        self._bill(amount=1000.0)
        for summary, expected in (("report", [140.0]), ("kind", [140.0])):
            lines = self._work().sudo().work_line_ids._lock_to_invoice()
            bill = self.env["account.move"]._create_from_work(lines, summary=summary)
            self.assertEqual(self._deductions(bill), expected)

    def test_progress_bills_and_the_release_of_retention_deduct(self):
        self._fixed_price()
        self.project.service_retention_percent = 10
        advance, _invoice = self._bill(amount=3000.0)
        first = self._post(self._progress(30))
        self.assertEqual((self._deductions(first), first.amount_total), ([2700.0], 0.0))
        milestone = self.project.service_milestone_ids
        made = milestone.with_user(self.user_accountant).release_retention()
        release = self.env["account.move"].browse(made["invoice_ids"])
        self.assertEqual(self._deductions(release), [300.0])
        self.assertEqual(milestone.release_line_id.price_unit, 300.0)
        last = self._progress(100)
        self.assertEqual((self._deductions(last), advance.state), ([], "done"))
        self.assertEqual(last.amount_untaxed, 6300.0)

    def test_the_price_of_a_job_order_is_before_tax_also_where_prices_are_with_it(self):
        self.tax.price_include_override = "tax_included"
        self._fixed_price()
        self.project.service_retention_percent = 10
        advance, _invoice = self._bill(percent=50)
        bill = self._post(self._progress(100))
        self.assertEqual((self._deductions(bill), bill.amount_untaxed), ([5000.0], 4000.0))
        self.assertEqual(bill.amount_tax, 880.0)
        milestone = self.project.service_milestone_ids
        made = milestone.with_user(self.user_accountant).release_retention()
        release = self.env["account.move"].browse(made["invoice_ids"])
        self.assertEqual((release.amount_untaxed, advance.state), (1000.0, "done"))

    def test_fees_and_work_of_a_contract_deduct(self):
        contract = self._contract()
        advance, _invoice = self._bill(contract, percent=30)
        self.assertEqual(advance.remaining_amount, 1440.0)
        made = contract.with_user(self.user_accountant).create_fee_invoices(until="2026-01-01")
        self.assertEqual(
            self._deductions(self.env["account.move"].browse(made["invoice_ids"])), [1200]
        )
        contract.write({"labour_percent": 0})
        work = self._invoice(self._work(project_id=False, contract_id=contract.id))
        self.assertEqual(self._deductions(work), [140.0])
        self.assertEqual(advance.remaining_amount, 100.0)

    def test_a_fee_that_is_cut_gives_its_deduction_back(self):
        contract = self._contract(fee_period="year", fee_amount=3650.0)
        advance, _invoice = self._bill(contract, amount=3650.0)
        made = contract.with_user(self.user_accountant).create_fee_invoices(until="2026-01-01")
        bill = self.env["account.move"].browse(made["invoice_ids"])
        contract.with_user(self.user_accountant).end_contract(date="2026-01-31")
        self.assertEqual((self._deductions(bill), bill.amount_untaxed), ([310.0], 0.0))
        self.assertEqual(advance.remaining_amount, 3340.0)

    def test_no_more_than_the_price_is_billed_in_advance_and_by_progress(self):
        self._fixed_price()
        self._bill(amount=3000.0)
        # 3,000 of these 6,000 are the advance.
        self._post(self._progress(60))
        with self.assertRaisesRegex(UserError, "more than the price"):
            self._bill(amount=4000.01)
        self._bill(amount=4000.0)

    def test_a_bill_beside_a_draft_advance_passes_no_price(self):
        self._fixed_price()
        advance, invoice = self._bill(amount=6000.0, post=False)
        self.assertFalse(self._deductions(self._progress(40)))
        with self.assertRaisesRegex(UserError, "is still a draft"), self.env.cr.savepoint():
            self._progress(41)
        self._post(invoice)
        self.assertEqual(self._deductions(self._progress(100)), [6000.0])
        self.assertEqual(advance.remaining_amount, 0.0)

    def test_what_a_draft_is_changed_to_is_not_deducted(self):
        aed = self.env.ref("base.AED")
        aed.active = True
        self.env["res.currency.rate"].create({"currency_id": aed.id, "rate": 4.0})
        advance, _invoice = self._bill(amount=1000.0)
        for values, expected in (
            ({"partner_id": self.other_customer.id}, "was billed to"),
            ({"currency_id": aed.id}, "was billed to"),
            ({}, "was not billed with tax 10% test"),
        ):
            bill = self._invoice(self._work(1))
            bill.write(values)
            if not values:
                bill.invoice_line_ids.tax_ids = self.tax_ten
            with self.subTest(values=values), self.assertRaisesRegex(UserError, expected):
                self._post(bill)
            # What is not posted yet keeps nobody else from being invoiced.
            self.assertEqual(self._deductions(self._invoice(self._work(1))), [90.0])
            bill.invoice_line_ids.filtered(lambda line: line._is_deduction()).unlink()
        self.assertEqual(advance.remaining_amount, 730.0)

    def test_a_wrong_tax_on_a_draft_leaves_no_more_than_is_left(self):
        advance, _invoice = self._bill(amount=150.0)
        bill = self._invoice(self._work(1))
        bill.invoice_line_ids.tax_ids = self.tax_ten
        self.assertEqual(self._deductions(self._invoice(self._work())), [60.0])
        self.assertEqual(advance.remaining_amount, 0.0)

    def test_whoever_is_billed_in_the_end_has_paid_the_advance(self):
        advance, invoice = self._bill(amount=1000.0, post=False)
        invoice.partner_id = self.other_customer
        self._post(invoice)
        self.assertEqual(advance.partner_id, self.other_customer)
        self.assertFalse(self._deductions(self._invoice(self._work())))
        report = self._work(invoice_partner_id=self.other_customer.id)
        self.assertEqual(self._deductions(self._invoice(report)), [140.0])

    def test_an_advance_in_another_currency_is_deducted_in_that_one(self):
        aed = self.env.ref("base.AED")
        aed.active = True
        advance, invoice = self._bill(amount=1000.0, post=False)
        invoice.currency_id = aed
        self._post(invoice)
        self.assertEqual(advance.currency_id, aed)
        self.assertFalse(self._deductions(self._invoice(self._work())))

    def test_an_advance_that_another_credit_note_has_paid_is_deducted(self):
        _advance, invoice = self._bill(amount=100.0)
        credit = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Something else",
                            "price_unit": 100.0,
                            "tax_ids": [Command.set(self.tax.ids)],
                        }
                    )
                ],
            }
        )
        self._post(credit)
        receivable = (invoice | credit).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivable.reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self._bill(amount=1000.0)
        bill = self._invoice(self._work())
        self.assertEqual(self._deductions(bill), [100.0, 40.0])
        lines = bill.invoice_line_ids.filtered("service_advance_id").sorted("id")
        self.assertIn(invoice.name, lines[0].name)
        self.assertIn(invoice.invoice_line_ids, lines._get_downpayment_lines())

    def test_taxes_rounded_line_by_line_make_no_bill_negative(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        advance, _invoice = self._bill(amount=1000.0)
        report = self._work()
        for line in report.sudo().work_line_ids:
            line.price_unit = 10.02 / line.quantity
        # 2.20 of tax on each of two lines, 4.41 on the 20.04 of both.
        bill = self._post(self._invoice(report))
        self.assertEqual(self._deductions(bill), [20.03])
        self.assertGreaterEqual(bill.amount_total, 0.0)
        self.assertEqual(advance.remaining_amount, 979.97)

    def test_sums_of_work_priced_with_its_tax_deduct_what_they_come_to(self):
        self.tax.price_include_override = "tax_included"
        self._bill(amount=1000.0)
        for summary in ("report", "kind"):
            lines = self._work(4).sudo().work_line_ids._lock_to_invoice()
            bill = self.env["account.move"]._create_from_work(lines, summary=summary)
            billed = bill.invoice_line_ids.filtered(lambda line: not line._is_deduction())
            deducted = sum(self._deductions(bill))
            self.assertAlmostEqual(deducted, sum(billed.mapped("price_subtotal")), delta=0.011)
            self._post(bill)

    def test_a_sum_of_two_job_orders_deducts_the_part_of_each(self):
        self._bill(amount=1000.0)
        elsewhere = self.project.copy(
            {"name": "Elsewhere", "partner_id": self.customer.id, "account_id": self.account.id}
        )
        both = self._work(1) | self._work(project_id=elsewhere.id)
        lines = both.sudo().work_line_ids._lock_to_invoice()
        bill = self.env["account.move"]._create_from_work(lines, summary="kind")
        self.assertEqual(self._deductions(bill), [90.0])

    def test_taxes_in_the_price_deduct_to_the_cent(self):
        (self.tax | self.tax_ten).price_include_override = "tax_included"
        advance, invoice = self._bill(amount=100.0)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (100.0, 122.0))
        bill = self._invoice(self._work())
        self.assertEqual((self._deductions(bill), advance.remaining_amount), ([100.0], 0.0))

    def test_a_fee_with_its_tax_that_is_cut_gives_its_deduction_back(self):
        self.tax.price_include_override = "tax_included"
        contract = self._contract(fee_period="year", fee_amount=3650.0)
        advance, _invoice = self._bill(contract, amount=2900.0)
        made = contract.with_user(self.user_accountant).create_fee_invoices(until="2026-01-01")
        bill = self.env["account.move"].browse(made["invoice_ids"])
        self.assertEqual((self._deductions(bill), bill.amount_untaxed), ([2900.0], 750.0))
        contract.with_user(self.user_accountant).end_contract(date="2026-01-31")
        self.assertEqual((self._deductions(bill), bill.amount_untaxed), ([310.0], 0.0))
        self.assertEqual(advance.remaining_amount, 2590.0)

    def test_hours_on_top_of_a_contract_deduct_its_advance(self):
        contract = self._contract()
        advance, _invoice = self._bill(contract, amount=300.0)
        made = contract.with_user(self.user_accountant).top_up(hours=5, price=200.0)
        bill = self.env["account.move"].browse(made["invoice_ids"])
        self.assertEqual((self._deductions(bill), bill.amount_untaxed), ([200.0], 0.0))
        self.assertEqual(advance.remaining_amount, 100.0)
        bill.button_cancel()
        self.assertEqual(advance.remaining_amount, 300.0)
        contract.top_up_ids.with_user(self.user_accountant).action_create_invoice()
        self.assertEqual(advance.remaining_amount, 100.0)

    # === FREEING === #

    def test_no_more_is_given_back_than_was_deducted(self):
        advance, _invoice = self._bill(amount=100.0)
        bill = self._post(self._invoice(self._work()))
        credit = bill._reverse_moves([{"invoice_date": "2026-11-28"}])
        line = credit.invoice_line_ids.filtered(lambda line: line._is_deduction())
        line.price_unit = -100.01
        with self.assertRaisesRegex(ValidationError, "given back"), self.env.cr.savepoint():
            credit.action_post()
            self.env.flush_all()
        line.price_unit = -100
        credit.action_post()
        self.assertEqual(advance.remaining_amount, 100.0)
        with self.assertRaisesRegex(UserError, "can be billed anew"):
            bill.button_cancel()

    def test_an_invoice_that_goes_frees_what_it_has_deducted(self):
        advance, _invoice = self._bill(amount=1000.0)
        report = self._work()
        for undo in ("unlink", "button_cancel", "reset", "credit"):
            bill = self._invoice(report)
            self.assertEqual(self._deductions(bill), [140.0])
            self.assertEqual(advance.remaining_amount, 860.0)
            with self.subTest(undo=undo):
                if undo == "reset":
                    self._post(bill)
                    bill.button_draft()
                    self.assertEqual(advance.remaining_amount, 860.0)
                    bill.button_cancel()
                elif undo == "credit":
                    self._post(bill)
                    bill._reverse_moves([{"invoice_date": "2026-11-28"}], cancel=True)
                else:
                    getattr(bill, undo)()
                self.assertEqual(advance.remaining_amount, 1000.0)
        self.assertEqual(self._deductions(self._invoice(report)), [140.0])

    def test_an_invoice_that_is_written_anew_deducts_once(self):
        advance, _invoice = self._bill(amount=1000.0)
        anew = self._write_anew(self._post(self._invoice(self._work())))
        self.assertEqual(self._deductions(anew), [140.0])
        self.assertEqual(advance.remaining_amount, 860.0)

    def test_an_advance_that_is_written_anew_counts_once(self):
        advance, invoice = self._bill(amount=1000.0)
        anew = self._write_anew(invoice)
        self.assertTrue(anew._is_downpayment())
        self.assertEqual((advance.billed_amount, advance.draft_amount), (0.0, 1000.0))
        self._post(anew)
        bill = self._invoice(self._work())
        line = bill.invoice_line_ids.filtered("service_advance_id")
        self.assertIn(anew.name, line.name)
        self.assertEqual(line._get_downpayment_lines().move_id, anew)

    def test_a_mere_duplicate_deducts_nothing(self):
        advance, _invoice = self._bill(amount=1000.0)
        self._invoice(self._work()).copy()
        self.assertEqual(advance.remaining_amount, 860.0)

    def test_a_credit_of_the_advance_reduces_it(self):
        advance, invoice = self._bill(amount=1000.0)
        credit = invoice._reverse_moves([{"invoice_date": "2026-11-28"}])
        credit.invoice_line_ids.price_unit = 300.0
        self.assertEqual(advance.remaining_amount, 1000.0)
        credit.action_post()
        self.assertEqual((advance.billed_amount, advance.remaining_amount), (700.0, 700.0))
        self.assertEqual(self._deductions(self._invoice(self._work(9))), [490.0])
        with self.assertRaisesRegex(ValidationError, "more would be deducted than was billed"):
            invoice._reverse_moves([{"invoice_date": "2026-11-28"}], cancel=True)
            self.env.flush_all()

    # === WHAT AN ACCOUNTANT MAY TRY === #

    def _two_rates(self):
        """An advance of 100 at 22 % and of 100 at 10 %."""
        advance, invoice = self._bill(amount=100.0, post=False)
        second = {"name": "Boiler", "price_unit": 100.0, "tax_ids": [Command.set(self.tax_ten.ids)]}
        invoice.invoice_line_ids = [Command.create(second)]
        return advance, self._post(invoice)

    def test_of_two_rates_none_is_credited_beyond_what_is_left_of_it(self):
        advance, invoice = self._two_rates()
        bill = self._post(self._invoice(self._work()))
        self.assertEqual((self._deductions(bill), advance.remaining_amount), ([100.0], 100.0))
        credit = invoice._reverse_moves([{"invoice_date": "2026-11-28"}])
        of_ten = credit.invoice_line_ids.filtered(lambda line: line.tax_ids == self.tax_ten)
        of_ten.unlink()
        refused = self.assertRaisesRegex(UserError, "22% test more would be credited")
        with refused, self.env.cr.savepoint():
            credit.action_post()
        # Nor with the other tax than what was deducted.
        back = bill._reverse_moves([{"invoice_date": "2026-11-28"}])
        line = back.invoice_line_ids.filtered(lambda line: line._is_deduction())
        line.tax_ids = self.tax_ten
        refused = self.assertRaisesRegex(UserError, "10% test more would be credited")
        with refused, self.env.cr.savepoint():
            back.action_post()
        line.tax_ids = self.tax
        back.action_post()
        credit.action_post()
        self.assertEqual((advance.billed_amount, advance.remaining_amount), (100.0, 100.0))
        self.assertEqual(list(advance._get_deductible().values()), [0.0, 100.0])

    def test_a_part_of_a_bill_that_is_credited_gives_back_the_part_that_is_on_the_credit_note(self):
        advance, _invoice = self._bill(amount=100.0)
        bill = self._post(self._invoice(self._work()))
        credit = bill._reverse_moves([{"invoice_date": "2026-11-28"}])
        # The work alone, of which 30 was paid in advance.
        credit.invoice_line_ids.filtered(lambda line: line.price_subtotal == 40.0).unlink()
        credit.invoice_line_ids.filtered(lambda line: line._is_deduction()).price_unit = -30.0
        self.assertEqual(credit.amount_untaxed, 70.0)
        credit.action_post()
        self.assertEqual((advance.deducted_amount, advance.remaining_amount), (70.0, 30.0))
        self.assertEqual(self._deductions(self._invoice(self._work())), [30.0])

    def test_a_posted_advance_cannot_be_deleted_under_a_draft_that_deducts_it(self):
        advance, invoice = self._bill(amount=100.0)
        draft = self._invoice(self._work())
        with self.assertRaises(UserError), self.env.cr.savepoint():
            invoice.unlink()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            invoice.invoice_line_ids.unlink()
        self.assertEqual((self._deductions(draft), advance.remaining_amount), ([100.0], 0.0))

    def test_an_advance_in_another_currency_counts_at_its_rate(self):
        aed = self.env.ref("base.AED")
        aed.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": aed.id, "rate": rate, "name": day}
                for day, rate in (("2026-01-01", 4.0), ("2026-11-29", 5.0))
            ]
        )
        self._fixed_price()
        advance, invoice = self._bill(amount=4000.0, post=False)
        invoice.currency_id = aed
        self._post(invoice)
        self.assertEqual((advance.currency_id, advance.remaining_amount), (aed, 4000.0))
        self.assertEqual(self._panel()[1], 9000)
        with freeze_time("2026-12-01"):
            # A thousand of the price, at the rate of its day.
            with self.assertRaisesRegex(UserError, "more than the price"):
                self._bill(amount=9000.01)
            self._bill(amount=9000.0)

    def test_no_price_is_less_than_what_was_billed_in_advance(self):
        self._fixed_price()
        self._bill(amount=3000.0)
        with self.assertRaisesRegex(ValidationError, "More than this price"):
            self.project.service_price = 2999.99
        self.project.service_price = 3000.0

    def test_a_retention_is_paid_in_advance_when_it_is_released(self):
        self._fixed_price(1000.0)
        self.project.service_retention_percent = 10
        advance, _invoice = self._bill(percent=100)
        bill = self._post(self._progress(100))
        self.assertEqual((self._deductions(bill), advance.remaining_amount), ([900.0], 100.0))
        self.assertEqual(bill.amount_total, 0.0)
        release = self.project.service_milestone_ids.with_user(self.user_accountant)
        made = release.release_retention()
        released = self._post(self.env["account.move"].browse(made["invoice_ids"]))
        self.assertEqual((released.amount_total, advance.state), (0.0, "done"))

    def test_a_draft_that_becomes_a_credit_note_says_what_is_wrong(self):
        advance, invoice = self._bill(amount=100.0, post=False)
        invoice.action_switch_move_type()
        self.assertEqual((advance.draft_amount, advance.state), (0.0, "cancelled"))
        with self.assertRaisesRegex(ValidationError, "more would be credited than was billed"):
            self._post(invoice)
            self.env.flush_all()

    def test_a_bill_that_becomes_a_credit_note_deducts_nothing(self):
        advance, _invoice = self._bill(amount=100.0)
        bill = self._invoice(self._work())
        bill.action_switch_move_type()
        self.assertEqual((bill.move_type, advance.remaining_amount), ("out_refund", 100.0))
        with self.assertRaisesRegex(ValidationError, "more would be given back than was deducted"):
            self._post(bill)
            self.env.flush_all()

    def test_an_advance_that_is_deducted_is_not_taken_back(self):
        advance, invoice = self._bill(amount=1000.0)
        bill = self._invoice(self._work())
        for undo in ("button_draft", "button_cancel"):
            with (
                self.subTest(undo=undo),
                self.assertRaisesRegex(ValidationError, "cancel that one first"),
                self.env.cr.savepoint(),
            ):
                getattr(invoice, undo)()
                self.env.flush_all()
        bill.unlink()
        invoice.button_draft()
        self.assertEqual((advance.state, advance.remaining_amount), ("draft", 0.0))
        invoice.button_cancel()
        self.assertEqual(advance.state, "cancelled")

    def test_a_draft_advance_that_is_deleted_was_never_made(self):
        advance, invoice = self._bill(post=False)
        invoice.unlink()
        self.assertFalse(advance.exists())

    def test_what_is_added_to_the_invoice_of_an_advance_belongs_to_it(self):
        advance, invoice = self._bill(amount=100.0, post=False)
        invoice.invoice_line_ids = [
            Command.create({"name": "And for the boiler", "price_unit": 50.0, "tax_ids": False})
        ]
        self._post(invoice)
        self.assertTrue(invoice._is_downpayment())
        self.assertEqual(advance.remaining_amount, 150.0)

    def test_more_than_is_billed_of_a_tax_is_not_posted(self):
        self._bill(amount=1000.0)
        bill = self._invoice(self._work())
        bill.invoice_line_ids.filtered(lambda line: line.price_unit == 40.0).unlink()
        with self.assertRaisesRegex(UserError, "More is deducted than billed"):
            self._post(bill)

    # === BEING SEEN === #

    def test_the_preview_tells_what_is_deducted(self):
        self._bill(amount=200.0)
        work = self._work() | self._work() | self._work(cig="Z123456789")
        contract = self._contract()
        self._bill(contract, amount=100.0)
        run = (
            self.env["service.invoice.run"].with_user(self.user_accountant)._prepare(work, contract)
        )
        foreseen = sorted(run.group_ids.mapped("advance_amount"))
        self.assertEqual(foreseen, [0.0, 100.0, 200.0])
        run.action_start()
        made = run.group_ids.move_ids
        self.assertEqual(sorted(sum(self._deductions(move)) for move in made), foreseen)

    def test_the_preview_is_the_invoice_to_the_cent_also_when_all_of_it_is_deducted(self):
        lot = random.Random(20261128)
        self.env.ref("field_service.product_call_out").taxes_id = self.tax_ten
        reports = self._work(1) | self._work(2) | self._work(3)
        lines = reports.sudo().work_line_ids
        trimmed = 0
        for rounding, where in product(
            ("round_per_line", "round_globally"), ("tax_excluded", "tax_included")
        ):
            self.company.tax_calculation_rounding_method = rounding
            (self.tax | self.tax_ten).price_include_override = where
            _advance, invoice = self._two_rates()
            for turn in range(3):
                for line in lines:
                    line.price_unit = lot.randint(1, 1200) / 100
                with self.subTest(rounding=rounding, where=where, turn=turn):
                    run = self.env["service.invoice.run"].with_user(self.user_accountant)
                    run = run._prepare(reports, self.env["service.contract"])
                    group = run.group_ids
                    foreseen = group.untaxed_amount
                    run.action_start()
                    move = group.move_ids
                    self.assertGreaterEqual(move.amount_total, 0)
                    self.assertAlmostEqual(foreseen, move.amount_untaxed, 2)
                    trimmed += 0 < foreseen < 0.1
                    move.unlink()
            invoice._reverse_moves([{"invoice_date": "2026-11-28"}], cancel=True)
        self.assertTrue(trimmed)

    def test_closing_tells_of_advances_not_deducted(self):
        def missing():
            checklist = self.project.with_user(self.user_accountant).get_closing_checklist()
            return [line["kind"] for line in checklist if line["kind"] == "advances"]

        self.assertFalse(missing())
        _advance, invoice = self._bill(amount=140.0, post=False)
        self.assertTrue(missing())
        self._post(invoice)
        self.assertTrue(missing())
        self._invoice(self._work())
        self.assertFalse(missing())

    def test_the_panel_counts_an_advance_once(self):
        self._fixed_price()
        _advance, invoice = self._bill(amount=3000.0, post=False)
        self.assertEqual(self._panel()[:2], (0, 10000))
        self._post(invoice)
        self.assertEqual(self._panel()[:2], (3000, 7000))
        bill = self._progress(50)
        self.assertEqual(self._panel()[:2], (3000, 7000))
        self._post(bill)
        self.assertEqual(self._panel()[:2], (5000, 5000))

    def test_work_without_advances_is_billed_with_one_more_query(self):
        report, again = self._work(), self._work()
        self._invoice(report)
        lines = again.sudo().work_line_ids
        contracts = self.env["service.contract"]
        lines.intervention_id.mapped("project_id.name")
        lines.intervention_id.mapped("contract_id.name")
        with self.assertQueryCount(1):
            self.assertFalse(lines._find_advances(contracts))
