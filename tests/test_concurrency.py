"""Two people at once, through a real server: one effect, and nobody is told a lie."""

import random
import signal
from collections import Counter

import pytest

from .conftest import ApiError
from .firm import Firm, labour, signature

ROUNDS = 4


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("story_cast.py")


@pytest.fixture
def firm(campo, cast):
    return Firm(campo, cast)


def test_a_request_sent_twice_at_once_records_the_work_once(firm):
    for turn in range(ROUNDS):
        intervention, _visit = firm.intervention()
        asked = {"ids": [intervention], "lines": [labour("09")], "request_uuid": f"twice-{turn}-1"}
        call = ("outside", "service.intervention", "record_work", asked)
        first, second = firm.together(call, call)
        assert first == second
        kinds = sorted(line["kind"] for line in firm.lines(intervention, "kind"))
        assert kinds == ["call_out", "labour"]


def test_an_expense_sent_twice_at_once_is_charged_once(firm):
    for turn in range(ROUNDS):
        intervention, _visit = firm.intervention()
        values = {"kind": "motorway", "amount": 21.4, "date": "2026-11-09"}
        receipt = [{"name": "toll.png", "data": signature()}]
        asked = {"ids": [intervention], "values": values, "files": receipt}
        call = (
            "outside",
            "service.intervention",
            "add_expense",
            {**asked, "request_uuid": f"expense-{turn}-1"},
        )
        first, second = firm.together(call, call)
        assert first == second
        lines = firm.lines(intervention, "kind", "price_unit")
        assert [(line["kind"], line["price_unit"]) for line in lines] == [("expense", 21.4)]


def test_the_same_receipt_sent_twice_at_once_makes_one_draft(firm):
    for _turn in range(ROUNDS):
        intervention, _visit = firm.intervention()
        files = [{"name": "toll.png", "data": signature()}]
        call = (
            "outside",
            "service.intervention",
            "add_receipts",
            {"ids": [intervention], "files": files},
        )
        first, second = firm.together(call, call)
        assert first == second
        assert len(firm.lines(intervention, "kind")) == 1


@pytest.mark.parametrize("is_on_a_job", [False, True])
def test_the_same_receipt_shared_twice_at_once_makes_one_draft(firm, is_on_a_job):
    if is_on_a_job:
        firm.go_to_a_job()
    for turn in range(ROUNDS):
        # A receipt of its own each time, two files of it on the server.
        name, receipt = f"shared-{is_on_a_job}-{turn}.png", signature((turn, is_on_a_job, 0))
        values = {"name": name, "res_model": "hr.expense", "datas": receipt}
        files = firm.call("inside", "ir.attachment", "create", vals_list=[values, values])
        (first,), (second,) = firm.together(
            *(
                (
                    "inside",
                    "hr.expense",
                    "create_expense_from_attachments",
                    {"attachment_ids": [file]},
                )
                for file in files
            )
        )
        assert first == second
        found = firm.call(
            "inside",
            "ir.attachment",
            "search_read",
            domain=[["res_model", "=", "hr.expense"], ["name", "=", name]],
            fields=["res_id"],
        )
        assert [file["res_id"] for file in found] == [first]
        expense = firm.call("inside", "hr.expense", "read", [first], fields=["intervention_id"])
        assert bool(expense[0]["intervention_id"]) == is_on_a_job


def test_two_people_who_record_at_once_make_one_call_out(firm):
    for _turn in range(ROUNDS):
        intervention, _visit = firm.intervention()
        results = firm.together(
            *(
                (
                    who,
                    "service.intervention",
                    "record_work",
                    {"ids": [intervention], "lines": [labour(hour)]},
                )
                for who, hour in (("outside", "09"), ("agent", "10"))
            )
        )
        assert not [result for result in results if isinstance(result, ApiError)]
        kinds = sorted(line["kind"] for line in firm.lines(intervention, "kind"))
        assert kinds == ["call_out", "labour", "labour"]


