import doctest

from odoo import Command
from odoo.tests import tagged

from .. import significant
from .test_profitability import JobOrderCommon


@tagged("post_install", "-at_install")
class TestSignificantGoods(JobOrderCommon):
    """Goods that are worth more than the work are taxed at their own rate beyond it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.position = cls.env["account.fiscal.position"].create(
            {
                "name": "Work on homes",
                "company_id": cls.company.id,
                "splits_significant_goods": True,
            }
        )
        cls.reduced = cls.tax_sale_a.copy(
            {
                "name": "10% test",
                "amount": 10,
                "fiscal_position_ids": [Command.set(cls.position.ids)],
                "original_tax_ids": [Command.set(cls.tax.ids)],
            }
        )
        cls.part.write({"is_significant_good": True, "list_price": 500.0})

    def _invoice_home(self):
        intervention = self._story_one()
        intervention.fiscal_position_id = self.position
        return intervention, self._invoice(self._sign(intervention))

    def test_the_rules_hold_as_their_examples_say(self):
        self.assertEqual(doctest.testmod(significant).failed, 0)

    def test_beyond_the_value_of_the_work_the_full_rate_holds(self):
        intervention, invoice = self._invoice_home()
        lines = invoice.invoice_line_ids.filtered(lambda line: line.product_id == self.part)
        by_tax = {line.tax_ids: line.price_subtotal for line in lines}
        # All the rest: 125 + 47.50 + 50.40 + 40.
        self.assertEqual(by_tax, {self.reduced: 262.90, self.tax: 237.10})
        self.assertEqual(invoice.amount_untaxed, 762.90)
        self.assertEqual(invoice.amount_tax, round(525.80 * 0.10 + 237.10 * 0.22, 2))
        work = sum(intervention.work_line_ids.mapped("amount_invoice"))
        self.assertEqual(invoice.amount_untaxed, round(work, 2))

    def test_with_the_tax_in_our_prices_a_split_good_comes_to_the_same(self):
        self.position.splits_significant_goods = False
        (self.tax | self.reduced).price_include_override = "tax_included"
        _intervention, whole = self._invoice_home()
        good = whole.invoice_line_ids.filtered(lambda line: line.product_id == self.part)
        self.position.splits_significant_goods = True
        _intervention, split = self._invoice_home()
        parts = split.invoice_line_ids.filtered(lambda line: line.product_id == self.part)
        self.assertEqual(len(parts), 2)
        self.assertAlmostEqual(sum(parts.mapped("price_subtotal")), good.price_subtotal, 2)

    def test_the_preview_deducts_an_advance_from_what_is_beyond(self):
        made = self.project.with_user(self.user_accountant).bill_advance(amount=1000.0)
        self.env["account.move"].browse(made["invoice_ids"]).action_post()
        intervention = self._story_one()
        intervention.write({"fiscal_position_id": self.position.id, "project_id": self.project.id})
        runs = self.env["service.invoice.run"].with_user(self.user_accountant)
        run = runs._prepare(self._sign(intervention), self.env["service.contract"])
        # The advance was billed at 22 %.
        self.assertEqual(run.group_ids.advance_amount, 237.10)
        run.action_start()
        self.assertEqual(run.group_ids.move_ids.amount_untaxed, run.amount)

    def test_within_the_value_of_the_work_nothing_is_split(self):
        self.part.list_price = 200.0
        _intervention, invoice = self._invoice_home()
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.reduced)
        self.assertEqual(len(invoice.invoice_line_ids), 5)

    def test_elsewhere_goods_are_taxed_as_ever(self):
        self.position.splits_significant_goods = False
        _intervention, invoice = self._invoice_home()
        self.assertEqual(len(invoice.invoice_line_ids), 5)

    def test_what_is_beyond_goes_with_its_good_and_is_billed_anew(self):
        intervention, invoice = self._invoice_home()
        part = intervention.work_line_ids.filtered(lambda line: line.kind == "part")
        part.invoice_line_id.unlink()
        self.assertEqual(invoice.amount_untaxed, 262.90)
        self.assertEqual(part.billing_state, "to_bill")
        invoice.button_cancel()
        again = self._invoice(intervention.report_ids)
        self.assertEqual(again.amount_untaxed, 762.90)

    def test_what_is_beyond_goes_with_its_good_on_an_invoice_written_anew(self):
        intervention, invoice = self._invoice_home()
        invoice.invoice_date = "2026-11-10"
        invoice.action_post()
        anew = self._write_anew(invoice)
        self.assertEqual(anew.amount_total, invoice.amount_total)
        part = intervention.work_line_ids.filtered(lambda line: line.kind == "part")
        part.invoice_line_id.unlink()
        self.assertEqual(anew.amount_untaxed, 262.90)
