"""From what was done to what is billed: rounding, minimum, amounts. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

# Hours come from minutes: a millionth of an hour more is no work.
EPSILON = 1e-6


@dataclass(frozen=True)
class Trip:
    """A journey, in hours or in kilometres.

    :param visit: what it belongs to; without one, its day
    :param is_flat: whether the price list has a flat price for it
    """

    person: int
    day: date
    visit: int
    kind: str
    is_flat: bool


def billed_quantity(done: float, step: float = 0.0, minimum: float = 0.0) -> float:
    """Round a quantity up to the step of the price list, and to its minimum if anything was done.

    >>> billed_quantity(140 / 60, step=0.5)
    2.5
    >>> billed_quantity(2.5, step=0.5)
    2.5
    >>> billed_quantity(0.2, step=0.25, minimum=1)
    1.0
    >>> billed_quantity(0)
    0.0
    """
    if done <= EPSILON:
        return 0.0
    steps = math.ceil(done / step - EPSILON) * step if step > 0 else done
    return round(float(max(steps, minimum)), 6)


def spread(
    quantities: Sequence[float], step: float = 0.0, minimum: float = 0.0, digits: int = 6
) -> list[float]:
    """Bill the parts of one stretch: the whole is rounded once, the last part takes the rest.

    :param digits: decimals of a billed quantity, so that storing the parts loses nothing

    >>> spread([1.5, 1.25], step=0.5)
    [1.5, 1.5]
    >>> sum(spread([0.75, 0.4, 1.1], step=0.5))
    2.5
    >>> spread([1 / 3, 1 / 3, 1 / 3], step=0.5, digits=2)
    [0.33, 0.33, 0.34]
    """
    if not quantities:
        return []
    total = billed_quantity(sum(quantities), step, minimum)
    first = [round(quantity, digits) for quantity in quantities[:-1]]
    return [*first, round(total - sum(first), digits)]


def amount(price: float, quantity: float, discount: float = 0.0, digits: int = 2) -> float:
    """Price of a line before tax, rounded half up as an invoice line is.

    >>> amount(38, 1.25)
    47.5
    >>> amount(0.605, 1)
    0.61
    >>> amount(50, 2, discount=100)
    0.0
    """
    exact = Decimal(repr(price)) * Decimal(repr(quantity)) * (100 - Decimal(repr(discount))) / 100
    return float(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


def is_exact(price: float, quantity: float, discount: float = 0.0, digits: int = 2) -> bool:
    """Whether a line comes to a whole number of cents before it is rounded.

    >>> is_exact(38, 1.25)
    True
    >>> is_exact(0.605, 1)
    False
    >>> is_exact(10, 1, discount=33.33)
    False
    """
    exact = Decimal(repr(price)) * Decimal(repr(quantity)) * (100 - Decimal(repr(discount))) / 100
    return exact == exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def charge_trips(
    trips: Sequence[Trip], away: Collection[tuple[int, date]] = ()
) -> list[str | None]:
    """How each journey is billed: None is as it was done.

    A flat price (``flat``) is billed once a visit for travel and once for kilometres; whoever
    else went there is in it (``flat_once``). Hours of travel on a day away are in its price
    (``day_away``), kilometres are not: they are the van's.

    :param away: pairs of person and day that are billed as a day away

    >>> monday = date(2026, 11, 9)
    >>> van = [Trip(p, monday, 7, kind, True) for p, kind in ((1, "travel"), (2, "travel"))]
    >>> charge_trips([*van, Trip(1, monday, 7, "mileage", False)])
    ['flat', 'flat_once', None]
    >>> charge_trips(van, away={(1, monday)})
    ['day_away', 'flat']
    """
    charged, billed = [], set()
    for trip in trips:
        flat = (trip.visit or trip.day, trip.kind)
        if trip.kind == "travel" and (trip.person, trip.day) in away:
            charged.append("day_away")
        elif not trip.is_flat:
            charged.append(None)
        elif flat in billed:
            charged.append("flat_once")
        else:
            billed.add(flat)
            charged.append("flat")
    return charged
