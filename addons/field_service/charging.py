"""From what was done to what is billed: rounding, minimum, amounts. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

# Hours come from minutes: a millionth of an hour more is no work.
EPSILON = 1e-6


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
