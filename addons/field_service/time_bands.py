"""Which price of the day a moment has: ordinary, overtime, night, holiday. Pure functions.

A stretch of work is given in naive UTC, as Odoo stores it, and judged in local time: a night shift
over the change to summer time is as long as it really was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
ORDINARY = "ordinary"
# The eighth day of the week: a public holiday, whatever weekday it falls on.
HOLIDAY = 7
DAY = 24 * 60


class Band(NamedTuple):
    """When work is dearer.

    :param name: ``overtime``, ``night`` or ``holiday``
    :param start: minute of the day it begins
    :param stop: minute of the day it ends, at most 1440; a night is two bands
    :param days: days of the week, Monday is 0, a public holiday is 7
    """

    name: str
    start: int
    stop: int
    days: frozenset[int]


class Piece(NamedTuple):
    """Part of a stretch that lies in one band and on one local day; naive UTC."""

    start: datetime
    stop: datetime
    band: str
    day: date

    @property
    def hours(self) -> float:
        return (self.stop - self.start).total_seconds() / 3600


def split(
    start: datetime,
    stop: datetime,
    tz: str,
    bands: Sequence[Band],
    holidays: Collection[date] = (),
) -> list[Piece]:
    """Cut a stretch where the band or the local day changes; no minute is lost or counted twice.

    The first band in the sequence that holds for a moment wins; without any it is ordinary.

    >>> weekdays = frozenset(range(5))
    >>> bands = [Band("night", 22 * 60, DAY, weekdays), Band("overtime", 18 * 60, DAY, weekdays)]
    >>> friday = datetime(2026, 11, 20)
    >>> [(p.band, p.hours) for p in split(friday.replace(hour=19, minute=30),
    ...                                   friday.replace(hour=22, minute=30), "Europe/Rome", bands)]
    [('overtime', 1.5), ('night', 1.5)]
    >>> split(friday, friday, "Europe/Rome", bands)
    []
    """
    if stop <= start:
        return []
    zone = ZoneInfo(tz)
    moments = [start, *(m for m in _edges(start, stop, zone, bands) if start < m < stop), stop]
    pieces: list[Piece] = []
    for begin, end in pairwise(moments):
        local = _to_local(begin, zone)
        band = band_at(local, bands, holidays)
        last = pieces[-1] if pieces else None
        if last and last.band == band and last.day == local.date():
            pieces[-1] = last._replace(stop=end)
        else:
            pieces.append(Piece(begin, end, band, local.date()))
    return pieces


def band_at(local: datetime, bands: Sequence[Band], holidays: Collection[date] = ()) -> str:
    """Name the band of a moment in local time.

    >>> sunday = Band("holiday", 0, DAY, frozenset({6, HOLIDAY}))
    >>> band_at(datetime(2026, 12, 25, 10), [sunday], {date(2026, 12, 25)})
    'holiday'
    >>> band_at(datetime(2026, 12, 25, 10), [sunday])
    'ordinary'
    """
    day = HOLIDAY if local.date() in holidays else local.weekday()
    minute = local.hour * 60 + local.minute + local.second / 60
    for band in bands:
        if day in band.days and band.start <= minute < band.stop:
            return band.name
    return ORDINARY


def _edges(
    start: datetime, stop: datetime, zone: ZoneInfo, bands: Sequence[Band]
) -> list[datetime]:
    """Moments, in naive UTC, at which a band or a local day may begin or end."""
    minutes = sorted({0, *(m for band in bands for m in (band.start, band.stop) if m < DAY)})
    first = _to_local(start, zone).date() - timedelta(days=1)
    last = _to_local(stop, zone).date() + timedelta(days=1)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sorted({_to_utc(day, minute, zone) for day in days for minute in minutes})


def _to_local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def _to_utc(day: date, minute: int, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
