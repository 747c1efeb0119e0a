import doctest
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from .. import time_bands
from ..time_bands import DAY, HOLIDAY, Band, split

FAR = datetime(2026, 1, 1)
BAND = st.builds(
    lambda name, edges, days: Band(name, min(edges) * 30, max(edges) * 30 + 30, days),
    st.sampled_from(["overtime", "night", "holiday"]),
    st.tuples(st.integers(0, 47), st.integers(0, 47)),
    st.frozensets(st.integers(0, HOLIDAY), max_size=8),
)


def minute_by_minute(start, stop, tz, bands, holidays):
    """What each minute of a stretch is, judged one by one: slow, and plain enough to believe."""
    found = {}
    moment = start
    while moment < stop:
        local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(tz))
        day = HOLIDAY if local.date() in holidays else local.weekday()
        minute = local.hour * 60 + local.minute
        name = next(
            (b.name for b in bands if day in b.days and b.start <= minute < b.stop), "ordinary"
        )
        key = (local.date(), name)
        found[key] = found.get(key, 0) + 1
        moment += timedelta(minutes=1)
    return found


@tagged("post_install", "-at_install")
class TestTimeBands(BaseCase):
    def test_the_examples_in_the_documentation_hold(self):
        self.assertEqual(doctest.testmod(time_bands).failed, 0)

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.integers(0, 400 * DAY),
        st.integers(0, 2 * DAY),
        st.lists(BAND, max_size=4),
        st.sampled_from(["Europe/Rome", "UTC", "America/Sao_Paulo"]),
    )
    def test_every_minute_of_work_is_in_exactly_one_piece(self, offset, length, bands, tz):
        start = FAR + timedelta(minutes=offset)
        stop = start + timedelta(minutes=length)
        holidays = {date(2026, 1, 6), date(2026, 12, 25), (start + timedelta(days=1)).date()}
        pieces = split(start, stop, tz, bands, holidays)
        found = {}
        for piece in pieces:
            minutes = round((piece.stop - piece.start).total_seconds() / 60)
            found[(piece.day, piece.band)] = found.get((piece.day, piece.band), 0) + minutes
        self.assertEqual(found, minute_by_minute(start, stop, tz, bands, holidays))
        for before, after in zip(pieces, pieces[1:], strict=False):
            self.assertEqual(before.stop, after.start)

    def test_a_night_shift_over_the_change_to_winter_time_is_an_hour_longer(self):
        # In Rome 25 October 2026 has 25 hours.
        pieces = split(datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 5), "Europe/Rome", [])
        self.assertEqual([piece.hours for piece in pieces], [7])