def test_one_tap_of_two_at_once_counts(firm):
    """Twice at one place, and at two places: whoever arrives is at one of them."""
    for turn in range(ROUNDS):
        here, there = firm.intervention()[0], firm.intervention()[0]
        for jobs in ([here, here], [here, there]):
            results = firm.together(
                *(("outside", "service.intervention", "check_in", {"ids": [job]}) for job in jobs)
            )
            stays = firm.call(
                "agent",
                "service.presence",
                "search_read",
                domain=[["intervention_id", "in", jobs], ["left_on", "=", False]],
                fields=["intervention_id"],
            )
            assert len(stays) == 1, (turn, results)
            refused = [result for result in results if isinstance(result, ApiError)]
            assert all(error.name.endswith(("UserError", "ValidationError")) for error in refused)
            firm.call(
                "outside", "service.intervention", "check_out", [stays[0]["intervention_id"][0]]
            )


def test_an_hours_bank_is_not_overdrawn_by_two_at_once(firm):
    contract, lines = firm.race_for_a_contract(
        name="One hour", has_hours_bank=True, included_hours=1
    )
    covered = [line["quantity"] for line in lines if line["coverage"] == "contract"]
    assert sum(covered) == pytest.approx(1)
    done = [line["quantity"] for line in lines if line["kind"] == "labour"]
    assert sum(done) == pytest.approx(80 / 60, abs=1e-3)
    (balance,) = firm.call(
        "accountant", "service.contract", "read", [contract], fields=["remaining_hours"]
    )
    assert balance["remaining_hours"] == pytest.approx(0)


def test_the_last_visit_of_a_contract_is_taken_once(firm):
    for turn in range(ROUNDS):
        contract, lines = firm.race_for_a_contract(name=f"One visit {turn}", included_visits=1)
        call_outs = [line["coverage"] for line in lines if line["kind"] == "call_out"]
        assert sorted(call_outs) == ["contract", "out_of_warranty"]
        (balance,) = firm.call(
            "accountant", "service.contract", "read", [contract], fields=["remaining_visits"]
        )
        assert balance["remaining_visits"] == 0


def test_two_signatures_at_once_make_one_number(firm):
    intervention, _visit = firm.intervention()
    firm.call(
        "outside", "service.intervention", "record_work", [intervention], lines=[labour("09")]
    )
    report = firm.call("outside", "service.intervention", "make_report", [intervention])
    call = (
        "outside",
        "service.report",
        "sign",
        {"ids": [report["report_id"]], "name": "Giulia", "image": signature()},
    )
    results = firm.together(call, call)
    refused = [result for result in results if isinstance(result, ApiError)]
    assert len(refused) == 1
    assert "closed" in str(refused[0])


def test_two_accountants_who_press_at_once_bill_once(firm):
    for _turn in range(ROUNDS):
        intervention, _visit = firm.intervention()
        firm.call(
            "outside", "service.intervention", "record_work", [intervention], lines=[labour("09")]
        )
        report = firm.signed_report(intervention)
        call = ("accountant", "service.report", "create_invoices", {"ids": [report]})
        results = firm.together(call, call)
        assert not [result for result in results if isinstance(result, ApiError)]
        assert sorted(len(result["invoice_ids"]) for result in results) == [0, 1]
        billed = firm.lines(intervention, "invoice_line_id", "billing_state")
        # A contract of another test may cover the call-out.
        billed = [line for line in billed if line["billing_state"] != "covered"]
        assert {line["billing_state"] for line in billed} == {"billed"}
        assert len({line["invoice_line_id"][0] for line in billed}) == len(billed)


@pytest.fixture(scope="module")
def batches(campo, cast):
    """Reports of several payers and job orders, by lot; what accountants press is drawn too."""
    return campo.run_in_shell("batches_cast.py")


