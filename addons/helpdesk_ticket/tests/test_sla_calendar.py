"""Working hours of real calendars against an oracle that looks at the clock on the wall."""

from datetime import datetime, timedelta

import pytz
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import tagged

from odoo.addons.helpdesk_ticket import sla_clock
from odoo.addons.helpdesk_ticket.sla_clock import MINUTE, Segment

from .common import HelpdeskCommon

# Three days around each: both changes of the clock, and plain ones, in zones north and south.
DAYS = ("2026-03-28", "2026-10-24", "2026-11-09", "2026-04-04", "2026-10-03")
ZONES = ("Europe/Rome", "UTC", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu")
SPAN = 3 * 24 * 60
LIVES = 4

quarters = st.integers(0, 96)


@st.composite
def weeks(draw):
    """Attendances: (weekday, hour from, hour to), not overlapping within a day."""
    week = []
    for day in range(7):
        cuts = sorted(draw(st.sets(quarters, max_size=4)))
        week += [(day, a / 4, b / 4) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return week


@st.composite
def stories(draw):
    """A life (cuts in minutes, whose it was) and the minutes promised."""
    cuts = sorted(draw(st.sets(st.integers(0, SPAN - 1), min_size=2, max_size=6)))
    clocks = [draw(st.sampled_from(["ours", "waiting"])) for _cut in cuts]
    return cuts, clocks, draw(st.integers(1, 1500))


@tagged("post_install", "-at_install")
class TestSlaCalendar(HelpdeskCommon):
    @settings(max_examples=500, deadline=None, database=None)
    @given(
        weeks(),
        st.sampled_from(DAYS),
        st.sampled_from(ZONES),
        st.none() | st.tuples(st.integers(0, SPAN), st.integers(1, 1440)),
        st.lists(stories(), min_size=LIVES, max_size=LIVES),
    )
    def test_deadlines_equal_counting_by_the_minute(self, week, day, zone, holiday, lives):
        """500 calendars with holidays, four lives each: 2,000 cases."""
        start = datetime.fromisoformat(day)
        with self._at(start):
            calendar = self._set_up(week, zone, start, holiday)
            intervals = calendar._helpdesk_intervals(start, timedelta(minutes=SPAN))
            at_work = self._count(week, zone, start, holiday)
            for cuts, clocks, promised in lives:
                life = [
                    Segment(start + a * MINUTE, b and start + b * MINUTE, clock)
                    for a, b, clock in zip(cuts, [*cuts[1:], None], clocks, strict=True)
                ]
                found = sla_clock.deadline(life, intervals, promised)
                self.assertEqual(found, self._oracle(life, at_work, start, promised))

    def _set_up(self, week, zone, start, holiday):
        calendar = self.calendar
        calendar.leave_ids.unlink()
        calendar.write(
            {
                "tz": zone,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "x",
                                "dayofweek": str(day),
                                "hour_from": hour_from,
                                "hour_to": hour_to,
                                "day_period": "morning",
                            }
                        )
                        for day, hour_from, hour_to in week
                    ),
                ],
            }
        )
        if holiday:
            begin, length = holiday
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "x",
                    "calendar_id": calendar.id,
                    "date_from": start + begin * MINUTE,
                    "date_to": start + (begin + length) * MINUTE,
                }
            )
        return calendar

    def _count(self, week, zone, start, holiday):
        """Minute by minute: does somebody work there?

        An attendance lasts from one reading of the clock on the wall to another. A reading that
        the clock skips, or shows twice, when summer time begins or ends counts as winter time, as
        everywhere in Odoo.
        """
        timezone = pytz.timezone(zone)
        at_work = [False] * SPAN
        for shift in range(-1, 5):
            date = start + timedelta(days=shift)
            for day, hour_from, hour_to in week:
                if day != date.weekday():
                    continue
                first, last = (
                    (timezone.localize(wall) - pytz.utc.localize(start)) // MINUTE
                    for wall in (date + timedelta(hours=h) for h in (hour_from, hour_to))
                )
                for minute in range(max(first, 0), min(last, SPAN)):
                    at_work[minute] = True
        if holiday:
            begin, length = holiday
            for minute in range(begin, min(begin + length, SPAN)):
                at_work[minute] = False
        return at_work

    def _oracle(self, life, at_work, start, promised):
        ours = [False] * SPAN
        for segment in life:
            if segment.clock == "ours":
                stop = (segment.stop - start) // MINUTE if segment.stop else SPAN
                for minute in range((segment.start - start) // MINUTE, stop):
                    ours[minute] = True
        for minute, counts in enumerate(
            worked and mine for worked, mine in zip(at_work, ours, strict=True)
        ):
            promised -= counts
            if not promised:
                return start + (minute + 1) * MINUTE
        return None
