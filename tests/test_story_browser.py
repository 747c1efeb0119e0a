"""The story of docs/architecture.md in a real browser: seven steps, four persons.

The customer and the outside technician use the portal (the latter at 390 px), the agent and the
accountant Odoo's own screens. Pictures of each step lie in the local folder, for people to look at.
"""

import base64
import io
import re

import pytest
from PIL import Image
from pypdf import PdfReader

from campo import paths
from campo.accessibility import judge, walk
from campo.browsing import DESK, PHONE, Person, chromium, draw_signature, photo

TITLE = "La confezionatrice strappa il film"
SOLUTION = "Sostituito il sensore e tarata la barra a 165 gradi"
PICTURES = paths.LOCAL / "pictures"


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("story_cast.py")


@pytest.fixture(scope="module")
def story(campo, cast):
    """Walk the seven steps once; the tests look at what came of them."""
    with chromium() as browser:
        walk = Walk(campo, cast, browser)
        try:
            walk.all_steps()
        except BaseException:
            walk.take_pictures("failed")
            raise
        yield walk


class Walk:
    """Who does what on which screen."""

    def __init__(self, campo, cast, browser):
        self.campo, self.cast, self.browser = campo, cast, browser
        PICTURES.mkdir(parents=True, exist_ok=True)

        def person(name, device):
            return Person(browser, campo.address, f"story_{name}", device, locale="en-US")

        self.customer = person("customer", DESK)
        self.agent = person("agent", DESK)
        self.outside = person("outside", PHONE)
        self.accountant = person("accountant", DESK)
        self.sideways = []

    @property
    def persons(self):
        return (self.customer, self.agent, self.outside, self.accountant)

    def take_pictures(self, name):
        for who in self.persons:
            who.page.screenshot(path=PICTURES / f"{name}-{who.login}.png")

    def look(self, who, name):
        who.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        if who.scrolls_sideways():
            self.sideways.append(name)

    def api(self, who, model, method, ids=None, **arguments):
        return self.campo.call(self.cast["keys"][who], model, method, ids, **arguments)

    def all_steps(self):
        self.customer_opens_a_request()
        self.agent_looks_and_plans()
        self.technician_confirms()
        self.technician_works()
        self.customer_signs()
        self.accountant_invoices()
        self.agent_closes()

    # === 1 === #

    def customer_opens_a_request(self):
        page = self.customer.go("/my/tickets/new")
        page.locator("#name").press_sequentially(TITLE, delay=5)
        offered = page.locator(".o_portal_customer_similar article").first
        offered.wait_for()
        self.offered = offered.inner_text()
        page.fill("#description", "Dalle sette il film si strappa alla barra, errore E47.")
        page.select_option("#equipment_id", str(self.cast["equipment"]))
        page.set_input_files("#files", [photo("red")])
        self.look(self.customer, "1-new-request")
        page.click("button:has-text('Send the request')")
        page.wait_for_url(re.compile(r"/my/tickets/\d+"))
        self.ticket_id = int(re.search(r"/my/tickets/(\d+)", page.url).group(1))
        self.look(self.customer, "1-request")

    # === 2, 3 === #

    def agent_looks_and_plans(self):
        page = self.agent.go(f"/odoo/helpdesk/{self.ticket_id}")
        similar = page.locator(".o_knowledge_base_similar").first
        similar.wait_for()
        page.wait_for_function(
            "() => /film/i.test(document.querySelector('[class*=similar]')?.innerText || '')"
        )
        self.similar = similar.inner_text()
        self.situation = page.locator("div[name=badges]").inner_text()
        self.look(self.agent, "2-ticket")
        page.click("button[name=action_create_intervention]")
        page.locator("button[name=action_plan]:visible").first.click()
        page.locator(".modal div[name=employee_ids] input").fill("Andrea Story")
        page.locator(".modal .dropdown-item:has-text('Andrea Story')").first.click()
        self.look(self.agent, "3-plan")
        page.click(".modal button[name=action_confirm]")
        page.wait_for_selector(".modal", state="detached")
        (intervention,) = self.api(
            "agent",
            "service.intervention",
            "search_read",
            domain=[["ticket_id", "=", self.ticket_id]],
            fields=["number"],
        )
        self.intervention_id, self.number = intervention["id"], intervention["number"]
        self.look(self.agent, "3-intervention")

    # === 3 === #

    def technician_confirms(self):
        page = self.outside.go("/my/visits")
        self.look(self.outside, "3-visits")
        card = page.locator(f".card:has-text('{self.number}')")
        card.locator("button:has-text('Confirm')").click()
        page.wait_for_load_state("load")
        page.locator(f".card:has-text('{self.number}') a:has-text('Open')").click()
        page.wait_for_url(re.compile(r"/my/interventions/\d+"))

    # === 4 === #

    def unfold(self, title):
        fold = self.outside.page.locator(
            f"details.o_portal_customer_fold:has(> summary:has-text('{title}'))"
        ).first
        fold.locator("> summary").click()
        return fold

    def send(self, fold, button):
        page = self.outside.page
        with page.expect_navigation():
            fold.locator(f"button:has-text('{button}')").click()
        assert not page.locator(".alert-danger").count(), page.locator(
            ".alert-danger"
        ).all_inner_texts()

    def hours(self, kind, start, stop):
        fold = self.unfold("Hours")
        fold.locator(f"label[for=kind_{kind}]").click()
        fold.locator("#work_start").fill(f"2026-11-09T{start}")
        fold.locator("#work_stop").fill(f"2026-11-09T{stop}")
        self.send(fold, "Save the hours")

    def technician_works(self):
        page = self.outside.page
        self.look(self.outside, "4-work")
        with page.expect_navigation():
            page.click("button:has-text('On site')")
        fold = self.unfold("Photos")
        # Chosen is sent: two taps for a photo.
        with page.expect_navigation():
            fold.locator("#photos").set_input_files([photo("blue"), photo("green")])
        self.hours("travel", "08:00", "09:10")
        self.hours("labour", "09:10", "11:30")
        fold = self.unfold("Kilometres")
        fold.locator("#km").fill("84")
        self.send(fold, "Save the kilometres")
        fold = self.unfold("Part")
        fold.locator("#product_id").select_option(str(self.cast["product"]))
        self.send(fold, "Save the part")
        checklist = page.locator("#checklist")
        with page.expect_navigation():
            checklist.locator("button[value=yes]").click()
        measure = checklist.locator("form:has-text('Temperatura')")
        measure.locator("input[name=value]").fill("165")
        with page.expect_navigation():
            measure.locator("button").click()
        self.look(self.outside, "4-recorded")
        self.seen_by_technician = page.inner_text("body")
        with page.expect_navigation():
            page.click("button:has-text('Leave')")

    # === 5 === #

    def customer_signs(self):
        page = self.outside.page
        fold = self.unfold("Make the report and sign")
        self.send(fold, "To the signature")
        page.fill("#signer", "Giulia Story")
        page.fill("#role", "Responsabile di produzione")
        draw_signature(page)
        self.look(self.outside, "5-sign")
        with page.expect_navigation():
            page.click("button:has-text('Sign the report')")
        page.locator("a[href*='/my/reports/']").first.wait_for()
        self.look(self.outside, "5-signed")
        href = page.locator("a[href*='/my/reports/']").first.get_attribute("href")
        self.pdf = self.customer.context.request.get(f"{self.campo.address}{href}").body()
        self.report_id = int(re.search(r"/my/reports/(\d+)", href).group(1))

    # === 6 === #

    def accountant_invoices(self):
        page = self.accountant.go(f"/odoo/field-service-reports/{self.report_id}")
        self.look(self.accountant, "6-report")
        page.locator("button[name=action_create_invoices]:visible").first.click()
        page.locator("div[name=tax_totals], .oe_subtotal_footer").first.wait_for()
        self.invoice = page.inner_text(".o_form_view")
        self.look(self.accountant, "6-invoice")

    # === 7 === #

    def agent_closes(self):
        page = self.agent.go(f"/odoo/field-service/{self.intervention_id}")
        page.locator("button[name=action_open_done_dialog]:visible").first.click()
        page.locator(".modal div[name=cause] textarea").fill("Sensore della barra in corto")
        page.locator(".modal div[name=solution] textarea").fill(SOLUTION)
        self.look(self.agent, "7-close")
        page.click(".modal button[name=action_confirm]")
        page.wait_for_selector(".modal", state="detached")
        page = self.customer.go(f"/my/tickets/{self.ticket_id}")
        self.seen_by_customer = page.inner_text("body")
        self.look(self.customer, "7-solved")


