"""The story of docs/architecture.md, without a browser: seven steps over ``/json/2``.

Amounts are those of acceptance story 1 (a call out of warranty): 140 minutes of work, 70 of
travel, 84 km and one sensor cost the customer 349.40 plus 22 % VAT, and us 98.00 of labour.
"""

import base64
import io
from hashlib import sha256

import pytest
from PIL import Image
from pypdf import PdfReader

from .conftest import ApiError

NET, TAX, TOTAL = 349.40, 76.87, 426.27
LABOUR_COST = 98.00


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("story_cast.py")


@pytest.fixture(scope="module")
def story(campo, cast):
    """Walk the seven steps once; the tests look at what came of them."""
    return Story(campo, cast).walk()


def picture(colour):
    """A real JPEG photo."""
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(buffer, "JPEG")
    return base64.b64encode(buffer.getvalue()).decode()


class Story:
    """Who does what, step by step, each through the public methods with their own API key."""

    def __init__(self, campo, cast):
        self.campo, self.cast = campo, cast

    def call(self, who, model, method, ids=None, **arguments):
        return self.campo.call(self.cast["keys"][who], model, method, ids, **arguments)

    def walk(self):
        self.customer_opens_a_ticket()
        self.agent_looks_and_plans()
        self.technician_confirms_and_works()
        self.customer_signs()
        self.accountant_invoices()
        self.case_is_closed()
        return self

    def customer_opens_a_ticket(self):
        self.suggestions = self.call(
            "customer",
            "knowledge.entry",
            "search_similar",
            text="la confezionatrice strappa il film alla saldatura",
            lang="it_IT",
        )
        self.ticket = self.call(
            "customer",
            "helpdesk.ticket",
            "open_ticket",
            values={
                "name": "La confezionatrice strappa il film",
                "description": "Dalle sette il film si strappa alla barra saldante, errore E47.",
                "equipment_id": self.cast["equipment"],
            },
            files=[{"name": "film.jpg", "data": picture("red")}],
            request_uuid="story-ticket-1",
        )

    def agent_looks_and_plans(self):
        (self.situation,) = self.call(
            "agent", "res.partner", "requester_situation", ids=[self.cast["alfa"]]
        )
        self.similar = self.call(
            "agent", "helpdesk.ticket", "find_similar", ids=[self.ticket["ticket_id"]]
        )
        self.intervention = self.call(
            "agent", "helpdesk.ticket", "create_intervention", ids=[self.ticket["ticket_id"]]
        )
        self.visit = self.call(
            "agent",
            "service.intervention",
            "plan",
            ids=[self.intervention["intervention_id"]],
            start="2026-11-09 08:00:00",
            stop="2026-11-09 12:00:00",
            employee_ids=[self.cast["employee"]],
        )

    def on_the_job(self, method, **arguments):
        return self.call(
            "outside",
            "service.intervention",
            method,
            ids=[self.intervention["intervention_id"]],
            **arguments,
        )

    def technician_confirms_and_works(self):
        self.answer = self.call(
            "outside",
            "calendar.event",
            "answer_visit",
            ids=[self.visit["event_id"]],
            answer="accepted",
        )
        self.on_the_job("check_in", request_uuid="story-in-1")
        self.on_the_job(
            "add_files",
            files=[{"name": "prima.jpg", "data": picture("blue"), "kind": "before"}],
            request_uuid="story-photo-1",
        )
        work = [
            {"kind": "travel", "start": "2026-11-09 07:00:00", "stop": "2026-11-09 08:10:00"},
            {"kind": "labour", "start": "2026-11-09 08:10:00", "stop": "2026-11-09 10:30:00"},
            {"kind": "mileage", "date": "2026-11-09", "quantity": 84},
            {
                "kind": "part",
                "date": "2026-11-09",
                "quantity": 1,
                "product_id": self.cast["product"],
            },
        ]
        self.work = self.on_the_job("record_work", lines=work, request_uuid="story-work-1")
        self.repeated = self.on_the_job("record_work", lines=work, request_uuid="story-work-1")
        checklist = self.call(
            "outside",
            "service.checklist.answer",
            "search_read",
            domain=[["intervention_id", "=", self.intervention["intervention_id"]]],
            fields=["kind"],
        )
        self.checked = self.on_the_job(
            "answer_checklist",
            answers=[
                {"answer_id": item["id"], "value": "yes" if item["kind"] == "yes_no" else "165"}
                for item in checklist
            ],
            request_uuid="story-check-1",
        )
        self.on_the_job("check_out", request_uuid="story-out-1")

    def customer_signs(self):
        self.report = self.on_the_job(
            "make_report", event_ids=[self.visit["event_id"]], outcome="solved"
        )
        self.signed = self.call(
            "outside",
            "service.report",
            "sign",
            ids=[self.report["report_id"]],
            name="Giulia Story",
            role="Responsabile di produzione",
            image=picture("black"),
            request_uuid="story-sign-1",
        )

    def accountant_invoices(self):
        self.invoiced = self.call(
            "accountant", "service.report", "create_invoices", ids=[self.report["report_id"]]
        )
        self.invoiced_again = self.call(
            "accountant", "service.report", "create_invoices", ids=[self.report["report_id"]]
        )

    def case_is_closed(self):
        self.call(
            "agent",
            "service.intervention",
            "action_done",
            ids=[self.intervention["intervention_id"]],
            cause="Sensore della barra saldante in corto.",
            solution="Sostituito il sensore, tarata la barra a 165 gradi.",
            request_uuid="story-done-1",
        )
        self.found = self.call(
            "agent",
            "knowledge.entry",
            "search_similar",
            text="film strappato sulla barra saldante, E47",
            lang="it_IT",
        )