def test_overlapping_batches_bill_each_line_once_to_the_cent(firm, batches):
    """Two accountants invoice selections that share reports, again and again."""
    lot, left, made = random.Random(20261128), list(batches["report_ids"]), []
    work = [["id", "in", batches["line_ids"]]]
    names = ["billing_state", "payer_id", "amount_invoice", "invoice_line_id", "blocked_reason"]

    def look(model, domain, fields):
        return firm.call("accountant", model, "search_read", domain=domain, fields=fields)

    due = [line for line in look("service.work.line", work, names) if line["amount_invoice"]]
    due = {line["id"]: line for line in due if line["billing_state"] == "to_bill"}
    while left:
        pool = left[:8]
        selections = [lot.sample(pool, lot.randint(len(pool) // 2 + 1, len(pool))) for _ in "ab"]
        results = firm.together(
            *(
                ("accountant", "service.report", "create_invoices", {"ids": selection})
                for selection in selections
            )
        )
        assert not [result for result in results if isinstance(result, ApiError)]
        made += [invoice for result in results for invoice in result["invoice_ids"]]
        left = [report for report in left if report not in set().union(*selections)]
    assert len(made) == len(set(made))
    after = {line["id"]: line for line in look("service.work.line", work, names)}
    billed = {key: line for key, line in after.items() if line["invoice_line_id"]}
    assert billed.keys() == due.keys()
    # A line that isn't billed says why; one that is has an invoice line of its own.
    assert {after[key]["billing_state"] for key in after.keys() - billed.keys()} == {
        "covered",
        "blocked",
    }
    of_payer = [
        ["partner_id", "in", batches["payer_ids"]],
        ["move_id.move_type", "=", "out_invoice"],
    ]
    invoiced = look(
        "account.move.line",
        [*of_payer, ["display_type", "=", "product"]],
        ["move_id", "partner_id", "price_subtotal"],
    )
    assert {line["id"] for line in invoiced} == {b["invoice_line_id"][0] for b in billed.values()}
    assert len(invoiced) == len(billed)
    assert {line["move_id"][0] for line in invoiced} == set(made)
    wanted, found = Counter(), Counter()
    for line in due.values():
        wanted[line["payer_id"][0]] += round(100 * line["amount_invoice"])
    for line in invoiced:
        found[line["partner_id"][0]] += round(100 * line["price_subtotal"])
    assert found == wanted


def test_progress_pressed_by_two_at_once_is_billed_once_to_the_cent(firm, batches):
    lot, reached, made = random.Random(20261128), 0, []
    project, price = batches["by_percent"], batches["price"]
    while reached < 100:
        first = min(reached + lot.choice([7, 12.5, 33.33]), 100)
        second = lot.choice([first, min(first + 4.5, 100)])
        results = firm.together(
            *(
                ("accountant", "project.project", "bill_progress", {"ids": [project], "percent": p})
                for p in lot.sample([first, second], 2)
            )
        )
        refused = [result for result in results if isinstance(result, ApiError)]
        assert all("is invoiced already" in str(error) for error in refused)
        # The same percent is invoiced by one of them; two, by both only if the smaller came first.
        assert len(refused) == 1 if first == second else len(refused) < 2
        made += [r["invoice_ids"] for r in results if not isinstance(r, ApiError)]
        reached = second
    check_progress(firm, [["project_id", "=", project]], price, made)


def test_milestones_pressed_by_two_at_once_are_billed_once_to_the_cent(firm, batches):
    lot, left, made = random.Random(20261128), list(batches["milestone_ids"]), []
    while left:
        pool = left[:3]
        selections = [lot.sample(pool, lot.randint(min(2, len(pool)), len(pool))) for _ in "ab"]
        results = firm.together(
            *(
                ("accountant", "service.job.milestone", "create_invoices", {"ids": selection})
                for selection in selections
            )
        )
        assert not [result for result in results if isinstance(result, ApiError)]
        made += [result["invoice_ids"] for result in results if result["invoice_ids"]]
        left = [milestone for milestone in left if milestone not in set().union(*selections)]
    domain = [["id", "in", batches["milestone_ids"]]]
    check_progress(firm, domain, batches["price"], made)


def check_progress(firm, domain, price, made):
    """A job order is invoiced to its price, each part and its retention on lines of their own."""
    names = ["billed_amount", "retained_amount", "invoice_line_id", "retention_line_id"]
    parts = firm.call(
        "accountant", "service.job.milestone", "search_read", domain=domain, fields=names
    )
    assert sum(round(100 * part["billed_amount"]) for part in parts) == round(100 * price)
    invoices = [invoice for ids in made for invoice in ids]
    assert len(invoices) == len(set(invoices))
    lines = firm.call(
        "accountant",
        "account.move.line",
        "search_read",
        domain=[["move_id", "in", invoices], ["display_type", "=", "product"]],
        fields=["price_subtotal"],
    )
    expected = {}
    for part in parts:
        expected[part["invoice_line_id"][0]] = round(100 * part["billed_amount"])
        expected[part["retention_line_id"][0]] = -round(100 * part["retained_amount"])
    assert {line["id"]: round(100 * line["price_subtotal"]) for line in lines} == expected


@pytest.fixture(scope="module")
def advances(campo, cast):
    """Job orders with an advance and reports, others with a price and nothing billed."""
    return campo.run_in_shell("advance_cast.py")


def test_two_advances_at_once_pass_no_price(firm, advances):
    """60 and 60 of a price of 100; then 60 in advance beside a bill of 60 percent."""
    for project in advances["priced"][::2]:
        call = ("accountant", "project.project", "bill_advance", {"ids": [project], "amount": 60})
        results = firm.together(call, call)
        refused = [result for result in results if isinstance(result, ApiError)]
        assert len(refused) == 1, results
        assert "more than the price" in str(refused[0])
    for project in advances["priced"][1::2]:
        bill = ("accountant", "project.project", "bill_progress", {"ids": [project], "percent": 60})
        call = ("accountant", "project.project", "bill_advance", {"ids": [project], "amount": 60})
        results = firm.together(call, bill)
        refused = [result for result in results if isinstance(result, ApiError)]
        assert len(refused) == 1, results
        assert "price" in str(refused[0])


def test_an_advance_is_deducted_once_by_two_bills_at_once(firm, advances):
    """Two bills of a job order, and the button of one of them pressed twice."""
    for staged in advances["staged"]:
        first, second = staged["reports"]

        def bill(report):
            return ("accountant", "service.report", "create_invoices", {"ids": [report]})

        results = firm.together(bill(first), bill(second), bill(first))
        assert not [result for result in results if isinstance(result, ApiError)]
        assert sum(len(result["invoice_ids"]) for result in results) == 2
        # 150 in advance, two bills of 125 each.
        assert look_at_advance(firm, staged["advance"]) == (150, 0)
        lines = look_at_deductions(firm, staged["advance"])
        assert sorted(line["price_subtotal"] for line in lines) == [-125, -25]


def look_at_advance(firm, advance):
    """:return: what of it is deducted, and what is left"""
    names = ["deducted_amount", "remaining_amount"]
    (values,) = firm.call("accountant", "service.advance", "read", [advance], fields=names)
    return tuple(values[name] for name in names)


def look_at_deductions(firm, advance):
    return firm.call(
        "accountant",
        "account.move.line",
        "search_read",
        domain=[["service_advance_id", "=", advance], ["price_subtotal", "<", 0]],
        fields=["move_id", "price_subtotal"],
    )


def test_two_bills_changed_or_posted_at_once_deduct_no_more_than_is_left(firm, advances):
    """Of the advance of 150 two drafts deduct 75 and 25; 50 more is written on both, both are
    posted. Cancelled, they deduct nothing any more, and neither comes back.
    """

    def together(model, method, *asked, because="more would be deducted than was billed"):
        results = firm.together(*(("accountant", model, method, values) for values in asked))
        refused = [result for result in results if isinstance(result, ApiError)]
        assert all(because in str(error) for error in refused), refused
        return len(refused)

    def write(line, price):
        return {"ids": [line], "vals": {"price_unit": price}}

    for staged in advances["staged"]:
        lines = sorted(
            look_at_deductions(firm, staged["advance"]), key=lambda x: x["price_subtotal"]
        )
        first, second = (line["id"] for line in lines)
        drafts = [{"ids": [line["move_id"][0]]} for line in lines]
        assert not together("account.move.line", "write", write(first, -75))
        assert together("account.move.line", "write", write(first, -125), write(second, -75)) == 1
        assert not together("account.move", "action_post", *drafts)
        after = look_at_deductions(firm, staged["advance"])
        assert sum(line["price_subtotal"] for line in after) == -150
        for undo in ("button_draft", "button_cancel"):
            assert not together("account.move", undo, *drafts)
        assert look_at_advance(firm, staged["advance"]) == (0, 150)
        assert together("account.move", "button_draft", *drafts, because="billed anew") == 2


def test_a_run_whose_process_was_killed_goes_on_and_bills_once(campo, firm):
    started = campo.run_in_shell("killed_run_cast.py", ends_with=-signal.SIGKILL)
    run, lines = started["run_id"], started["line_ids"]

    def look(model, domain, *names):
        return firm.call("accountant", model, "search_read", domain=domain, fields=list(names))

    def invoices():
        billed = look("service.work.line", [["id", "in", lines]], "invoice_line_id")
        of_line = {line["id"]: line["invoice_line_id"] for line in billed}
        made = look(
            "account.move.line", [["id", "in", [v[0] for v in of_line.values() if v]]], "move_id"
        )
        return of_line, {line["move_id"][0] for line in made}

    of_line, made = invoices()
    # Two were committed, the third was lost with its process: nothing of it is half done.
    assert len(made) == 2
    assert sum(bool(found) for found in of_line.values()) == 2
    call = ("accountant", "service.invoice.run", "action_start", {"ids": [run]})
    results = firm.together(call, call)
    assert not [result for result in results if isinstance(result, ApiError)]
    of_line, made = invoices()
    assert all(of_line.values())
    assert len(made) == started["payers"]
    assert len({found[0] for found in of_line.values()}) == len(lines)
    (run,) = look("service.invoice.run", [["id", "=", run]], "state", "done_count", "failed_count")
    assert (run["state"], run["done_count"], run["failed_count"]) == ("done", started["payers"], 0)
    drafts = look("account.move", [["invoice_origin", "in", started["origins"]]], "amount_untaxed")
    assert len(drafts) == started["payers"]
    assert {draft["amount_untaxed"] for draft in drafts} == {125.0}


def test_two_who_amend_a_report_at_once_make_one_amendment(firm):
    for turn in range(ROUNDS):
        intervention, _visit = firm.intervention()
        firm.call(
            "outside", "service.intervention", "record_work", [intervention], lines=[labour("09")]
        )
        report = firm.signed_report(intervention)
        results = firm.together(
            *(
                ("agent", "service.report", "amend", {"ids": [report], "reason": f"Typo {turn}"})
                for _person in range(2)
            )
        )
        refused = [result for result in results if isinstance(result, ApiError)]
        assert len(refused) == 1
        assert "already been amended" in str(refused[0])


def test_two_who_close_a_ticket_at_once_close_it_once(firm):
    for _turn in range(ROUNDS):
        (ticket,) = firm.call(
            "agent",
            "helpdesk.ticket",
            "create",
            vals_list=[{"name": "Twice closed", "partner_id": firm.cast["alfa"]}],
        )
        call = (
            "agent",
            "helpdesk.ticket",
            "action_close",
            {"ids": [ticket], "solution": "Replaced the sensor.", "cause": "Worn."},
        )
        results = firm.together(call, call)
        refused = [result for result in results if isinstance(result, ApiError)]
        assert len(refused) == 1
        segments = firm.call(
            "agent",
            "helpdesk.ticket.segment",
            "search_read",
            domain=[["ticket_id", "=", ticket]],
            fields=["clock"],
        )
        assert [segment["clock"] for segment in segments].count("closed") == 1


def test_two_tickets_merged_into_each_other_close_one(firm):
    for _turn in range(ROUNDS):
        first, second = firm.call(
            "agent",
            "helpdesk.ticket",
            "create",
            vals_list=[
                {"name": f"Crosswise {side}", "partner_id": firm.cast["alfa"]}
                for side in ("one", "two")
            ],
        )
        results = firm.together(
            *(
                ("agent", "helpdesk.ticket", "merge_into", {"ids": [source], "target": target})
                for source, target in ((first, second), (second, first))
            )
        )
        assert len([result for result in results if isinstance(result, ApiError)]) == 1
        tickets = firm.call("agent", "helpdesk.ticket", "read", [first, second], fields=["closed"])
        assert sorted(ticket["closed"] for ticket in tickets) == [False, True]


def test_a_timer_started_twice_at_once_runs_once(firm):
    for _turn in range(ROUNDS):
        intervention, _visit = firm.intervention()
        call = ("outside", "service.intervention", "start_timer", {"ids": [intervention]})
        firm.together(call, call)
        timers = firm.call(
            "accountant",
            "service.timer",
            "search_read",
            domain=[["intervention_id", "=", intervention]],
            fields=["id"],
        )
        assert len(timers) == 1
        firm.call("outside", "service.intervention", "stop_timer", [intervention])


def test_work_matched_with_two_bills_at_once_is_on_one(campo, firm):
    expected = campo.run_in_shell("bills_cast.py")
    results = firm.together(
        *(
            (
                "accountant",
                "account.move.line",
                "match_service_work",
                {"ids": [line], "work_line_ids": expected["work_line_ids"]},
            )
            for line in expected["bill_line_ids"]
        )
    )
    refused = [result for result in results if isinstance(result, ApiError)]
    assert len(refused) == 1
    assert "on a bill already" in str(refused[0])
