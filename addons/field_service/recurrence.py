"""On which days something falls due that comes back. Pure functions, no database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count, takewhile
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

UNITS = ("days", "weeks", "months", "years")


class Recurrence(NamedTuple):
    """Every so many days, weeks, months or years from a first day on.

    :param first: the first day
    :param number: at least 1
    :param unit: one of :data:`UNITS`
    :param season: first and last month in which it may fall, over New Year too; what falls outside
        is left out
    """

    first: date
    number: int
    unit: str
    season: tuple[int, int] | None = None


def in_season(day: date, season: tuple[int, int] | None) -> bool:
    """
    >>> heating = (10, 4)
    >>> in_season(date(2026, 12, 1), heating), in_season(date(2026, 7, 1), heating)
    (True, False)
    >>> in_season(date(2026, 7, 1), None)
    True
    """
    if season is None:
        return True
    first, last = season
    if first <= last:
        return first <= day.month <= last
    return day.month >= first or day.month <= last


def every_day(recurrence: Recurrence) -> Iterator[date]:
    """All days, in order, in season or not: counted from the first one, so that what falls due on
    the 31st comes back to the 31st after a short month.

    >>> from itertools import islice
    >>> [str(day) for day in islice(every_day(Recurrence(date(2026, 1, 31), 1, "months")), 3)]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    for turn in count():
        yield recurrence.first + relativedelta(**{recurrence.unit: turn * recurrence.number})


def due_days(recurrence: Recurrence, since: date, until: date) -> list[date]:
    """The days within a period, both ends included.

    >>> twice_a_year = Recurrence(date(2026, 3, 10), 6, "months")
    >>> [str(day) for day in due_days(twice_a_year, date(2026, 4, 1), date(2027, 9, 10))]
    ['2026-09-10', '2027-03-10', '2027-09-10']
    """
    days = takewhile(lambda day: day <= until, every_day(recurrence))
    return [day for day in days if day >= since and in_season(day, recurrence.season)]


def next_day(recurrence: Recurrence, since: date, horizon: int = 12) -> date | None:
    """The first day not before another one, None if there is none within the years to come.

    >>> str(next_day(Recurrence(date(2026, 1, 15), 1, "months", (10, 4)), date(2026, 5, 1)))
    '2026-10-15'
    >>> next_day(Recurrence(date(2026, 7, 1), 1, "years", (10, 4)), date(2026, 7, 1)) is None
    True
    """
    since = max(since, recurrence.first)
    until = since + relativedelta(years=horizon)
    days = takewhile(lambda day: day <= until, every_day(recurrence))
    return next((day for day in days if day >= since and in_season(day, recurrence.season)), None)
