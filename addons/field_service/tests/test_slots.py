import doctest
from datetime import datetime, timedelta
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from .. import slots
from ..slots import (
    Commitment,
    Person,
    Place,
    Roads,
    Span,
    Wish,
    find_together,
    open_gaps,
    road,
)

START = datetime(2026, 11, 9)
ROADS = Roads(1.3, 50)
PLACES = [None, Place(45.40, 11.87), Place(45.55, 11.54), Place(45.71, 11.48)]
MINUTE = timedelta(minutes=1)


def at(minutes):
    return START + timedelta(minutes=minutes)


@st.composite
def people(draw):
    """Up to three days of up to two spans, with commitments anywhere on a grid of 5 minutes."""
    days = []
    for day in range(draw(st.integers(1, 3))):
        edges = sorted(draw(st.sets(st.integers(84, 240), min_size=2, max_size=4)))
        if len(edges) % 2:
            edges.pop()
        pairs = zip(edges[::2], edges[1::2], strict=True)
        days.append(
            [Span(at(day * 1440 + 5 * one), at(day * 1440 + 5 * two)) for one, two in pairs]
        )
    commitments = []
    for _turn in range(draw(st.integers(0, 4))):
        start = draw(st.integers(60, 800))
        length = draw(st.integers(1, 60))
        place = draw(st.sampled_from(PLACES))
        commitments.append(Commitment(at(5 * start), at(5 * (start + length)), place))
    return Person(1, days, commitments, draw(st.sampled_from(PLACES)))


def find(gaps, wish, roads, limit=10):
    """The best slots of whoever goes alone."""
    return [slot for [slot] in find_together([gaps], wish, roads, limit)]


def works(day, minute):
    return any(span.start <= minute < span.stop for span in day)


def fits(person, day, moment, wish, is_work=None):
    """Whether a visit can begin at a moment, judged minute by minute. Returns its end, or None."""
    is_work = is_work or partial(works, day)

    def is_busy(minute):
        return any(known.start <= minute < known.stop for known in person.commitments)

    first, last = day[0].start, day[-1].stop
    minute, worked = moment, timedelta()
    while worked < wish.length:
        if minute >= last or is_busy(minute):
            return None
        worked += MINUTE if is_work(minute) else timedelta()
        minute += MINUTE
    before = [known for known in person.commitments if first < known.stop <= moment]
    latest_before = max(before, key=lambda known: (known.stop, known.start), default=None)
    origin = latest_before.place if latest_before else person.base
    there = road(origin, wish.place, ROADS)
    left = max(first, latest_before.stop) if latest_before else first
    if moment < left + timedelta(minutes=there[1] if there else 0):
        return None
    following = [known for known in person.commitments if minute <= known.start < last]
    onwards = following and road(
        wish.place, min(following, key=lambda known: (known.start, known.stop)).place, ROADS
    )
    if onwards and minute + timedelta(minutes=onwards[1]) > min(k.start for k in following):
        return None
    return minute if is_work(moment) and minute <= wish.latest else None


def try_every_quarter(person, wish):
    """The earliest visit in each stretch of free time: slow, and plain enough to believe."""
    found = {}
    for number, day in enumerate(person.days):
        moment = day[0].start
        while moment < day[-1].stop:
            # A quarter of an hour, or the moment work begins.
            good = moment.minute % 15 == 0 or any(span.start == moment for span in day)
            if good and moment >= wish.earliest:
                stop = fits(person, day, moment, wish)
                stretch = (
                    number,
                    max((k.stop for k in person.commitments if k.stop <= moment), default=None),
                )
                if stop and stretch not in found:
                    found[stretch] = (moment, stop)
            moment += MINUTE
    return sorted(found.values())


