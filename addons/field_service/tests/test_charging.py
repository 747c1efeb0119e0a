import doctest
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from .. import charging
from ..charging import amount, billed_quantity, spread

MINUTES = st.integers(0, 24 * 60)
STEPS = st.sampled_from([0, 0.25, 0.5, 1])


def rounded_up(minutes, step):
    """The billed minutes, counted up step by step."""
    if not minutes or not step:
        return minutes
    size, total = round(step * 60), 0
    while total < minutes:
        total += size
    return total


@tagged("post_install", "-at_install")
class TestCharging(BaseCase):
    def test_the_examples_in_the_documentation_hold(self):
        self.assertEqual(doctest.testmod(charging).failed, 0)

    @settings(max_examples=2000, deadline=None)
    @given(MINUTES, STEPS, st.sampled_from([0, 1]))
    def test_work_is_billed_in_whole_steps(self, minutes, step, minimum):
        expected = max(rounded_up(minutes, step), minimum * 60 if minutes else 0)
        self.assertAlmostEqual(billed_quantity(minutes / 60, step, minimum) * 60, expected, 3)

    @settings(max_examples=2000, deadline=None)
    @given(st.lists(st.integers(1, 600), min_size=1, max_size=6), STEPS)
    def test_parts_of_a_stretch_are_rounded_together(self, parts, step):
        billed = spread([minutes / 60 for minutes in parts], step)
        self.assertEqual(len(billed), len(parts))
        self.assertAlmostEqual(sum(billed) * 60, rounded_up(sum(parts), step), 2)
        for done, bill in zip(parts[:-1], billed[:-1], strict=True):
            self.assertAlmostEqual(bill * 60, done, 3)
        self.assertGreaterEqual(billed[-1] * 60, parts[-1] - 0.01)

    @settings(max_examples=3000, deadline=None)
    @given(st.integers(0, 10_000_00), st.integers(0, 100_000), st.integers(0, 100))
    def test_half_a_cent_is_rounded_up(self, cents, thousandths, discount):
        exact = Fraction(cents, 100) * Fraction(thousandths, 1000) * (100 - discount) / 100
        expected = int(exact * 100 + Fraction(1, 2))
        got = amount(cents / 100, thousandths / 1000, discount)
        self.assertEqual(int((Decimal(repr(got)) * 100).to_integral_value()), expected)
