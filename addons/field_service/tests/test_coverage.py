import doctest
import random
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from .. import coverage
from ..coverage import (
    KINDS,
    Cause,
    Contract,
    JobOrder,
    PartWarranty,
    Rework,
    Warranty,
    Work,
    decide,
)

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
KIND = st.sampled_from(KINDS)
HOURS = st.integers(0, 40).map(lambda quarter: quarter / 4)
WORK = st.builds(Work, KIND, DAYS, HOURS.filter(bool), st.booleans())
JOB_ORDER = st.builds(
    JobOrder, st.just("job"), st.sampled_from(["time_material", "fixed_price", "not_billed"])
)
WARRANTY = st.builds(
    lambda start, months, kinds, payer: Warranty(
        "w", start, start and start + timedelta(days=30 * months), kinds, payer
    ),
    st.none() | DAYS,
    st.integers(0, 6),
    st.frozensets(KIND),
    st.sampled_from(["us", "manufacturer"]),
)
CAUSE = st.builds(Cause, st.just("c"), st.booleans())
REWORK = st.builds(Rework, st.just("r"))
PART_WARRANTY = st.builds(PartWarranty, st.just("p"), DAYS)
CONTRACT = st.builds(
    lambda start, days, percents, *left: Contract(
        "k", start, None if days is None else start + timedelta(days=days), percents, *left
    ),
    DAYS,
    st.none() | st.integers(0, 300),
    st.dictionaries(KIND, st.sampled_from([0, 30, 100])),
    st.none() | HOURS,
    st.none() | st.integers(0, 2),
    st.booleans(),
)


def included_by_hand(work, contract):
    """Whether the contract is about such work on that day, however many hours are left."""
    if work.date < contract.start or (contract.end and work.date > contract.end):
        return False
    if contract.visits_left is None or work.kind != "call_out":
        return contract.percents.get(work.kind, 0) > 0
    return contract.visits_left > 0 and (contract.wasted_count or not work.wasted)


def told_by_hand(work, rework, job_order, part_warranty, warranty, cause, contract):
    """Who pays for each quarter of an hour (or unit), decided by the sentences of the design."""
    left = contract.hours_left if contract else None
    result = []
    for _quarter in range(round(work.quantity * 4)):
        valid_contract = contract and included_by_hand(work, contract)
        in_bank = left is not None and work.kind in ("labour", "waiting")
        voided = cause and cause.excludes_warranty
        if rework and not voided:
            result.append("warranty")
        elif job_order:
            result.append("job_order")
        elif (
            part_warranty and work.kind == "part" and work.date <= part_warranty.end and not voided
        ):
            result.append("warranty")
        elif warranty and work.kind in warranty.kinds and warranty.start is None:
            result.append("to_verify")
        elif (
            warranty
            and work.kind in warranty.kinds
            and warranty.start <= work.date <= warranty.end
            and not (cause and cause.excludes_warranty)
        ):
            result.append("warranty")
        elif valid_contract and in_bank and left >= 0.25:
            left -= 0.25
            result.append("contract")
        elif valid_contract and not in_bank:
            result.append("contract")
        else:
            result.append("out_of_warranty")
    return result


def drawn(lot):
    """A case drawn by lot; cheaper than a strategy, and crowded where the rules meet."""

    def day():
        return date(2026, 6, 1) + timedelta(days=lot.randint(-40, 40))

    def kinds():
        return frozenset(kind for kind in KINDS if lot.random() < 0.6)

    def maybe(thing):
        return thing if lot.random() < 0.6 else None

    start, begin = maybe(day()), day()
    return (
        Work(lot.choice(KINDS), day(), lot.randint(1, 40) / 4, lot.random() < 0.2),
        Rework("r") if lot.random() < 0.1 else None,
        JobOrder("job", lot.choice(["time_material", "fixed_price"]))
        if lot.random() < 0.1
        else None,
        maybe(PartWarranty("p", day())),
        maybe(
            Warranty(
                "w", start, start and start + timedelta(days=lot.randint(0, 60)), kinds(), "us"
            )
        ),
        maybe(Cause("c", lot.random() < 0.5)),
        maybe(
            Contract(
                "k",
                begin,
                maybe(begin + timedelta(days=lot.randint(0, 60))),
                {kind: lot.choice([0, 30, 100]) for kind in kinds()},
                maybe(lot.randint(0, 12) / 4),
                maybe(lot.randint(0, 2)),
                lot.random() < 0.5,
            )
        ),
    )


