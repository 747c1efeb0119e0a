"""Batches of reports drawn by lot through the database: to the cent, and nothing billed twice."""

import random
from collections import Counter

from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..models.service_report import CLOSING
from .common import MONDAY, FieldServiceCommon

BATCHES = 300
PAYERS = 12
SEED = 20261127
KINDS = ("labour", "travel", "mileage", "part", "flat_fee", "call_out")
COVERAGES = ("out_of_warranty",) * 5 + ("job_order", "goodwill", "contract", "to_verify")


@tagged("post_install", "-at_install")
class TestRandomInvoicing(FieldServiceCommon, AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lot = random.Random(SEED)
        taxes = [
            cls.tax_sale_a.copy({"name": f"{rate}% test", "amount": rate}) for rate in (22, 10)
        ]
        products = cls.env["product.product"].search([("type", "=", "service")])
        for product in products | cls.part:
            product.taxes_id = [Command.set(cls.lot.choice(taxes).ids)]
        cls.payers = cls.env["res.partner"].create(
            [{"name": f"Payer {number}", "is_company": True} for number in range(PAYERS)]
        )
        cls.reports = cls._draw_reports()

    @classmethod
    def _draw_reports(cls):
        """One report per batch, of one to four lines, closed as it is."""
        interventions = cls.env["service.intervention"].create(
            [
                {
                    "name": f"Job {number}",
                    "partner_id": cls.lot.choice(cls.payers).id,
                    "customer_reference": cls.lot.choice([False, False, False, "PO 7"]),
                    "cig": cls.lot.choice([False, False, False, "Z123456789"]),
                    "work_line_ids": [
                        Command.create(cls._draw_line()) for _line in range(cls.lot.randint(1, 3))
                    ],
                }
                for number in range(BATCHES)
            ]
        )
        reports = cls.env["service.report"].create(
            [{"intervention_id": intervention.id, "date": MONDAY} for intervention in interventions]
        )
        for number, report in enumerate(reports.with_context(field_service_closing=CLOSING)):
            report.number = f"R{number}"
            report.intervention_id.work_line_ids.report_id = report
        for line in reports.work_line_ids:
            # Prices by lot, as somebody writes them; what is covered stays so.
            line.write(cls._draw_price(line.coverage))
        # A printed form each would take most of the time.
        reports.with_context(field_service_closing=CLOSING).write({"state": "unsigned"})
        return reports

    @classmethod
    def _draw_line(cls):
        kind, coverage = cls.lot.choice(KINDS), cls.lot.choice(COVERAGES)
        return {
            "kind": kind,
            "date": MONDAY,
            "quantity": round(cls.lot.uniform(0.01, 40), cls.lot.choice([0, 1, 2])) or 1,
            "employee_id": cls.technician.id,
            "product_id": cls.part.id if kind == "part" else False,
            "coverage": coverage,
            "coverage_note": f"By lot: {coverage}",
            **cls.lot.choice([{}, {}, {"payer_id": cls.lot.choice(cls.payers).id}]),
        }

    @classmethod
    def _draw_price(cls, coverage):
        return {
            "price_unit": cls.lot.choice([0.0, *(round(cls.lot.uniform(0.01, 99), 2),) * 9]),
            "discount": 100.0
            if coverage in ("goodwill", "contract")
            else cls.lot.choice([0, 0, 0, 10, 33.33, 7.5]),
        }

    def test_batches_are_billed_to_the_cent_and_once(self):
        """300 batches; in between, invoices are deleted, cancelled, reset and credited."""
        freed, kept = self.env["service.report"], self.env["account.move"]
        for turn, report in enumerate(self.reports):
            batch = report | freed[: self.lot.randint(0, 1)]
            with self.subTest(seed=SEED, batch=turn):
                invoices = self._bill(batch)
                freed -= batch
                undone = self._undo(invoices)
                if undone:
                    freed |= batch
                kept |= (invoices - undone).exists()
                self._check_lines(batch)
        self._check_all(kept)

    def _bill(self, batch):
        """Invoice a batch and compare it with its work, payer by payer."""
        due = batch.work_line_ids.filtered(lambda line: line.billing_state == "to_bill")
        wanted = Counter()
        for line in due:
            wanted[line.payer_id] += line.amount_invoice
        lines = batch.sudo().work_line_ids._lock_to_invoice()
        self.assertEqual(lines, due.sorted(lambda line: lines.ids.index(line.id)))
        invoices = (
            self.env["account.move"]
            .with_user(self.user_accountant)
            # A note on each of them would take a third of the time.
            .with_context(tracking_disable=True)
            ._create_from_work(lines, summary=self.lot.choice(["line", "line", "report", "kind"]))
        )
        invoices = invoices.with_user(self.env.user)
        billed = Counter()
        for invoice in invoices:
            billed[invoice.partner_id] += sum(invoice.invoice_line_ids.mapped("price_subtotal"))
        self.assertEqual(wanted.keys(), billed.keys())
        for payer, amount in wanted.items():
            self.assertAlmostEqual(billed[payer], amount, 2)
        for line in due.invoice_line_id:
            work = due.filtered(lambda w, line=line: w.invoice_line_id == line)
            self.assertAlmostEqual(line.price_subtotal, sum(work.mapped("amount_invoice")), 2)
        self.assertEqual(due.invoice_line_id, invoices.invoice_line_ids)
        return invoices

    def _undo(self, invoices):
        """What people do with invoices afterwards; mostly nothing.

        :return: the invoices whose work is free again
        """
        what = self.lot.choice([None] * 9 + ["delete", "delete", "cancel", "reset", "credit"])
        if not invoices or not what:
            return invoices.browse()
        if what == "delete":
            invoices.unlink()
        elif what == "cancel":
            invoices.button_cancel()
        else:
            invoices.invoice_date = MONDAY
            invoices.action_post()
            if what == "credit":
                invoices._reverse_moves([{"invoice_date": MONDAY}] * len(invoices), cancel=True)
            else:
                invoices.button_draft()
                invoices.button_cancel()
        return invoices

    def _check_lines(self, batch):
        """Each line is in exactly one state and says why; one that was freed is to be billed."""
        for line in batch.work_line_ids:
            self.assertEqual(bool(line.invoice_line_id), line.billing_state == "billed")
            if line.billing_state == "covered":
                self.assertTrue(line.coverage_reason)
                self.assertEqual(line.amount_invoice, 0)
            elif line.billing_state == "blocked":
                self.assertTrue(line.blocked_reason and line.blocked_kind)

    def _check_all(self, kept):
        """What stands on living invoices is the work that is billed, no more and no less."""
        billed = self.reports.work_line_ids.filtered("invoice_line_id")
        self.assertEqual(billed.invoice_line_id.move_id, kept)
        self.assertAlmostEqual(
            sum(kept.invoice_line_ids.mapped("price_subtotal")),
            sum(billed.mapped("amount_invoice")),
            2,
        )
        states = Counter(self.reports.work_line_ids.mapped("billing_state"))
        self.assertTrue(all(states[state] for state in ("billed", "covered", "blocked")), states)
