"""Goods that weigh more than the work: which part of their value has the rate of the work.

Pure functions; which goods and which rates are data.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def split_values(values: Sequence[float], rest: float) -> list[tuple[float, float]]:
    """Split each value into what is taxed as the work, and what is beyond it.

    Together the goods are taxed as the work up to the value of all the rest (labour and other
    parts); what is beyond has their own rate. Several share it by their value, the last one takes
    what is left.

    :param values: of the significant goods, before tax, in cents exact
    :param rest: value of labour and other parts

    >>> split_values([900.0], 600.0)
    [(600.0, 300.0)]
    >>> split_values([500.0], 600.0)
    [(500.0, 0.0)]
    >>> split_values([500.0], 0.0)
    [(0.0, 500.0)]
    >>> split_values([100.0, 200.0], 100.0)
    [(33.33, 66.67), (66.67, 133.33)]
    """
    exact = [_cents(value) for value in values]
    total = sum(exact, Decimal(0))
    left = taxed_as_work = min(total, max(_cents(rest), Decimal(0)))
    parts = []
    for place, value in enumerate(exact, start=1):
        share = left if place == len(exact) else _cents(taxed_as_work * value / total)
        share = min(share, value)
        left -= share
        parts.append((float(share), float(value - share)))
    return parts


def _cents(value: float | Decimal) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