@tagged("post_install", "-at_install")
class TestCoverage(BaseCase):
    def test_the_examples_in_the_documentation_hold(self):
        self.assertEqual(doctest.testmod(coverage).failed, 0)

    @settings(max_examples=500, deadline=None)
    @given(
        WORK,
        st.none() | REWORK,
        st.none() | JOB_ORDER,
        st.none() | PART_WARRANTY,
        st.none() | WARRANTY,
        st.none() | CAUSE,
        st.none() | CONTRACT,
    )
    def test_it_decides_as_one_would_by_hand(
        self, work, rework, job_order, part_warranty, warranty, cause, contract
    ):
        self._check(work, rework, job_order, part_warranty, warranty, cause, contract)

    def test_so_it_does_in_ten_thousand_cases_drawn_by_lot(self):
        lot = random.Random(20261109)
        for _case in range(10_000):
            self._check(*drawn(lot))

    def _check(self, work, *known):
        names = ("rework", "job_order", "part_warranty", "warranty", "cause", "contract")
        decisions = decide(work, **dict(zip(names, known, strict=True)))
        self.assertAlmostEqual(sum(d.quantity for d in decisions), work.quantity, 5)
        told = [
            decision.coverage
            for decision in decisions
            for _quarter in range(round(decision.quantity * 4))
        ]
        self.assertEqual(told, told_by_hand(work, *known))

    def test_our_own_repair_is_repeated_at_our_expense_also_on_a_job_order(self):
        (decision,) = decide(
            Work("travel", date(2026, 5, 1), 1), rework=Rework("I1"), job_order=JobOrder("j")
        )
        self.assertEqual(
            (decision.coverage, decision.rule, decision.payer, decision.discount),
            ("warranty", "rework", "us", 100),
        )

    def test_a_part_of_ours_is_free_until_its_last_day_its_labour_is_not(self):
        ours = PartWarranty("R1", date(2026, 5, 1))
        for kind, day, rule in (
            ("part", date(2026, 5, 1), "part_warranty"),
            ("part", date(2026, 5, 2), "part_warranty_expired"),
            ("labour", date(2026, 5, 1), "nothing_applies"),
        ):
            with self.subTest(kind=kind, day=day):
                (decision,) = decide(Work(kind, day, 1), part_warranty=ours)
                self.assertEqual(decision.rule, rule)

    def test_an_excluded_cause_is_named_as_the_reason(self):
        (decision,) = decide(
            Work("labour", date(2026, 5, 1), 1),
            warranty=Warranty("w", date(2026, 1, 1), date(2026, 12, 31), frozenset(["labour"])),
            cause=Cause("Misuse", excludes_warranty=True),
        )
        self.assertEqual(decision.rule, "warranty_excluded_by_cause")
        self.assertEqual(decision.params["cause"], "Misuse")

    def test_a_contract_covers_what_an_expired_warranty_does_not(self):
        (decision,) = decide(
            Work("labour", date(2026, 5, 1), 1),
            warranty=Warranty("w", date(2020, 1, 1), date(2022, 1, 1), frozenset(["labour"])),
            contract=Contract("k", date(2026, 1, 1), None, {"labour": 100}),
        )
        self.assertEqual((decision.coverage, decision.discount), ("contract", 100))

    def test_a_manufacturer_pays_the_whole_price(self):
        (decision,) = decide(
            Work("labour", date(2026, 5, 1), 1),
            warranty=Warranty(
                "w", date(2026, 1, 1), date(2026, 12, 31), frozenset(["labour"]), "manufacturer"
            ),
        )
        self.assertEqual((decision.payer, decision.discount), ("manufacturer", 0))
