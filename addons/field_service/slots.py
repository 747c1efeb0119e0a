"""Whom to send when: the best free slots of a team. Pure functions, no database, no service.

Times are naive UTC, as Odoo stores them. Distances are as the crow flies times a factor for roads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Any, NamedTuple

EARTH_KM = 6371.0
STEP = timedelta(minutes=15)
EPOCH = datetime(1970, 1, 1)
# Minutes of travel that are worth coming an hour earlier: a day is worth about 48 minutes.
WAITING_HOUR = 2.0


class Place(NamedTuple):
    latitude: float
    longitude: float


class Span(NamedTuple):
    start: datetime
    stop: datetime


class Commitment(NamedTuple):
    """What somebody has promised already; without a place nothing is known of the way.

    :param name: what people call the place
    :param key: which one it is
    """

    start: datetime
    stop: datetime
    place: Place | None = None
    name: str = ""
    key: int = 0


class Person(NamedTuple):
    """Somebody who may be sent.

    :param key: who it is
    :param days: per day the spans of working time, in order and without overlap; what lies between
        two of them is a break, which a visit may go over
    :param commitments: visits, meetings and leave
    :param base: where the day begins and ends
    """

    key: int
    days: Sequence[Sequence[Span]]
    commitments: Sequence[Commitment] = ()
    base: Place | None = None


class Proposal(NamedTuple):
    """A visit that somebody is about to plan or has moved; records are opaque here.

    :param intervention: ``service.intervention``
    :param technicians: ``hr.employee``
    :param start: naive UTC
    :param stop: naive UTC
    :param event: the ``calendar.event`` that has been moved; it doesn't stand in its own way
    """

    intervention: Any
    technicians: Any
    start: datetime
    stop: datetime
    event: Any = None


class Gap(NamedTuple):
    """Free time of one person on one day, between two commitments or the ends of the day."""

    key: int
    work: Sequence[Span]
    start: datetime
    stop: datetime
    before: Commitment | None
    after: Commitment | None
    base: Place | None

    @property
    def origin(self) -> Place | None:
        return self.before.place if self.before else self.base

    @property
    def target(self) -> Place | None:
        return self.after.place if self.after else self.base


class Wish(NamedTuple):
    """What is looked for: so much working time, within a window, at a place."""

    length: timedelta
    earliest: datetime
    latest: datetime
    place: Place | None = None


class Roads(NamedTuple):
    """How much longer roads are than the crow's way, and how fast one drives (km/h)."""

    factor: float = 1.3
    speed: float = 50.0


class Slot(NamedTuple):
    """A proposal.

    :param km: of the way there, None if a place is unknown
    :param minutes: of the way there, None likewise
    :param detour: minutes of driving that the visit adds to the day
    """

    key: int
    start: datetime
    stop: datetime
    before: Commitment | None
    after: Commitment | None
    free_from: datetime
    free_until: datetime
    km: float | None
    minutes: int | None
    detour: int


