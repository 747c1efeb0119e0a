import doctest
from itertools import product

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.expense_capture import charging

from .common import MONDAY, ExpenseCaptureCommon


@tagged("post_install", "-at_install")
class TestPolicy(ExpenseCaptureCommon):
    """What is charged, by contract, customer and kind; every path, on the invoiced amount."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()

    @classmethod
    def _policy(cls, charge, **values):
        return cls.env["expense.charge.policy"].create(
            {
                "charge": charge,
                "company_id": cls.company.id,
                "date_from": "2026-01-01",
                **values,
            }
        )

    def test_the_pure_functions(self):
        self.assertEqual(doctest.testmod(charging).failed, 0)

    def test_every_path_on_the_invoiced_amount(self):
        """Paid by whom × how charged × in which currency × VAT inside deducted, included or none.

        110 CHF at two to the euro are 55 EUR, 110 EUR are 110; a tenth of the net is VAT.
        """
        francs = self.setup_other_currency("CHF", rates=[("2026-11-01", 2.0)])
        self.vat_10.price_include_override = "tax_included"
        policy = self._policy("cost", percent=10, price=70)
        expected = []
        paths = product(
            ("own_account", "company_account"),
            ("cost", "markup", "fixed", "none"),
            (self.company.currency_id, francs),
            (True, False),
        )
        for mode, charge, currency, deducted in paths:
            with self.subTest(mode=mode, charge=charge, currency=currency.name, net=deducted):
                policy.charge = charge
                gross = 55.0 if currency == francs else 110.0
                cost = round(gross / 1.1, 2) if deducted else gross
                amount = {
                    "cost": cost,
                    "markup": round(cost * 1.1, 2),
                    "fixed": 70.0,
                    "none": 0.0,
                }[charge]
                expense = self._add(
                    self.intervention,
                    kind="hotel",
                    amount=110,
                    currency=currency.name,
                    payment_mode=mode,
                    invoice_to_us=deducted,
                )
                line = expense.work_line_ids
                self.assertEqual(line.amount_invoice, amount)
                self.assertEqual(line.amount_cost, cost)
                expected.append((line, amount))
        margin = sum(amount - line.amount_cost for line, amount in expected)
        self.assertAlmostEqual(
            self.intervention.amount_to_invoice - self.intervention.amount_cost, margin, 2
        )
        invoice = self._invoice(self._sign(self.intervention))
        for line, amount in expected:
            self.assertEqual(line.invoice_line_id.price_subtotal, amount)
        self.assertEqual(
            invoice.amount_untaxed, round(sum(amount for _line, amount in expected), 2)
        )
        # The VAT is that of our service, whatever was on the receipt.
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax)

    def test_with_the_tax_in_our_prices_an_expense_is_charged_before_tax(self):
        """Work is priced with its tax there, as Odoo has it; what was spent is not."""
        self.tax.price_include_override = "tax_included"
        francs = self.setup_other_currency("CHF", rates=[("2026-11-01", 2.0)])
        policy = self._policy("cost", percent=10, price=70)
        expected = []
        paths = product(
            ("own_account", "company_account"),
            ("cost", "markup", "fixed", "none"),
            (self.company.currency_id, francs),
            (True, False),
        )
        for mode, charge, currency, deducted in paths:
            policy.charge = charge
            gross = 48.0 if currency == francs else 96.0
            cost = round(gross / 1.1, 2) if deducted else gross
            expense = self._add(
                self.intervention,
                kind="hotel",
                amount=96,
                currency=currency.name,
                payment_mode=mode,
                invoice_to_us=deducted,
            )
            amounts = {"cost": cost, "markup": round(cost * 1.1, 2), "fixed": 70.0, "none": 0.0}
            expected.append((expense.work_line_ids, amounts[charge]))
        drive = self._add(self.intervention, kind="own_car", distance_km=100).work_line_ids
        invoice = self._invoice(self._sign(self.intervention))
        for line, amount in expected:
            self.assertEqual(line.amount_invoice, amount)
            self.assertEqual(line.invoice_line_id.price_subtotal, amount)
        self.assertEqual(drive.invoice_line_id.price_total, 60)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax)

    def test_summed_up_with_the_tax_in_our_prices_it_is_the_same(self):
        self.tax.price_include_override = "tax_included"
        self._add(self.intervention, kind="hotel", amount=100)
        self._add(self.intervention, kind="own_car", distance_km=100)
        report = self._sign(self.intervention)
        lines = report.work_line_ids.filtered(lambda line: line.billing_state == "to_bill")
        ((key, work),) = lines._group_by_invoice("report").items()
        prices = [
            values["price_unit"] for values, _work in work._prepare_invoice_lines(key, "report")
        ]
        self.assertAlmostEqual(sum(prices), 122 + 60, 2)

    def test_the_narrowest_policy_decides(self):
        payer = self.intervention.invoice_partner_id or self.intervention.partner_id
        contract = self.env["service.contract"].create(
            {
                "name": "With prices of its own",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
            }
        )
        contract.action_open()

        def charged(kind="hotel", **values):
            expense = self._add(self.intervention, kind=kind, amount=100, **values)
            return expense.work_line_ids.amount_invoice

        self._policy("markup", percent=5)
        self.assertEqual(charged(), 105)
        self._policy("markup", percent=7, kind_ids=[Command.set(self.kinds["hotel"].ids)])
        self.assertEqual((charged(), charged("parking")), (107, 105))
        self._policy("fixed", price=80, partner_id=payer.commercial_partner_id.id)
        self.assertEqual(charged(), 80)
        self._policy("cost", partner_id=payer.commercial_partner_id.id, date_from="2026-11-10")
        self.assertEqual(charged(), 80)
        self.intervention.contract_id = contract
        self._policy("none", contract_id=contract.id)
        line = self._add(self.intervention, kind="hotel", amount=100).work_line_ids
        self.assertEqual((line.amount_invoice, line.coverage), (0, "goodwill"))

    def test_a_fixed_price_waits_for_the_amount(self):
        self._policy("fixed", price=80)
        kept = self.intervention.with_user(self.user_technician).add_receipts(
            files=[{"name": "r.pdf", "data": "JVBERi0xLjQKJSVFT0Y="}]
        )
        draft = self.env["hr.expense"].browse(kept["expense_ids"])
        self.assertEqual(draft.work_line_ids.amount_invoice, 0)
        draft.total_amount_currency = 12
        self.assertEqual(draft.work_line_ids.amount_invoice, 80)

    def test_prices_are_kept_by_managers_and_accountants(self):
        policy = self._policy("cost")
        for person, allowed in (
            ("technician", False),
            ("dispatcher", False),
            ("approver", True),
        ):
            seen = policy.with_user(getattr(self, f"user_{person}"))
            with self.subTest(person=person):
                self.assertEqual(seen.has_access("write"), allowed)
                if not allowed:
                    with self.assertRaises(AccessError):
                        seen.read(["percent"])

    def test_many_policies_cost_no_more_queries(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._add(self.intervention, kind="motorway", amount=10, date=str(MONDAY))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for _turn in range(20):
            self._policy("markup", percent=5)
        self.assertLessEqual(queries(), few + 3)