def test_the_customer_is_offered_what_solved_it_before(story):
    assert "film" in story.offered.lower()


def test_the_agent_sees_the_situation_and_the_similar_problem(story):
    assert story.situation.strip()
    assert "film" in story.similar.lower()


def test_the_technician_sees_coverage_and_no_price(story):
    assert "Out of warranty" in story.seen_by_technician
    for price in ("125.00", "349.40", "50.00", "86.50"):
        assert price not in story.seen_by_technician


def test_the_customer_gets_the_signed_form(story):
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(story.pdf)).pages)
    for expected in ("Alfa Story", "Giulia Story", "Sensore", story.number):
        assert expected in text
    assert "349" not in text


def test_the_draft_invoice_equals_the_work_to_the_cent(campo, cast, story):
    assert re.search(r"349[.,]40", story.invoice)
    assert re.search(r"426[.,]27", story.invoice)
    lines = story.api(
        "accountant",
        "service.work.line",
        "search_read",
        domain=[["intervention_id", "=", story.intervention_id]],
        fields=["amount_invoice", "invoice_line_id", "amount_cost", "kind"],
    )
    assert sum(line["amount_invoice"] for line in lines) == pytest.approx(349.40)
    assert all(line["invoice_line_id"] for line in lines)
    hours = [line["amount_cost"] for line in lines if line["kind"] in ("labour", "travel")]
    assert sum(hours) == pytest.approx(98.00)


