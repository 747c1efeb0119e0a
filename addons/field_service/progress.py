"""Progress billing of a job order: parts of a price, to the cent. Pure functions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# Percents are kept with six decimals: less than that is nothing.
EPSILON = 1e-6
FULL = 100.0


def part_of_price(
    price: float, billed_percent: float, billed_amount: float, percent: float, digits: int = 2
) -> float:
    """What the next percent of a price comes to; the last one takes the rest.

    :param billed_percent: what is billed already, which came to ``billed_amount``

    >>> part_of_price(1000.0, 0, 0.0, 33.333333)
    333.33
    >>> part_of_price(1000.0, 33.333333, 333.33, 33.333333)
    333.34
    >>> part_of_price(1000.0, 66.666666, 666.67, 33.333334)
    333.33
    >>> part_of_price(1200.0, 50, 500.0, 50)
    700.0
    """
    reached = billed_percent + percent
    due = price if reached >= FULL - EPSILON else price * reached / FULL
    return float(_rounded(due, digits) - _rounded(billed_amount, digits))


def retained_part(amount: float, percent: float, digits: int = 2) -> float:
    """What is held back of an amount until the work has proved good.

    >>> retained_part(333.33, 5)
    16.67
    >>> retained_part(333.33, 0)
    0.0
    """
    return float(_rounded(amount * percent / FULL, digits))


def _rounded(amount: float, digits: int) -> Decimal:
    # Ten digits first: what is half a cent in binary only, is none.
    exact = Decimal(str(round(amount, 10)))
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
