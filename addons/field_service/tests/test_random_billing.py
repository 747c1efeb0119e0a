"""Fees, hours on top, parts of a price and work, whose invoices people undo in every order."""

import random
from collections import Counter, defaultdict

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..models.service_report import CLOSING
from .test_profitability import JobOrderCommon

SEED = 20261128
DAY = "2026-11-28"
TURNS = 120
# What is done, and to invoices and credit notes in which state.
DOINGS = (
    *(("bill", None),) * 6,
    *(("post", "draft"),) * 3,
    *(("credit_all", "posted"),) * 2,
    ("credit_half", "posted"),
    ("write_anew", "posted"),
    ("reset", "posted"),
    ("reset", "cancel"),
    ("cancel", "draft"),
    ("cancel", "posted"),
    ("delete", "draft"),
    ("delete", "cancel"),
    ("delete_line", "draft"),
)


@tagged("post_install", "-at_install")
class TestRandomBilling(JobOrderCommon):
    """Whatever is done to invoices: each thing is billed by one that stands, or by none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A note on each invoice would take a third of the time.
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.lot = random.Random(SEED)
        cls.contract = cls.env["service.contract"].create(
            {
                "name": "By lot",
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                "fee_amount": 123.45,
                "fee_period": "month",
                "has_hours_bank": True,
            }
        )
        cls.contract.action_open()
        cls.project = cls.project.with_env(cls.env)
        cls.project.write(
            {
                "service_billing": "fixed_price",
                "service_price": 10000.0,
                "service_retention_percent": 5,
            }
        )
        cls.milestones = cls.env["service.job.milestone"].create(
            [
                {
                    "project_id": cls.project.id,
                    "name": f"Part {number}",
                    "percent": 20,
                    "reached_on": DAY,
                }
                for number in range(4)
            ]
        )
        cls.top_ups = cls.env["service.contract.top.up"]
        for hours in (1, 2, 3):
            made = cls.contract.top_up(hours=hours, price=45.0 * hours)
            cls.top_ups |= cls.top_ups.browse(made["top_up_id"])
        cls.reports = cls._make_reports()
        # Which invoice lines have ever billed a thing, and which drafts and posted ones there are.
        cls.lines_of = defaultdict(set)

    @classmethod
    def _make_reports(cls):
        interventions = cls.env["service.intervention"].create(
            [{"name": "By lot", "partner_id": cls.customer.id} for _number in range(3)]
        )
        reports = cls.env["service.report"].create(
            [{"intervention_id": job.id, "date": DAY} for job in interventions]
        )
        for report in reports.with_context(field_service_closing=CLOSING):
            report.number = report.intervention_id.number
        cls.env["service.work.line"].create(
            [
                {
                    "intervention_id": report.intervention_id.id,
                    "report_id": report.id,
                    "kind": "flat_fee",
                    "date": DAY,
                    "quantity": 1,
                    "coverage": "out_of_warranty",
                    "coverage_note": "By lot",
                    "price_unit": price,
                }
                for report in reports
                for price in (19.99, 80.0)
            ]
        )
        # A printed form each would take most of the time.
        reports.with_context(field_service_closing=CLOSING).write({"state": "unsigned"})
        return reports

    # === WHAT PEOPLE DO === #

    def _bill(self, _move):
        what = self.lot.choice(["fee", "top_up", "milestone", "release", "work"])
        if what == "fee":
            self.contract.create_fee_invoices(until=DAY)
        elif what == "top_up":
            self.lot.choice(self.top_ups).action_create_invoice()
        elif what == "milestone":
            self.lot.choice(self.milestones).create_invoices()
        elif what == "release":
            self.lot.choice(self.milestones).release_retention()
        else:
            self.lot.choice(self.reports).create_invoices()

    def _post(self, move):
        move.invoice_date = DAY
        move.action_post()

    def _reset(self, move):
        move.button_draft()

    def _cancel(self, move):
        move.button_cancel()

    def _delete(self, move):
        move.unlink()

    def _delete_line(self, move):
        self.lot.choice(move.invoice_line_ids).unlink()

    def _credit_all(self, move):
        self._credit(move)

    def _credit_half(self, move):
        for line in self._credit(move).invoice_line_ids:
            line.price_unit /= 2

    # === WHAT MUST HOLD === #

    def _note_lines(self):
        """Which line bills what now; what was found before isn't forgotten."""
        found = {(fee._name, fee.date_from): fee.invoice_line_id for fee in self.contract.fee_ids}
        for thing in (*self.top_ups, *self.milestones, *self.reports.work_line_ids):
            found[thing] = thing.invoice_line_id
        for milestone in self.milestones:
            found[milestone, "retained"] = milestone.retention_line_id
            found[milestone, "released"] = milestone.release_line_id
        for thing, line in found.items():
            self.lines_of[thing].update(line.ids)

    def _check(self):
        self.env.flush_all()
        self._note_lines()
        billed = set()
        for thing, ids in self.lines_of.items():
            lines = self.env["account.move.line"].browse(ids).exists()
            standing = lines.filtered(lambda line: self._stands(line.move_id))
            self.assertLessEqual(len(standing), 1, (thing, lines, *self.trail))
            billed.update(standing.ids)
        pointed = self.reports.work_line_ids.invoice_line_id | self.top_ups.invoice_line_id
        pointed |= self.milestones.invoice_line_id | self.contract.fee_ids.invoice_line_id
        # And what is said to be billed is billed: nothing is lost either.
        self.assertLessEqual(set(pointed.ids), billed, self.trail)

    def _stands(self, move):
        """A ledger of its own: posted credit notes come to less than the invoice."""
        credits = move.reversal_move_ids.filtered(lambda credit: credit.state == "posted")
        credited = sum(credits.mapped("amount_total"))
        return move.state != "cancel" and (credited < move.amount_total or not credits)

    def _get_moves(self, what, state):
        moves = self.env["account.move"].search(
            [
                ("partner_id", "in", (self.customer | self.project.partner_id).ids),
                ("state", "=", state),
            ]
        )
        if what in ("credit_all", "credit_half", "write_anew"):
            # Odoo's dialog takes invoices only.
            moves = moves.filtered(lambda move: move.move_type == "out_invoice")
        return moves

    def test_whatever_is_done_to_invoices_nothing_is_billed_twice_or_lost(self):
        done, self.trail = Counter(), []
        self._note_lines()
        for _turn in range(TURNS):
            what, state = self.lot.choice(DOINGS)
            moves = self._get_moves(what, state) if state else self.env["account.move"]
            if state and not moves:
                continue
            move = moves and self.lot.choice(moves)
            # What was done so far tells how to do it again.
            self.trail.append(f"{what} {move.id} {move.name}, {state}")
            try:
                with self.env.cr.savepoint():
                    getattr(self, f"_{what}")(move)
                    self.env.flush_all()
                done[what] += 1
            except (UserError, ValidationError) as refusal:
                # A sentence for people: then nothing was done.
                self.env.invalidate_all()
                self.trail.append(f"  refused: {refusal}")
            self._check()
        for what, _state in DOINGS:
            self.assertGreater(done[what], 0, done)
