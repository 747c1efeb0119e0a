"""What a customer is charged for an expense. Pure functions, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Policy:
    """:param charge: ``cost``, ``markup``, ``fixed`` or ``none``
    :param value: percent added, or the fixed price
    :param kinds: kinds of expense it is about; empty for all
    """

    charge: str
    value: float = 0.0
    id: int = 0
    contract: int = 0
    customer: int = 0
    kinds: frozenset[int] = frozenset()
    start: date = date.min
    end: date = date.max


def choose(
    policies: Iterable[Policy], contract: int, customer: int, kind: int, day: date
) -> Policy | None:
    """The policy that decides: the contract's before the customer's, one kind's before all kinds'.

    >>> all_, hotel = Policy("cost", id=1), Policy("fixed", 90, id=2, kinds=frozenset({7}))
    >>> alfa = Policy("none", id=3, customer=5)
    >>> [choose([all_, hotel, alfa], 0, customer, kind, date(2026, 11, 9)).id
    ...  for customer, kind in ((4, 7), (4, 8), (5, 7))]
    [2, 1, 3]
    >>> choose([Policy("cost", start=date(2027, 1, 1))], 0, 4, 7, date(2026, 11, 9)) is None
    True
    """
    valid = [
        policy
        for policy in policies
        if policy.contract in (0, contract)
        and policy.customer in (0, customer)
        and (not policy.kinds or kind in policy.kinds)
        and policy.start <= day <= policy.end
    ]
    return max(
        valid,
        key=lambda policy: (
            bool(policy.contract),
            bool(policy.customer),
            bool(policy.kinds),
            policy.start,
            policy.id,
        ),
        default=None,
    )


def price(policy: Policy, cost: float) -> float:
    """What is charged before tax, not rounded yet.

    >>> [price(Policy(*policy), 87.27)
    ...  for policy in (("cost",), ("markup", 10), ("fixed", 90), ("none",))]
    [87.27, 95.997, 90, 87.27]
    """
    if policy.charge == "markup":
        return cost * (1 + policy.value / 100)
    return policy.value if policy.charge == "fixed" else cost
