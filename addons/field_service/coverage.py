"""Who pays for a piece of work: a pure function that decides and says which rule decided.

The rules, in this order; the first that holds decides:

1. *Rework*: what we repaired and have to repair again is at our expense, whatever kind of cost,
   unless the cause excludes it.
2. *Job order*: work for a job order is charged as the job order says.
3. *Warranty of a part*: a part that we installed and has to be replaced again is free until its
   warranty ends, unless the cause excludes it.
4. *Warranty*: the kind of cost is covered on that date, and the cause doesn't exclude it. When the
   warranty's start is not known, somebody has to look: *to verify*.
5. *Contract*: the kind of cost is included, wholly or by percent. Hours of an hours bank are
   covered as long as there are any left; the rest of the work is charged. Of a number of visits
   each pays one call-out, as long as there is one left.
6. Otherwise it is *out of warranty*, and the rule tells why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

KINDS = (
    "labour",
    "travel",
    "waiting",
    "mileage",
    "part",
    "expense",
    "call_out",
    "flat_fee",
)
# Kinds that an hours bank pays for.
HOURS_BANK_KINDS = frozenset({"labour", "waiting"})
FULL = 100.0
EPSILON = 1e-6


@dataclass(frozen=True)
class Work:
    """What was done: hours, kilometres or pieces of one kind of cost on one day.

    :param wasted: the technician was called for nothing
    """

    kind: str
    date: date
    quantity: float
    wasted: bool = False


@dataclass(frozen=True)
class Rework:
    """:param name: the intervention that repaired the same fault before"""

    name: str


@dataclass(frozen=True)
class PartWarranty:
    """:param name: the report or intervention on which we installed the same part
    :param end: last day on which it is replaced for free
    """

    name: str
    end: date


@dataclass(frozen=True)
class JobOrder:
    """:param billing: ``time_material``, ``fixed_price`` or ``not_billed``"""

    name: str
    billing: str = "time_material"


@dataclass(frozen=True)
class Warranty:
    """:param payer: ``us`` or ``manufacturer``"""

    name: str
    start: date | None
    end: date | None
    kinds: frozenset[str]
    payer: str = "us"


@dataclass(frozen=True)
class Cause:
    name: str
    excludes_warranty: bool = False


@dataclass(frozen=True)
class Contract:
    """:param percents: how much of each kind of cost is included, 0 to 100
    :param hours_left: hours left in the hours bank; None without one
    :param visits_left: visits left, the one that is asked about with them; None if they have no
        number
    :param wasted_count: whether a wasted call is one of the visits
    """

    name: str
    start: date
    end: date | None
    percents: Mapping[str, float]
    hours_left: float | None = None
    visits_left: int | None = None
    wasted_count: bool = True


@dataclass(frozen=True)
class Decision:
    """:param coverage: as `service.work.line.coverage`
    :param rule: which rule decided; the sentence for people is made of it and ``params``
    :param quantity: how much of the work it is about
    :param discount: percent that the payer does not pay
    :param payer: ``customer``, ``us`` or ``manufacturer``
    """

    coverage: str
    rule: str
    quantity: float
    discount: float = 0.0
    payer: str = "customer"
    params: Mapping[str, object] = field(default_factory=dict)


def decide(
    work: Work,
    *,
    rework: Rework | None = None,
    job_order: JobOrder | None = None,
    part_warranty: PartWarranty | None = None,
    warranty: Warranty | None = None,
    cause: Cause | None = None,
    contract: Contract | None = None,
) -> list[Decision]:
    """Decide who pays; the quantities of the decisions add up to the quantity of the work.

    >>> day = date(2026, 11, 9)
    >>> labour = Work("labour", day, 2.5)
    >>> [(d.coverage, d.rule) for d in decide(labour)]
    [('out_of_warranty', 'nothing_applies')]
    >>> bank = Contract("Monte ore", date(2026, 1, 1), None, {"labour": 100}, hours_left=0.75)
    >>> [(d.coverage, d.quantity) for d in decide(labour, contract=bank)]
    [('contract', 0.75), ('out_of_warranty', 1.75)]
    >>> [(d.coverage, d.rule) for d in decide(labour, contract=bank, rework=Rework("I2026-00012"))]
    [('warranty', 'rework')]
    """
    why_not = []
    if rework:
        decision = _by_rework(work, rework, cause)
        if decision.coverage == "warranty":
            return [decision]
        why_not.append(decision)
    if job_order:
        return [_by_job_order(work, job_order)]
    if part_warranty and work.kind == "part":
        decision = _by_part_warranty(work, part_warranty, cause)
        if decision.coverage == "warranty":
            return [decision]
        why_not.append(decision)
    if warranty:
        decision = _by_warranty(work, warranty, cause)
        if decision.coverage != "out_of_warranty":
            return [decision]
        why_not.append(decision)
    if contract:
        decisions = _by_contract(work, contract)
        if decisions[0].coverage == "contract":
            return decisions
        why_not.append(decisions[0])
    return [why_not[0] if why_not else _billed(work, "nothing_applies")]


def _by_rework(work: Work, rework: Rework, cause: Cause | None) -> Decision:
    params = {"intervention": rework.name}
    if cause and cause.excludes_warranty:
        return _billed(work, "rework_excluded_by_cause", params | {"cause": cause.name})
    return Decision("warranty", "rework", work.quantity, FULL, payer="us", params=params)


def _by_part_warranty(work: Work, part_warranty: PartWarranty, cause: Cause | None) -> Decision:
    params = {"report": part_warranty.name, "until": part_warranty.end.isoformat()}
    if work.date > part_warranty.end:
        return _billed(work, "part_warranty_expired", params)
    if cause and cause.excludes_warranty:
        return _billed(work, "part_warranty_excluded_by_cause", params | {"cause": cause.name})
    return Decision("warranty", "part_warranty", work.quantity, FULL, payer="us", params=params)


def _by_job_order(work: Work, job_order: JobOrder) -> Decision:
    return Decision(
        "job_order",
        f"job_order_{job_order.billing}",
        work.quantity,
        discount=0.0 if job_order.billing == "time_material" else FULL,
        params={"job_order": job_order.name},
    )


def _by_warranty(work: Work, warranty: Warranty, cause: Cause | None) -> Decision:
    params = {"warranty": warranty.name}
    if work.kind not in warranty.kinds:
        return _billed(work, "warranty_without_kind", params)
    if warranty.start is None or warranty.end is None:
        return Decision("to_verify", "warranty_start_missing", work.quantity, params=params)
    params |= {"until": warranty.end.isoformat()}
    if work.date < warranty.start:
        return _billed(work, "warranty_not_begun", params)
    if work.date > warranty.end:
        return _billed(work, "warranty_expired", params)
    if cause and cause.excludes_warranty:
        return _billed(work, "warranty_excluded_by_cause", params | {"cause": cause.name})
    if warranty.payer == "manufacturer":
        return Decision(
            "warranty", "warranty_manufacturer", work.quantity, payer="manufacturer", params=params
        )
    return Decision("warranty", "warranty_valid", work.quantity, FULL, payer="us", params=params)


def _by_contract(work: Work, contract: Contract) -> list[Decision]:
    """What of the work the contract includes, and what it leaves to the customer."""
    params: dict[str, object] = {"contract": contract.name}
    percent = contract.percents.get(work.kind, 0.0)
    if work.date < contract.start or (contract.end and work.date > contract.end):
        return [_billed(work, "contract_not_valid", params)]
    if contract.visits_left is not None and work.kind == "call_out":
        return [_by_visits(work, contract, params)]
    if percent <= 0:
        return [_billed(work, "contract_without_kind", params)]
    if contract.hours_left is None or work.kind not in HOURS_BANK_KINDS:
        rule = "contract_full" if percent >= FULL else "contract_percent"
        discount = min(percent, FULL)
        params |= {"percent": discount}
        return [Decision("contract", rule, work.quantity, discount, params=params)]
    covered = round(min(work.quantity, max(contract.hours_left, 0.0)), 6)
    if covered <= EPSILON:
        return [_billed(work, "contract_hours_used", params)]
    decisions = [Decision("contract", "contract_hours", covered, FULL, params=params)]
    if (rest := round(work.quantity - covered, 6)) > EPSILON:
        decisions.append(Decision("out_of_warranty", "contract_hours_used", rest, params=params))
    return decisions


def _by_visits(work: Work, contract: Contract, params: Mapping[str, object]) -> Decision:
    """Whether a call-out is that of one of the visits that the contract includes.

    >>> visit = Work("call_out", date(2026, 11, 9), 1)
    >>> for left in (1, 0):
    ...     contract = Contract("Four a year", date(2026, 1, 1), None, {}, visits_left=left)
    ...     [(d.coverage, d.rule) for d in decide(visit, contract=contract)]
    [('contract', 'contract_visit')]
    [('out_of_warranty', 'contract_visits_used')]
    """
    if work.wasted and not contract.wasted_count:
        return _billed(work, "contract_visit_wasted", params)
    if contract.visits_left < 1:
        return _billed(work, "contract_visits_used", params)
    return Decision("contract", "contract_visit", work.quantity, FULL, params=params)


def _billed(work: Work, rule: str, params: Mapping[str, object] | None = None) -> Decision:
    return Decision("out_of_warranty", rule, work.quantity, params=params or {})
