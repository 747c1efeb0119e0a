"""The pure clock against an oracle that walks minute by minute."""

import doctest
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.helpdesk_ticket import sla_clock
from odoo.addons.helpdesk_ticket.models import attachment_intake_mixin
from odoo.addons.helpdesk_ticket.sla_clock import MINUTE, Segment

ORIGIN = datetime(2026, 11, 9)
SPAN = 600  # minutes that a generated story lasts at most

minutes = st.integers(0, SPAN)


def at(minute):
    return ORIGIN + timedelta(minutes=minute)


@st.composite
def working_intervals(draw):
    cuts = sorted(draw(st.sets(minutes, max_size=12)))
    return [(at(a), at(b)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@st.composite
def lives(draw):
    """Segments that follow each other; the last one may last."""
    cuts = sorted(draw(st.sets(minutes, min_size=2, max_size=8)))
    clocks = draw(
        st.lists(
            st.sampled_from(["ours", "waiting", "closed"]),
            min_size=len(cuts) - 1,
            max_size=len(cuts) - 1,
        )
    )
    life = [
        Segment(at(a), at(b), clock) for a, b, clock in zip(cuts, cuts[1:], clocks, strict=False)
    ]
    if draw(st.booleans()):
        life[-1] = life[-1]._replace(stop=None)
    return life


def is_at_work(moment, intervals):
    return any(start <= moment < stop for start, stop in intervals)


def holder(moment, life):
    return next(
        (s.clock for s in life if s.start <= moment and (s.stop is None or moment < s.stop)), None
    )


def oracle_deadline(life, intervals, promised):
    """Count minutes one by one until the promised ones are used up."""
    left = promised
    for minute in range(SPAN + 1):
        moment = at(minute)
        if holder(moment, life) == "ours" and is_at_work(moment, intervals):
            if left == 0:
                return moment
            left -= 1
            if left == 0:
                return moment + MINUTE
    return None


def oracle_attribute(life, intervals, until):
    spent = {}
    moment = life[0].start
    while moment < min(life[-1].stop or until, until):
        clock = holder(moment, life)
        if clock:
            key = clock if is_at_work(moment, intervals) else "outside"
            spent[key] = spent.get(key, timedelta()) + MINUTE
        moment += MINUTE
    return spent


@tagged("post_install", "-at_install")
class TestSlaClock(BaseCase):
    def test_examples_in_the_documentation_are_true(self):
        for module in (sla_clock, attachment_intake_mixin):
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)

    @settings(max_examples=400, deadline=None, database=None)
    @given(lives(), working_intervals(), st.integers(1, 200))
    def test_deadline_equals_counting_by_the_minute(self, life, intervals, promised):
        self.assertEqual(
            sla_clock.deadline(life, intervals, promised),
            oracle_deadline(life, intervals, promised),
        )

    @settings(max_examples=400, deadline=None, database=None)
    @given(lives(), working_intervals(), minutes)
    def test_attribution_equals_counting_by_the_minute(self, life, intervals, until):
        spent = sla_clock.attribute(life, intervals, at(until))
        expected = oracle_attribute(life, intervals, at(until))
        self.assertEqual({k: v for k, v in spent.items() if v}, expected)

    @settings(max_examples=200, deadline=None, database=None)
    @given(lives(), working_intervals())
    def test_no_moment_of_a_life_gets_lost(self, life, intervals):
        until = at(SPAN)
        total = sum(sla_clock.attribute(life, intervals, until).values(), timedelta())
        self.assertEqual(total, (life[-1].stop or until) - life[0].start)

    @settings(max_examples=200, deadline=None, database=None)
    @given(lives(), working_intervals(), st.integers(1, 200))
    def test_a_longer_promise_never_falls_due_earlier(self, life, intervals, promised):
        shorter = sla_clock.deadline(life, intervals, promised)
        longer = sla_clock.deadline(life, intervals, promised + 1)
        if longer:
            self.assertLess(shorter, longer)

    @settings(max_examples=200, deadline=None, database=None)
    @given(st.lists(st.tuples(minutes, minutes), max_size=12))
    def test_merged_intervals_are_sorted_disjoint_and_cover_the_same(self, pairs):
        merged = sla_clock.merge((at(a), at(b)) for a, b in pairs)
        for before, after in zip(merged, merged[1:], strict=False):
            self.assertLess(before[1], after[0])
        real = [(at(a), at(b)) for a, b in pairs if a < b]
        for minute in range(SPAN + 1):
            self.assertEqual(is_at_work(at(minute), merged), is_at_work(at(minute), real))

    def test_seconds_of_a_day_that_ends_almost_at_midnight_count(self):
        day = [(ORIGIN, ORIGIN.replace(hour=23, minute=59, second=59, microsecond=999999))]
        next_day = [(start + timedelta(days=1), stop + timedelta(days=1)) for start, stop in day]
        self.assertEqual(sla_clock.merge(day + next_day), [(ORIGIN, ORIGIN + timedelta(days=2))])
