"""The clock of a service promise: when it falls due, and whose minutes went by.

Pure functions on naive UTC datetimes: no database, no "now" of their own. A ticket is a list of
:class:`Segment` (what happened, never rewritten); a calendar is a list of working intervals, sorted
and disjoint. Everything else follows from these two, so it may be computed again at any time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

Interval = tuple[datetime, datetime]

MINUTE = timedelta(minutes=1)


class Segment(NamedTuple):
    """A stretch of a ticket's life, during which one party had it in hand.

    :param stop: None while the stretch lasts
    :param clock: whose time it is: ``ours`` runs, anything else stands still
    """

    start: datetime
    stop: datetime | None
    clock: str = "ours"


def to_minute(moment: datetime) -> datetime:
    """Round to the nearest minute: a day that "ends" at 23:59:59.999999 ends at midnight.

    >>> to_minute(datetime(2026, 11, 9, 23, 59, 59, 999999))
    datetime.datetime(2026, 11, 10, 0, 0)
    >>> to_minute(datetime(2026, 11, 9, 8, 30, 29))
    datetime.datetime(2026, 11, 9, 8, 30)
    """
    return (moment + MINUTE / 2).replace(second=0, microsecond=0)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Sort intervals, round them to the minute and join those that touch or overlap.

    >>> day = datetime(2026, 11, 9)
    >>> [(a.hour, b.hour) for a, b in merge([
    ...     (day.replace(hour=14), day.replace(hour=18)),
    ...     (day.replace(hour=8), day.replace(hour=12)),
    ...     (day.replace(hour=12), day.replace(hour=13)),
    ... ])]
    [(8, 13), (14, 18)]
    """
    merged: list[Interval] = []
    for start, stop in sorted((to_minute(start), to_minute(stop)) for start, stop in intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        elif start < stop:
            merged.append((start, stop))
    return merged


def overlap(start: datetime, stop: datetime, intervals: Sequence[Interval]) -> Iterator[Interval]:
    """Yield what of the working intervals lies between two moments.

    >>> day = datetime(2026, 11, 9)
    >>> hours = [(day.replace(hour=8), day.replace(hour=12))]
    >>> [(a.hour, b.hour) for a, b in overlap(day.replace(hour=10), day.replace(hour=20), hours)]
    [(10, 12)]
    """
    position = max(bisect_right(intervals, (start, datetime.max)) - 1, 0)
    for opening, closing in intervals[position:]:
        if opening >= stop:
            return
        if closing > start:
            yield max(opening, start), min(closing, stop)


def since(segments: Sequence[Segment], moment: datetime) -> list[Segment]:
    """Cut off what was before a moment.

    >>> day = datetime(2026, 11, 9)
    >>> life = [Segment(day, day.replace(hour=9)), Segment(day.replace(hour=9), None, "waiting")]
    >>> [(s.start.hour, s.clock) for s in since(life, day.replace(hour=8))]
    [(8, 'ours'), (9, 'waiting')]
    >>> [(s.start.hour, s.clock) for s in since(life, day.replace(hour=10))]
    [(10, 'waiting')]
    """
    return [
        segment._replace(start=max(segment.start, moment))
        for segment in segments
        if segment.stop is None or segment.stop > moment
    ]


def deadline(
    segments: Sequence[Segment], intervals: Sequence[Interval], minutes: float
) -> datetime | None:
    """Tell when the promised minutes are used up, if the clock goes on as it goes now.

    None: the clock stands still before they are, or the working intervals given don't reach so far.

    >>> day = datetime(2026, 11, 9)
    >>> hours = [(day.replace(hour=8), day.replace(hour=12)),
    ...          (day.replace(hour=14), day.replace(hour=18))]
    >>> deadline([Segment(day.replace(hour=11), None)], hours, 120)
    datetime.datetime(2026, 11, 9, 15, 0)
    >>> waiting = [Segment(day.replace(hour=8), day.replace(hour=9)),
    ...            Segment(day.replace(hour=9), None, "waiting")]
    >>> deadline(waiting, hours, 60)
    datetime.datetime(2026, 11, 9, 9, 0)
    >>> deadline(waiting, hours, 61) is None
    True
    """
    left = timedelta(minutes=minutes)
    for segment in segments:
        if segment.clock != "ours":
            continue
        for start, stop in overlap(segment.start, segment.stop or datetime.max, intervals):
            if stop - start >= left:
                return start + left
            left -= stop - start
    return None


def attribute(
    segments: Sequence[Segment], intervals: Sequence[Interval], until: datetime
) -> dict[str, timedelta]:
    """Account for every moment of a ticket: whose it was, and what lay outside working hours.

    The values add up to the time between the first start and the last stop (or ``until``).

    >>> day = datetime(2026, 11, 9)
    >>> hours = [(day.replace(hour=8), day.replace(hour=12))]
    >>> spent = attribute([Segment(day.replace(hour=10), day.replace(hour=11)),
    ...                    Segment(day.replace(hour=11), None, "waiting")],
    ...                   hours, day.replace(hour=13))
    >>> {clock: time.total_seconds() / 3600 for clock, time in spent.items()}
    {'ours': 1.0, 'waiting': 1.0, 'outside': 1.0}
    """
    spent: dict[str, timedelta] = {}
    outside = timedelta()
    for segment in segments:
        stop = min(segment.stop or until, until)
        if stop <= segment.start:
            continue
        worked = sum(
            (end - begin for begin, end in overlap(segment.start, stop, intervals)), timedelta()
        )
        spent[segment.clock] = spent.get(segment.clock, timedelta()) + worked
        outside += stop - segment.start - worked
    return {**spent, "outside": outside}
