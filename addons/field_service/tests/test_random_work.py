"""Interventions drawn by lot through the database: no minute is lost, no hour overdrawn."""

import random
from collections import Counter
from datetime import datetime, timedelta

from odoo.tests import tagged

from .common import FieldServiceCommon

INTERVENTIONS = 320
MINUTE = timedelta(minutes=1)
SEED = 20261125


@tagged("post_install", "-at_install")
class TestRandomWork(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lot = random.Random(SEED)
        cls.contracts = cls.env["service.contract"].create(
            [
                {
                    "name": f"Bank of {hours} hours",
                    "partner_id": cls.customer.id,
                    "date_start": "2026-01-01",
                    "has_hours_bank": True,
                    "included_hours": hours,
                }
                for hours in (0.5, 20, 400)
            ]
        )
        cls.contracts.action_open()

    def test_every_minute_is_in_one_line_and_no_hour_is_overdrawn(self):
        """320 interventions, one to four stretches each, some over midnight and time bands."""
        crew = self.technician | self.colleague
        for _turn in range(INTERVENTIONS):
            contract = self.lot.choice([*self.contracts, self.contracts.browse()])
            intervention = self._create_intervention(
                contract_id=contract.id, technician_ids=[(6, 0, crew.ids)]
            )
            given = [self._draw() for _stretch in range(self.lot.randint(1, 4))]
            lines = self._record(intervention, *given, user=self.user_dispatcher)
            with self.subTest(seed=SEED, intervention=intervention.number):
                self._check_minutes(given, lines)
                self._check_money(lines)
        self.env.flush_all()
        self.contracts.invalidate_recordset()
        for contract in self.contracts:
            paid = contract.work_line_ids.filtered(lambda line: line.coverage == "contract")
            self.assertGreaterEqual(contract.remaining_hours, -1e-6)
            self.assertAlmostEqual(contract.used_hours, sum(paid.mapped("quantity")), 4)
        self.assertAlmostEqual(self.contracts[0].remaining_hours, 0, 4)

    def _draw(self):
        start = datetime(2026, 11, 2) + self.lot.randint(0, 20 * 24 * 60) * MINUTE
        minutes = self.lot.choice([self.lot.randint(1, 59), self.lot.randint(60, 900)])
        return {
            "kind": self.lot.choice(["labour", "labour", "travel", "waiting"]),
            "start": start.strftime("%Y-%m-%d %H:%M:%S"),
            "stop": (start + minutes * MINUTE).strftime("%Y-%m-%d %H:%M:%S"),
            "break_minutes": self.lot.choice([0, 0, self.lot.randint(0, minutes - 1)]),
            "employee_id": self.lot.choice([self.technician.id, self.colleague.id]),
        }

    def _check_minutes(self, given, lines):
        """Done hours are those given without the breaks, by person and kind."""
        done, told = Counter(), Counter()
        for stretch in given:
            begin, end = (datetime.fromisoformat(stretch[name]) for name in ("start", "stop"))
            minutes = (end - begin) / MINUTE - stretch["break_minutes"]
            told[stretch["employee_id"], stretch["kind"]] += minutes
        for line in lines:
            done[line.employee_id.id, line.kind] += line.quantity * 60
        self.assertEqual(done.keys(), told.keys())
        for key, minutes in told.items():
            # A line keeps ten-thousandths of an hour: a third of a second.
            self.assertAlmostEqual(done[key], minutes, delta=0.02)

    def _check_money(self, lines):
        """Each line is billed, covered or to be verified, and says why."""
        for line in lines:
            self.assertTrue(line.coverage_reason)
            if line.coverage == "contract":
                self.assertEqual(line.amount_invoice, 0)
            else:
                self.assertEqual(line.coverage, "out_of_warranty")
                self.assertGreater(line.quantity_invoice, 0)