def test_an_article_is_offered_while_the_customer_types(story):
    assert any("film" in found["title"].lower() for found in story.suggestions)


def test_the_agent_sees_a_verdict_without_amounts(story):
    assert story.situation["verdict"] in ("ok", "unknown")
    assert not {"open_amount", "overdue_amount"} & set(story.situation)


def test_the_agent_is_shown_the_article_that_solves_it(story):
    assert story.similar, "nothing similar was found"
    assert story.similar[0]["why"]


def test_the_technician_confirmed_the_commitment(campo, cast, story):
    (state,) = campo.call(
        cast["keys"]["agent"],
        "service.intervention",
        "read",
        ids=[story.intervention["intervention_id"]],
        fields=["confirmation_state"],
    )
    assert state["confirmation_state"] == "confirmed"


def test_a_repeated_request_records_the_work_once(campo, cast, story):
    assert story.repeated == story.work
    lines = _lines(campo, cast, story, ["kind"])
    assert sorted(line["kind"] for line in lines) == [
        "call_out",
        "labour",
        "mileage",
        "part",
        "travel",
    ]


def test_the_checklist_is_answered_within_its_limits(story):
    assert story.checked["missing"] == []
    assert [item["is_within_limits"] for item in story.checked["answers"]] == [True, True]


def test_the_technician_is_told_the_coverage_and_no_price(story):
    for line in story.work["lines"]:
        assert line["coverage"] == "out_of_warranty"
        assert line["coverage_reason"]
        assert not {"price_unit", "amount_invoice", "amount_cost"} & set(line)


def test_done_and_billed_hours_stay_apart(campo, cast, story):
    (labour,) = [
        line
        for line in _lines(campo, cast, story, ["kind", "quantity", "quantity_invoice"])
        if line["kind"] == "labour"
    ]
    assert labour["quantity"] == pytest.approx(140 / 60, abs=1e-4)
    assert labour["quantity_invoice"] == 2.5


def test_the_signed_pdf_is_stored_under_its_hash(campo, cast, story):
    (attachment,) = campo.call(
        cast["keys"]["accountant"],
        "ir.attachment",
        "search_read",
        domain=[
            ["res_model", "=", "service.report"],
            ["res_id", "=", story.report["report_id"]],
            ["mimetype", "=", "application/pdf"],
        ],
        fields=["datas"],
    )
    content = base64.b64decode(attachment["datas"])
    assert sha256(content).hexdigest() == story.signed["sha256"]
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    for expected in (story.signed["number"], "Alfa Story", "Giulia Story", "Sensore"):
        assert expected in text
    assert "349" not in text, "a technician's form shows no prices"


def test_the_draft_invoice_equals_the_work_to_the_cent(campo, cast, story):
    (invoice_id,) = story.invoiced["invoice_ids"]
    (invoice,) = campo.call(
        cast["keys"]["accountant"],
        "account.move",
        "read",
        ids=[invoice_id],
        fields=["state", "amount_untaxed", "amount_tax", "amount_total", "partner_id"],
    )
    assert invoice["state"] == "draft"
    assert invoice["partner_id"][0] == cast["alfa"]
    assert invoice["amount_untaxed"] == pytest.approx(NET, abs=0.001)
    assert invoice["amount_tax"] == pytest.approx(TAX, abs=0.001)
    assert invoice["amount_total"] == pytest.approx(TOTAL, abs=0.001)


def test_a_second_press_bills_nothing(story):
    assert story.invoiced_again["invoice_ids"] == []


def test_each_hour_costs_once_on_the_analytic_account(campo, cast, story):
    lines = campo.call(
        cast["keys"]["accountant"],
        "account.analytic.line",
        "search_read",
        domain=[["employee_id", "=", cast["employee"]]],
        fields=["amount", "unit_amount"],
    )
    assert sum(line["unit_amount"] for line in lines) == pytest.approx(3.5, abs=1e-4)
    assert sum(line["amount"] for line in lines) == pytest.approx(-LABOUR_COST, abs=0.001)


def test_the_solved_case_is_found_by_the_next_one(story):
    assert any("tarata la barra" in (found["solution"] or "") for found in story.found)


def test_another_customer_finds_nothing_of_this_case(campo, cast, story):
    found = campo.call(
        cast["keys"]["other"],
        "knowledge.entry",
        "search_similar",
        text="film strappato sulla barra saldante, E47",
        lang="it_IT",
    )
    assert not any("tarata la barra" in (entry["solution"] or "") for entry in found)


@pytest.mark.parametrize(
    ("model", "method", "arguments"),
    [
        ("helpdesk.ticket", "read", {"fields": ["name"]}),
        ("helpdesk.ticket", "action_close", {"solution": "x", "cause": "y"}),
        ("service.intervention", "check_in", {}),
        ("service.intervention", "record_work", {"lines": []}),
        ("service.report", "sign", {"name": "Paolo"}),
    ],
)
def test_another_customer_cannot_touch_it(campo, cast, story, model, method, arguments):
    ids = {
        "helpdesk.ticket": story.ticket["ticket_id"],
        "service.intervention": story.intervention["intervention_id"],
        "service.report": story.report["report_id"],
    }
    with pytest.raises(ApiError) as refused:
        campo.call(cast["keys"]["other"], model, method, ids=[ids[model]], **arguments)
    assert refused.value.status == 403


def _lines(campo, cast, story, fields):
    return campo.call(
        cast["keys"]["accountant"],
        "service.work.line",
        "search_read",
        domain=[["intervention_id", "=", story.intervention["intervention_id"]]],
        fields=fields,
    )
