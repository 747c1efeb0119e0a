"""Advances and bills drawn by lot, against a ledger that knows nothing of how it is done."""

import random
from collections import Counter, defaultdict
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from ..models.service_report import CLOSING
from .test_profitability import JobOrderCommon

SEED = 20261128
DAY = "2026-11-28"


class Ledger:
    """What must be true of the advances of one job order: amounts in cents, by advance and tax."""

    def __init__(self):
        self.billed = {}
        self.deducted = {}
        self.order = []

    def bill(self, advance, tax, amount):
        self.billed[advance, tax] = amount
        self.order.append((advance, tax))

    def left(self, advance, tax):
        taken = sum(parts.get((advance, tax), 0) for parts in self.deducted.values())
        return self.billed[advance, tax] - taken

    def deduct(self, invoice, billed):
        """Take from the oldest first, cent by cent."""
        parts = defaultdict(int)
        for tax, amount in billed.items():
            for advance, of_tax in self.order:
                while of_tax == tax and amount and self.left(advance, tax) - parts[advance, tax]:
                    step = min(amount, self.left(advance, tax) - parts[advance, tax])
                    parts[advance, tax] += step
                    amount -= step
        self.deducted[invoice] = {place: part for place, part in parts.items() if part}


def cents(amount):
    return int((Decimal(repr(round(amount, 2))) * 100).to_integral_value())