def try_a_crew(crew, wish):
    """The earliest visit of each day at which all of them can be there and work."""
    found = {}
    for days in zip(*(person.days for person in crew), strict=False):
        moment = max(day[0].start for day in days)

        def is_work(minute, days=days):
            return all(works(day, minute) for day in days)

        while moment < min(day[-1].stop for day in days):
            # Where the work of all of them begins counts like a quarter of an hour.
            good = moment.minute % 15 == 0 or (is_work(moment) and not is_work(moment - MINUTE))
            if good and moment >= wish.earliest:
                ends = {
                    fits(person, day, moment, wish, is_work)
                    for person, day in zip(crew, days, strict=True)
                }
                if len(ends) == 1 and None not in ends:
                    found[moment.date()] = (moment, *ends)
                    break
            moment += MINUTE
    return found


@tagged("post_install", "-at_install")
class TestSlots(BaseCase):
    def test_the_examples_in_the_documentation_hold(self):
        self.assertEqual(doctest.testmod(slots).failed, 0)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        people(),
        st.integers(1, 24),
        st.integers(0, 300),
        st.integers(20, 900),
        st.sampled_from(PLACES),
    )
    def test_every_slot_fits_and_none_is_missed(self, person, quarters, begin, length, place):
        earliest = at(5 * begin)
        wish = Wish(
            timedelta(minutes=15 * quarters),
            earliest,
            earliest + timedelta(minutes=5 * length),
            place,
        )
        found = find(open_gaps(person), wish, ROADS, limit=100)
        self.assertEqual(
            sorted((slot.start, slot.stop) for slot in found), try_every_quarter(person, wish)
        )

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(people(), min_size=2, max_size=3), st.integers(1, 12), st.integers(0, 300))
    def test_a_crew_starts_and_ends_together_where_each_could_alone(self, crew, quarters, begin):
        wish = Wish(timedelta(minutes=15 * quarters), at(5 * begin), at(3 * 1440), PLACES[1])
        crew = [person._replace(key=number) for number, person in enumerate(crew)]
        found = find_together([open_gaps(person) for person in crew], wish, ROADS, limit=1000)
        first = {}
        for joint in found:
            self.assertEqual([slot.key for slot in joint], list(range(len(crew))))
            [(start, stop)] = {(slot.start, slot.stop) for slot in joint}
            first[start.date()] = min(first.get(start.date(), (start, stop)), (start, stop))
        self.assertEqual(first, try_a_crew(crew, wish))

    def test_little_driving_comes_first_and_a_day_earlier_is_worth_an_hour_of_it(self):
        near, far = Place(45.41, 11.88), Place(45.41, 12.90)
        site = Place(45.40, 11.87)
        today = [Span(at(8 * 60), at(17 * 60))]
        tomorrow = [Span(at(32 * 60), at(41 * 60))]
        wish = Wish(timedelta(hours=2), at(0), at(3 * 1440), site)
        both = open_gaps(Person(1, [today], base=far)) + open_gaps(Person(2, [today], base=near))
        self.assertEqual([slot.key for slot in find(both, wish, ROADS)], [2, 1])
        later = open_gaps(Person(1, [today], base=far)) + open_gaps(
            Person(2, [tomorrow], base=near)
        )
        self.assertEqual([slot.key for slot in find(later, wish, ROADS)], [2, 1])
        soon = open_gaps(Person(1, [today], base=PLACES[2])) + open_gaps(
            Person(2, [tomorrow], base=PLACES[2])
        )
        self.assertEqual([slot.key for slot in find(soon, wish, ROADS)], [1, 2])

    def test_a_visit_goes_over_lunch_but_not_over_leave(self):
        day = [Span(at(8 * 60), at(12 * 60)), Span(at(13 * 60), at(17 * 60))]
        wish = Wish(timedelta(hours=6), at(0), at(1440))
        [slot] = find(open_gaps(Person(1, [day])), wish, ROADS)
        self.assertEqual((slot.start, slot.stop), (at(8 * 60), at(15 * 60)))
        leave = Commitment(at(10 * 60), at(11 * 60))
        self.assertFalse(find(open_gaps(Person(1, [day], [leave])), wish, ROADS))