def distance_km(one: Place, other: Place) -> float:
    """The way of the crow (haversine).

    >>> round(distance_km(Place(45.4064, 11.8768), Place(45.5455, 11.5354)))  # Padova, Vicenza
    31
    """
    (lat1, lon1), (lat2, lon2) = (map(radians, place) for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def road(origin: Place | None, target: Place | None, roads: Roads) -> tuple[float, int] | None:
    """Kilometres and minutes between two places, None if one is unknown.

    >>> road(Place(45.4064, 11.8768), Place(45.5455, 11.5354), Roads(1.3, 60))
    (40.0, 41)
    >>> road(None, Place(45.4, 11.9), Roads())
    """
    if origin is None or target is None:
        return None
    km = distance_km(origin, target) * roads.factor
    return round(km, 1), ceil(km / roads.speed * 60)


def advance(start: datetime, length: timedelta, work: Sequence[Span]) -> datetime | None:
    """When work that begins at a moment is done: breaks between the spans don't count.

    >>> day = [Span(datetime(2026, 11, 9, 8), datetime(2026, 11, 9, 12)),
    ...        Span(datetime(2026, 11, 9, 13), datetime(2026, 11, 9, 17))]
    >>> advance(datetime(2026, 11, 9, 11), timedelta(hours=2), day)
    datetime.datetime(2026, 11, 9, 14, 0)
    >>> advance(datetime(2026, 11, 9, 11), timedelta(hours=9), day) is None
    True
    """
    for span in work:
        begin = max(start, span.start)
        if begin >= span.stop:
            continue
        if begin + length <= span.stop:
            return begin + length
        length -= span.stop - begin
    return None


def open_gaps(person: Person) -> list[Gap]:
    """The free time of a person, day by day.

    >>> nine, five = datetime(2026, 11, 9, 9), datetime(2026, 11, 9, 17)
    >>> visit = Commitment(datetime(2026, 11, 9, 10), datetime(2026, 11, 9, 12))
    >>> [(gap.start.hour, gap.stop.hour)
    ...  for gap in open_gaps(Person(1, [[Span(nine, five)]], [visit]))]
    [(9, 10), (12, 17)]
    """
    gaps = []
    commitments = sorted(person.commitments, key=lambda known: (known.start, known.stop))
    for work in person.days:
        if not work:
            continue
        cursor, end, before = work[0].start, work[-1].stop, None
        for after in commitments:
            if after.stop <= cursor or after.start >= end:
                continue
            if after.start > cursor:
                gaps.append(Gap(person.key, work, cursor, after.start, before, after, person.base))
            cursor, before = after.stop, after
        if cursor < end:
            gaps.append(Gap(person.key, work, cursor, end, before, None, person.base))
    return gaps


def find_together(
    gaps_of: Sequence[Iterable[Gap]], wish: Wish, roads: Roads, limit: int = 10
) -> list[list[Slot]]:
    """The best slots for one or several who work side by side: little driving first, and soon.

    Work goes on while everybody works; each comes from where they are, and the driving of all of
    them counts. The way there begins when the commitment before ends, or with the working day;
    whoever has another commitment after it gets there in time.

    :param gaps_of: the free time of each person of the crew
    :return: per proposal one slot for each person, in the order of ``gaps_of``, with the same
        start and stop

    >>> work = [Span(datetime(2026, 11, 9, 8), datetime(2026, 11, 9, 17))]
    >>> wish = Wish(timedelta(hours=2), datetime(2026, 11, 9, 9, 5), datetime(2026, 11, 10))
    >>> [[slot]] = find_together([open_gaps(Person(1, [work]))], wish, Roads())
    >>> slot.start, slot.stop
    (datetime.datetime(2026, 11, 9, 9, 15), datetime.datetime(2026, 11, 9, 11, 15))

    >>> def day(key, begin, end):
    ...     return open_gaps(
    ...         Person(key, [[Span(datetime(2026, 11, 9, begin), datetime(2026, 11, 9, end))]]))
    >>> wish = Wish(timedelta(hours=2), datetime(2026, 11, 9), datetime(2026, 11, 10))
    >>> [[one, two]] = find_together([day(1, 8, 14), day(2, 11, 18)], wish, Roads())
    >>> one.key, two.key, one.start.hour, two.stop.hour
    (1, 2, 11, 13)
    """
    found = []
    for crew in _meet(gaps_of, wish):
        slots = _fit(crew, wish, roads)
        if slots:
            start = slots[0].start
            waiting = (start - wish.earliest).total_seconds() / 3600 * WAITING_HOUR
            detour = sum(slot.detour for slot in slots)
            found.append((detour + waiting, start, [slot.key for slot in slots], slots))
    found.sort(key=lambda entry: entry[:3])
    return [slots for *_order, slots in found[:limit]]


def _meet(gaps_of: Sequence[Iterable[Gap]], wish: Wish) -> list[tuple[Gap, ...]]:
    """Which free times of several people meet: one gap of each, with a moment common to all."""
    crews: list[tuple[Gap, ...]] = [()]
    for gaps in gaps_of:
        known = [gap for gap in gaps if gap.stop > wish.earliest and gap.start < wish.latest]
        crews = [
            (*crew, gap)
            for crew in crews
            for gap in known
            if all(gap.start < other.stop and other.start < gap.stop for other in crew)
        ]
    return crews


def _fit(crew: Sequence[Gap], wish: Wish, roads: Roads) -> list[Slot]:
    """The earliest visit that fits into the free time of everybody: a later one only ends later."""
    ways = [
        (road(gap.origin, wish.place, roads), road(wish.place, gap.target, roads)) for gap in crew
    ]
    earliest, latest = wish.earliest, wish.latest
    for gap, (there, onwards) in zip(crew, ways, strict=True):
        earliest = max(earliest, gap.start + timedelta(minutes=there[1] if there else 0))
        leave = timedelta(minutes=onwards[1] if gap.after and onwards else 0)
        latest = min(latest, gap.stop - leave)
    if earliest >= latest:
        return []
    work = reduce(_common, (gap.work for gap in crew))
    start = _first_moment(earliest, work)
    stop = start and advance(start, wish.length, work)
    if not start or not stop or stop > latest:
        return []
    return [
        Slot(
            key=gap.key,
            start=start,
            stop=stop,
            before=gap.before,
            after=gap.after,
            free_from=gap.start,
            free_until=gap.stop,
            km=there and there[0],
            minutes=there and there[1],
            detour=_detour(there, onwards, road(gap.origin, gap.target, roads)),
        )
        for gap, (there, onwards) in zip(crew, ways, strict=True)
    ]


def _detour(*ways: tuple[float, int] | None) -> int:
    """Minutes of driving that going there and on costs over going straight on."""
    there, onwards, direct = (way[1] if way else 0 for way in ways)
    return max(0, there + onwards - direct)


def _common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Working time that two people share, both in order and without overlap.

    >>> moment = datetime(2026, 11, 9).replace
    >>> [(span.start.hour, span.stop.hour) for span in _common(
    ...     [Span(moment(hour=8), moment(hour=12)), Span(moment(hour=13), moment(hour=17))],
    ...     [Span(moment(hour=9), moment(hour=14))])]
    [(9, 12), (13, 14)]
    """
    spans = (Span(max(a.start, b.start), min(a.stop, b.stop)) for a in one for b in other)
    return [span for span in spans if span.start < span.stop]


def _first_moment(moment: datetime, work: Sequence[Span]) -> datetime | None:
    """When work can begin: with a span, or within it at a full quarter of an hour."""
    for span in work:
        if moment <= span.start:
            return span.start
        rounded = EPOCH + -((EPOCH - moment) // STEP) * STEP
        if rounded < span.stop:
            return rounded
    return None