@tagged("post_install", "-at_install")
class TestRandomAdvances(JobOrderCommon):
    """Advances on a job order."""

    turns = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A note on each invoice would take a third of the time.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.project = cls.project.with_env(cls.env)
        cls.origin, link = cls._prepare_origin()
        cls.lot = random.Random(SEED)
        cls.taxes = [cls.tax, cls.tax.copy({"name": "10% test", "amount": 10})]
        cls.interventions = cls.env["service.intervention"].create(
            [{"name": "By lot", "partner_id": cls.customer.id, **link} for _number in range(3)]
        )
        cls.reports = cls.env["service.report"].create(
            [
                {"intervention_id": intervention.id, "date": DAY}
                for intervention in cls.interventions
            ]
        )
        for report in cls.reports.with_context(field_service_closing=CLOSING):
            report.number = report.intervention_id.number
        products = [
            cls.env["product.product"].create(
                {"name": tax.name, "taxes_id": [Command.set(tax.ids)]}
            )
            for tax in cls.taxes
        ]
        cls.tax_of = dict(zip(products, cls.taxes, strict=True))

    @classmethod
    def _prepare_origin(cls):
        """What advances are on, and how work is said to be of it."""
        return cls.project, {"project_id": cls.project.id}

    def _advance(self, ledger):
        tax, amount = self.lot.choice(self.taxes), self.lot.randint(1, 40000)
        made = self.origin.bill_advance(amount=amount / 100)
        invoice = self.env["account.move"].browse(made["invoice_ids"])
        invoice.invoice_line_ids.tax_ids = tax
        invoice.invoice_date = DAY
        invoice.action_post()
        ledger.bill(self.env["service.advance"].browse(made["advance_id"]), tax, amount)
        return invoice

    def _bill(self, ledger):
        """A bill of one to three lines of work, billed as reports are."""
        lines = self.env["service.work.line"].create(
            [
                {
                    "intervention_id": report.intervention_id.id,
                    "report_id": report.id,
                    "kind": "part",
                    "date": DAY,
                    "quantity": 1,
                    "product_id": self.lot.choice([*self.tax_of]).id,
                    "coverage": "out_of_warranty",
                    "coverage_note": "By lot",
                    "price_unit": self.lot.randint(1, 30000) / 100,
                }
                for report in self.lot.choices(self.reports, k=self.lot.randint(1, 3))
            ]
        )
        summary = self.lot.choice(["line", "line", "kind"])
        invoice = self.env["account.move"]._create_from_work(lines, summary=summary)
        billed = defaultdict(int)
        for line in lines:
            billed[self.tax_of[line.product_id]] += cents(line.amount_invoice)
        ledger.deduct(invoice, billed)
        return invoice

    def _undo(self, invoice, ledger):
        what = self.lot.choice(["delete", "cancel", "reset", "credit", "anew"])
        if what == "delete":
            invoice.unlink()
        elif what == "cancel":
            invoice.button_cancel()
        else:
            invoice.invoice_date = DAY
            invoice.action_post()
            if what == "reset":
                invoice.button_draft()
                invoice.button_cancel()
            elif what == "credit":
                invoice._reverse_moves([{"invoice_date": DAY}], cancel=True)
            else:
                # The new draft deducts what the old invoice did.
                return self._write_anew(invoice)
        del ledger.deducted[invoice]
        return None

    def _credit_advance(self, invoice, ledger):
        """Credit a part of an advance, of what isn't deducted."""
        line = invoice.invoice_line_ids
        advance, tax = line.service_advance_id, line.tax_ids
        left = ledger.left(advance, tax)
        if left:
            amount = self.lot.randint(1, left)
            credit = invoice._reverse_moves([{"invoice_date": DAY}])
            credit.invoice_line_ids.price_unit = amount / 100
            if self.lot.random() < 0.8:
                credit.action_post()
                ledger.billed[advance, tax] -= amount

    def test_whatever_happens_no_cent_is_deducted_twice_and_none_is_lost(self):
        ledger, advances, bills, drawn = Ledger(), [], [], Counter()
        for turn in range(self.turns):
            what = self.lot.choice(["advance", "bill", "bill", "bill", "undo", "undo", "credit"])
            with self.subTest(seed=SEED, turn=turn, what=what):
                if what == "advance":
                    advances.append(self._advance(ledger))
                elif what == "bill":
                    bills.append(self._bill(ledger))
                    drawn["deduction"] += bool(ledger.deducted[bills[-1]])
                elif what == "undo" and bills:
                    invoice = bills.pop(self.lot.randrange(len(bills)))
                    anew = self._undo(invoice, ledger)
                    if anew:
                        ledger.deducted[anew] = ledger.deducted.pop(invoice)
                        bills.append(anew)
                elif what == "credit" and advances:
                    self._credit_advance(self.lot.choice(advances), ledger)
                self._compare(ledger)
                drawn[what] += 1
        # What was drawn, also if it is undone by now.
        for what in ("advance", "bill", "deduction", "undo", "credit"):
            self.assertGreater(drawn[what], self.turns // 24, what)

    def _compare(self, ledger):
        self.env.flush_all()
        for advance, tax in ledger.order:
            self.assertEqual(cents(advance.remaining_amount), ledger.left(advance, tax))
            self.assertGreaterEqual(advance.remaining_amount, 0)
        for invoice, parts in ledger.deducted.items():
            found = defaultdict(int)
            for line in invoice.invoice_line_ids.filtered(lambda line: line._is_deduction()):
                found[line.service_advance_id, line.tax_ids] -= cents(line.price_subtotal)
            self.assertEqual(found, parts)


@tagged("post_install", "-at_install")
class TestRandomContractAdvances(TestRandomAdvances):
    """The same on a contract, where fees and hours on top are billed too."""

    turns = 60

    @classmethod
    def _prepare_origin(cls):
        contract = cls.env["service.contract"].create(
            {
                "name": "By lot",
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                "fee_amount": 123.45,
                "fee_period": "month",
            }
        )
        contract.action_open()
        return contract, {"contract_id": contract.id}

    def _bill(self, ledger):
        what = self.lot.choice(["work", "fee", "top_up"])
        if what == "work":
            return super()._bill(ledger)
        tax = self.lot.choice(self.taxes)
        if what == "fee":
            self.origin.fee_product_id.taxes_id = tax
            made = self.origin.create_fee_invoices(until=str(self.origin.next_fee_date))
            kept = self.origin.fee_ids
            amount = kept.filtered(lambda fee: fee.invoice_id.id in made["invoice_ids"]).amount
        else:
            self.env.ref("field_service.product_hours").taxes_id = tax
            amount = self.lot.randint(1, 30000) / 100
            made = self.origin.top_up(hours=1, price=amount)
        invoice = self.env["account.move"].browse(made["invoice_ids"])
        ledger.deduct(invoice, {tax: cents(amount)})
        return invoice
