"""Fees of contracts: parts of a period by days, raises by an index. Pure functions."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ALL_GONE = -100.0


def days(first: date, last: date) -> int:
    """Days from the first to the last one, both counted.

    >>> days(date(2026, 1, 1), date(2026, 1, 31))
    31
    >>> days(date(2026, 2, 1), date(2026, 1, 31))
    0
    """
    return max((last - first).days + 1, 0)


def part_of_fee(
    fee: float, first: date, last: date, since: date, until: date, digits: int = 2
) -> float:
    """What of a period's fee falls on some of its days.

    :param first, last: the whole period
    :param since, until: the days that are charged; outside of the period there are none

    >>> january = date(2026, 1, 1), date(2026, 1, 31)
    >>> part_of_fee(310.0, *january, *january)
    310.0
    >>> part_of_fee(310.0, *january, date(2026, 1, 12), date(2026, 1, 31))
    200.0
    >>> part_of_fee(100.0, *january, date(2025, 12, 1), date(2026, 1, 10))
    32.26
    >>> part_of_fee(100.0, *january, date(2026, 2, 1), date(2026, 2, 10))
    0.0
    """
    charged = days(max(first, since), min(last, until))
    return _rounded(Decimal(str(fee)) * charged / days(first, last), digits)


def indexed(fee: float, percent: float, digits: int = 2) -> float:
    """A fee raised, or lowered, by an index.

    >>> indexed(1200.0, 1.7)
    1220.4
    >>> indexed(100.0, -2)
    98.0
    >>> indexed(100.0, -200)
    Traceback (most recent call last):
        ...
    ValueError: an index takes away less than the whole fee
    """
    if percent <= ALL_GONE:
        raise ValueError("an index takes away less than the whole fee")
    return _rounded(Decimal(str(fee)) * (100 + Decimal(str(percent))) / 100, digits)


def _rounded(amount: Decimal, digits: int) -> float:
    return float(amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