def test_costs_stand_once_on_the_analytic_account(story):
    costs = story.api(
        "accountant",
        "account.analytic.line",
        "search_read",
        domain=[["employee_id", "=", story.cast["employee"]]],
        fields=["amount"],
    )
    assert sum(cost["amount"] for cost in costs) == pytest.approx(-98.00, abs=0.001)


def test_the_customer_reads_what_solved_it(story):
    assert SOLUTION in story.seen_by_customer


def test_the_solved_case_is_found_by_the_next_one(story):
    found = story.api(
        "agent",
        "knowledge.entry",
        "search_similar",
        text="film strappato sulla barra, tarata a 165 gradi",
        lang="it_IT",
    )
    assert any(SOLUTION in (entry["solution"] or "") for entry in found)


def test_no_page_is_wider_than_its_screen(story):
    assert not story.sideways


def test_no_page_complains_in_the_browser(story):
    assert not [error for who in story.persons for error in who.errors]


def test_a_signature_is_an_image_that_was_drawn(story):
    (report,) = story.api(
        "accountant", "service.report", "read", [story.report_id], fields=["signature"]
    )
    with Image.open(io.BytesIO(base64.b64decode(report["signature"]))) as image:
        assert image.getextrema()[-1][1] > 0, "nothing was drawn"


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390 px", "1280 px"])
@pytest.mark.parametrize("name", ["outside"])
def test_everybody_can_read_and_use_every_page(campo, story, name, device):
    """No WCAG 2.1 A or AA violation on any page under /my, Odoo's own ones included.

    Those of customers are walked by role in `test_customer_browser.py`.
    """
    who = Person(story.browser, campo.address, f"story_{name}", device)
    found, walked = {}, []
    for path in walk(who):
        walked.append(path)
        found |= judge(who, path, device)
    who.leave()
    assert len(walked) > 8, walked
    assert not found
