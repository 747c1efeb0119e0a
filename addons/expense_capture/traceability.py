"""Whether an expense had to be paid in a way that can be traced, and was. Pure functions.

Which kinds of expense a country's law is about, and since when, is data; this only applies it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Rule:
    """:param kinds: kinds of expense it is about
    :param country: ISO code of the country in which the money was spent; empty for anywhere
    :param needed: whether the payment has to be traceable
    """

    id: int
    kinds: frozenset[int]
    country: str
    start: date
    end: date | None = None
    needed: bool = True


def assess(
    kind: int,
    country: str,
    home: str,
    day: date,
    traceable: str,
    rules: Iterable[Rule],
) -> tuple[str, Rule | None]:
    """Judge the payment of one expense; of several rules that hold the newest decides.

    >>> rule = Rule(1, frozenset({7}), "IT", date(2025, 1, 1))
    >>> assess(7, "IT", "IT", date(2026, 11, 9), "no", [rule])[0]
    'missing'
    >>> assess(7, "IT", "IT", date(2026, 11, 9), "unknown", [rule])[0]
    'unknown'
    >>> assess(7, "IT", "IT", date(2024, 12, 31), "no", [rule])[0]
    'no_rule'
    >>> assess(7, "DE", "IT", date(2026, 11, 9), "no", [rule])[0]
    'abroad'
    """
    valid = [
        rule
        for rule in rules
        if kind in rule.kinds
        and rule.country in (country, "")
        and rule.start <= day
        and (rule.end is None or day <= rule.end)
    ]
    rule = max(valid, key=lambda found: (found.start, found.id), default=None)
    if rule is None:
        return ("abroad" if country != home else "no_rule"), None
    if not rule.needed:
        return "not_needed", rule
    return {"yes": "fine", "no": "missing"}.get(traceable, "unknown"), rule
