"""Advances that are deducted from later bills: per tax, the oldest first. A pure function."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal


def deduct(
    left: Sequence[Mapping[Hashable, float]], billed: Mapping[Hashable, float], digits: int = 2
) -> list[dict[Hashable, float]]:
    """What of each advance is deducted from a bill.

    :param left: of each advance what isn't deducted yet, by tax; the oldest one first
    :param billed: by tax, what is billed: of a tax never more than that is deducted
    :return: in the order of ``left``, what of each one is deducted, by tax

    >>> deduct([{"22": 100.0}, {"22": 50.0, "10": 30.0}], {"22": 120.0, "10": 500.0})
    [{'22': 100.0}, {'22': 20.0, '10': 30.0}]
    >>> deduct([{"22": 100.0}], {"10": 500.0})
    [{}]
    >>> deduct([{"22": 0.1}, {"22": 0.2}], {"22": 0.3})
    [{'22': 0.1}, {'22': 0.2}]
    >>> deduct([{"22": 100.0}], {"22": -5.0})
    [{}]
    """
    rest = {tax: _rounded(amount, digits) for tax, amount in billed.items()}
    deducted = []
    for advance in left:
        parts = {}
        for tax, amount in advance.items():
            part = min(_rounded(amount, digits), rest.get(tax, Decimal(0)))
            if part > 0:
                rest[tax] -= part
                parts[tax] = float(part)
        deducted.append(parts)
    return deducted


def _rounded(amount: float, digits: int) -> Decimal:
    return Decimal(repr(amount)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
