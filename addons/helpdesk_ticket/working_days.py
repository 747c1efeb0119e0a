"""Counting working days in a list of working intervals: pure functions, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo

import pytz

from .sla_clock import Interval, overlap


def end_of_working_day(
    start: datetime, days: int, intervals: Sequence[Interval], zone: tzinfo = pytz.utc
) -> datetime | None:
    """Tell when that many working days have gone by; the day of the start itself doesn't count.

    :param start: naive UTC, as the intervals; days are those of the zone
    :return: when work ends on the last of the days; None if the intervals don't reach so far

    >>> week = [(datetime(2026, 11, day, 8), datetime(2026, 11, day, 17)) for day in (13, 16, 17)]
    >>> end_of_working_day(datetime(2026, 11, 13, 15), 1, week)
    datetime.datetime(2026, 11, 16, 17, 0)
    >>> end_of_working_day(datetime(2026, 11, 14, 15), 2, week)
    datetime.datetime(2026, 11, 17, 17, 0)
    >>> end_of_working_day(datetime(2026, 11, 13, 15), 3, week) is None
    True
    >>> end_of_working_day(datetime(2026, 11, 13, 15), 0, week)
    datetime.datetime(2026, 11, 13, 15, 0)
    """
    if days <= 0:
        return start
    if not intervals:
        return None
    day = pytz.utc.localize(start).astimezone(zone).date()
    end = intervals[-1][1]
    left = days
    while True:
        day += timedelta(days=1)
        opening = _midnight(day, zone)
        if opening >= end:
            return None
        worked = list(overlap(opening, _midnight(day + timedelta(days=1), zone), intervals))
        left -= bool(worked)
        if not left:
            return worked[-1][1]


def _midnight(day, zone) -> datetime:
    local = datetime.combine(day, time.min)
    aware = zone.localize(local) if hasattr(zone, "localize") else local.replace(tzinfo=zone)
    return aware.astimezone(pytz.utc).replace(tzinfo=None)
