import doctest
import unittest
from datetime import date

from odoo import Command
from odoo.tests import tagged

from .. import traceability
from ..traceability import Rule, assess
from .common import MONDAY, ExpenseCaptureCommon


def load_tests(loader, tests, ignore):
    tests.addTests(doctest.DocTestSuite(traceability))
    return tests


class TestAssess(unittest.TestCase):
    HOTEL, TOLL, FUEL = 1, 2, 3

    def _verdict(self, kind=HOTEL, country="IT", day=date(2026, 11, 9), traceable="no", more=()):
        rules = [
            Rule(1, frozenset({self.HOTEL}), "IT", date(2025, 1, 1), date(2026, 12, 31)),
            Rule(2, frozenset({self.HOTEL}), "IT", date(2027, 1, 1), needed=False),
            Rule(3, frozenset({self.TOLL}), "IT", date(2025, 1, 1), needed=False),
            *more,
        ]
        return assess(kind, country, "IT", day, traceable, rules)[0]

    def test_the_rule_of_the_day_decides(self):
        self.assertEqual(self._verdict(day=date(2024, 12, 31)), "no_rule")
        self.assertEqual(self._verdict(day=date(2025, 1, 1)), "missing")
        self.assertEqual(self._verdict(day=date(2026, 12, 31)), "missing")
        self.assertEqual(self._verdict(day=date(2027, 1, 1)), "not_needed")

    def test_how_it_was_paid_counts_only_where_it_is_asked(self):
        self.assertEqual(self._verdict(traceable="yes"), "fine")
        self.assertEqual(self._verdict(traceable="unknown"), "unknown")
        for traceable in ("yes", "no", "unknown"):
            self.assertEqual(self._verdict(kind=self.TOLL, traceable=traceable), "not_needed")

    def test_abroad_nothing_is_asked_unless_there_is_a_rule(self):
        self.assertEqual(self._verdict(country="DE"), "abroad")
        german = Rule(4, frozenset({self.HOTEL}), "DE", date(2025, 1, 1))
        self.assertEqual(self._verdict(country="DE", more=[german]), "missing")
        anywhere = Rule(5, frozenset({self.FUEL}), "", date(2025, 1, 1))
        self.assertEqual(self._verdict(kind=self.FUEL, country="FR", more=[anywhere]), "missing")


@tagged("post_install", "-at_install")
class TestTraceability(ExpenseCaptureCommon):
    def test_what_the_law_says_about_each_kind(self):
        intervention = self._working_intervention()
        expected = {
            "restaurant": "missing",
            "hotel": "missing",
            "taxi": "missing",
            "train": "not_needed",
            "bus": "not_needed",
            "flight": "not_needed",
            "motorway": "not_needed",
            "parking": "not_needed",
            "fuel": "no_rule",
        }
        for kind, verdict in expected.items():
            with self.subTest(kind=kind):
                expense = self._add(intervention, kind=kind, amount=10, payment_traceable="no")
                self.assertEqual(expense.traceability_state, verdict)
        car = self._add(intervention, kind="own_car", distance_km=10)
        self.assertEqual(car.traceability_state, "not_needed")

    def test_a_meal_paid_in_cash_says_what_it_means(self):
        intervention = self._working_intervention()
        added = intervention.with_user(self.user_technician).add_expense(
            values={
                "kind": "restaurant",
                "amount": 38,
                "payment_traceable": "no",
                "date": str(MONDAY),
            }
        )
        self.assertIn("not deductible", " ".join(added["warnings"]))

    def test_the_country_is_that_of_the_site(self):
        self.site.country_id = self.env.ref("base.de")
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="restaurant", amount=10, payment_traceable="no")
        self.assertEqual(expense.traceability_state, "abroad")
        expense.country_id = self.env.ref("base.it")
        self.assertEqual(expense.traceability_state, "missing")

    def test_company_cards_can_be_traced(self):
        intervention = self._working_intervention()
        expense = self._add(
            intervention, kind="restaurant", amount=10, payment_mode="company_account"
        )
        self.assertEqual(expense.traceability_state, "fine")

    def test_a_changed_rule_judges_open_expenses_anew(self):
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="fuel", amount=10, payment_traceable="no")
        rule = self.env["expense.traceability.rule"].create(
            {
                "country_id": self.env.ref("base.it").id,
                "name": "Fuel",
                "kind_ids": [Command.set(self.kinds["fuel"].ids)],
                "date_from": "2018-07-01",
                "reason": "Fuel in cash is not deductible.",
            }
        )
        self.assertEqual(expense.traceability_state, "missing")
        self.assertIn("Fuel in cash", expense.traceability_verdict)
        rule.date_to = "2020-12-31"
        self.assertEqual(expense.traceability_state, "no_rule")
