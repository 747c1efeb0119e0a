"""A customer with a phone, 390 px wide, from the fault to the invoice; then every page by role.

What others do meanwhile goes through the public methods. Pictures lie in the local folder.
"""

import io
import re
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader

from campo import paths
from campo.accessibility import complaints, judge, walk
from campo.browsing import DESK, PHONE, Person, draw_signature, photo

TITLE = "Il film della confezionatrice si strappa"
FORMAT = "%Y-%m-%d %H:%M:%S"
PICTURES = paths.LOCAL / "pictures"


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("story_cast.py") | campo.run_in_shell("customer_cast.py")


@pytest.fixture(scope="module")
def story(campo, cast, browser):
    """Walk the whole way once; the tests look at what came of it."""
    walked = CustomerStory(campo, cast, browser)
    try:
        walked.all_steps()
    except BaseException:
        walked.page.screenshot(path=PICTURES / "customer-failed.png")
        raise
    return walked


class CustomerStory:
    """What a customer does on the phone, and what they see."""

    def __init__(self, campo, cast, browser):
        self.campo, self.cast, self.browser = campo, cast, browser
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.who = Person(browser, campo.address, "story_customer", PHONE, locale="en-US")
        self.page = self.who.page
        self.sideways, self.blocked, self.seen = [], {}, {}

    def api(self, who, model, method, ids=None, **arguments):
        return self.campo.call(self.cast["keys"][who], model, method, ids, **arguments)

    def look(self, name):
        """Keep what the page says, a picture of it, and what keeps somebody from using it."""
        self.seen[name] = self.page.inner_text("body")
        self.page.screenshot(path=PICTURES / f"customer-{name}.png", full_page=True)
        if self.who.scrolls_sideways():
            self.sideways.append(name)
        if found := complaints(self.who):
            self.blocked[name] = found

    def all_steps(self):
        self.opens_a_request()
        self.reads_that_it_is_planned()
        self.confirms_a_visit_and_asks_to_move_another()
        self.signs_by_the_link()
        self.rates_what_was_solved()
        self.has_the_invoice_and_the_statement()

    # === THE REQUEST === #

    def opens_a_request(self):
        page = self.who.go("/my")
        with page.expect_navigation():
            page.locator("a[href='/my/tickets']:visible").first.click()
        with page.expect_navigation():
            page.click("a:has-text('New request')")
        page.locator("#name").press_sequentially(TITLE, delay=5)
        offered = page.locator(".o_portal_customer_similar article").first
        offered.wait_for()
        self.offered = offered.inner_text()
        page.fill("#description", "Dalle sette, errore E47.")
        page.select_option("#equipment_id", str(self.cast["equipment"]))
        page.select_option("#category_id", str(self.cast["category"]))
        page.get_by_label("Which shift").fill("The first one")
        page.get_by_label("Production stopped").check()
        page.set_input_files("#files", [photo()])
        self.look("1-new")
        page.click("button:has-text('Send the request')")
        page.wait_for_url(re.compile(r"/my/tickets/\d+"))
        self.ticket_id = int(re.search(r"/my/tickets/(\d+)", page.url).group(1))
        self.look("1-sent")

    # === THE VISITS === #

    def reads_that_it_is_planned(self):
        made = self.api("agent", "helpdesk.ticket", "create_intervention", [self.ticket_id])
        self.intervention_id, self.number = made["intervention_id"], made["number"]
        start = datetime.utcnow().replace(microsecond=0) + timedelta(days=2)
        self.visits = [
            self.api(
                "agent",
                "service.intervention",
                "plan",
                [self.intervention_id],
                start=(start + timedelta(days=day)).strftime(FORMAT),
                stop=(start + timedelta(days=day, hours=2)).strftime(FORMAT),
                employee_ids=[self.cast["employee"]],
                invite_customer=True,
            )["event_id"]
            for day in range(2)
        ]
        page = self.who.go("/my")
        page.wait_for_function(
            "() => document.querySelector('a[href=\"/my/visits\"]')?.innerText.includes('2')"
        )
        self.look("2-home")
        page = self.who.go(f"/my/tickets/{self.ticket_id}")
        page.locator(".o_portal_customer_answer").first.wait_for()
        self.look("2-request")
        with page.expect_navigation():
            page.locator(f"a[href='/my/interventions/{self.intervention_id}']").first.click()
        self.look("2-intervention")

    def confirms_a_visit_and_asks_to_move_another(self):
        page = self.page
        page.set_default_timeout(20_000)
        answers = page.locator(".o_portal_customer_answer")
        with page.expect_navigation():
            answers.first.locator("button:has-text('Confirm')").click()
        answer = page.locator(".o_portal_customer_answer:not(:has(.alert))").last
        answer.locator("summary").click()
        answer.get_by_label("Why?").fill("Inventory")
        later = datetime.now() + timedelta(days=9)
        answer.get_by_label("When would it suit you?").fill(later.strftime("%Y-%m-%dT10:00"))
        with page.expect_navigation():
            answer.locator("button:has-text('Propose this time')").click()
        self.look("3-answered")
        self.answers = sorted(
            attendee["state"]
            for attendee in self.api(
                "agent",
                "calendar.attendee",
                "search_read",
                domain=[["event_id", "in", self.visits], ["email", "like", "story_customer@"]],
                fields=["state"],
            )
        )
        ics = page.locator("a[href$='.ics']").first.get_attribute("href")
        self.ics = self.who.context.request.get(f"{self.campo.address}{ics}").text()

    # === THE REPORT === #

    def signs_by_the_link(self):
        job = [self.intervention_id]
        self.api("outside", "service.intervention", "check_in", job)
        self.api(
            "outside",
            "service.intervention",
            "record_work",
            job,
            lines=[
                {"kind": "mileage", "quantity": 84},
                {"kind": "part", "product_id": self.cast["product"], "quantity": 1},
            ],
        )
        answers = self.api(
            "outside",
            "service.checklist.answer",
            "search_read",
            domain=[["intervention_id", "=", self.intervention_id]],
            fields=["kind"],
        )
        values = {"yes_no": "yes", "number": "165"}
        self.api(
            "outside",
            "service.intervention",
            "answer_checklist",
            job,
            answers=[
                {"answer_id": answer["id"], "value": values[answer["kind"]]} for answer in answers
            ],
        )
        made = self.api("outside", "service.intervention", "make_report", job)
        self.report_id = made["report_id"]
        self.api("outside", "service.report", "ask_signature", [self.report_id])
        # Whoever reads their mail on the phone has not logged in there.
        stranger = self.browser.new_context(locale="en-US", **PHONE)
        page = stranger.new_page()
        link = self.campo.run_in_shell("mailed_link_cast.py")["link"]
        page.goto(f"{self.campo.address}{link}")
        mine, self.page = self.page, page
        mail_who, self.who = self.who, Reader(page)
        page.fill("input[name=name]", "Giulia Story")
        # As wide as its field once it takes strokes; until then as wide as HTML says.
        page.wait_for_function("() => document.querySelector('canvas').width !== 300")
        draw_signature(page)
        self.look("4-sign")
        with page.expect_navigation():
            page.click("button:has-text('Sign the report')")
        self.look("4-signed")
        stranger.close()
        self.page, self.who = mine, mail_who
        page = self.who.go(f"/my/interventions/{self.intervention_id}")
        self.look("4-intervention")
        href = page.locator("a[href*='/my/reports/']").first.get_attribute("href")
        self.report = self.download(href)

    def download(self, path):
        return self.who.context.request.get(f"{self.campo.address}{path}").body()

    # === THE END === #

    def rates_what_was_solved(self):
        self.api(
            "agent",
            "helpdesk.ticket",
            "action_close",
            [self.ticket_id],
            solution="New sensor.",
            cause="The sensor was worn.",
        )
        page = self.who.go(f"/my/tickets/{self.ticket_id}")
        self.look("5-solved")
        with page.expect_navigation():
            page.click("button:has-text('Satisfied')")
        self.look("5-rated")

    def has_the_invoice_and_the_statement(self):
        self.api("accountant", "service.report", "create_invoices", [self.report_id])
        (line,) = self.api(
            "accountant",
            "service.work.line",
            "search_read",
            domain=[["intervention_id", "=", self.intervention_id], ["kind", "=", "part"]],
            fields=["invoice_line_id"],
        )
        (row,) = self.api(
            "accountant",
            "account.move.line",
            "read",
            [line["invoice_line_id"][0]],
            fields=["move_id"],
        )
        self.invoice_id, _name = row["move_id"]
        self.api("accountant", "account.move", "action_post", [self.invoice_id])
        page = self.who.go("/my/statement")
        self.look("6-statement")
        self.csv = self.download("/my/statement/csv").decode("utf-8-sig")
        self.statement = self.download("/my/statement/pdf")
        with page.expect_navigation():
            page.locator(f"a[href='/my/invoices/{self.invoice_id}']").first.click()
        self.look("6-invoice")
        self.invoice = self.download(
            f"/my/invoices/{self.invoice_id}?report_type=pdf&download=true"
        )


class Reader:
    """Somebody without a login in front of a page, as far as `accessibility` needs them."""

    def __init__(self, page):
        self.page = page

    scrolls_sideways = Person.scrolls_sideways


def text_of(pdf):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_an_article_is_offered_while_typing(story):
    assert "film" in story.offered.lower()


def test_the_answers_and_the_photo_stand_on_the_request(story):
    assert "We have received your request" in story.seen["1-sent"]
    for text in ("Which shift", "The first one", "Production stopped", "Confezionatrice Story"):
        assert text in story.seen["1-sent"]


def test_the_home_tells_what_needs_an_answer(story):
    assert "Visits to confirm" in story.seen["2-home"]


def test_the_request_leads_to_its_intervention(story):
    assert story.number in story.seen["2-request"]
    assert "Andrea Story" in story.seen["2-intervention"]


def test_a_visit_is_confirmed_and_another_asked_to_be_moved(story):
    assert story.answers == ["accepted", "tentative"]
    assert "You have proposed" in story.seen["3-answered"]
    assert "BEGIN:VEVENT" in story.ics


def test_the_report_is_signed_by_the_link_and_read_without_prices(story):
    assert "is signed" in story.seen["4-signed"]
    for text in ("Giulia Story", story.number, "Sensore"):
        assert text in text_of(story.report)
    for price in ("86.50", "86,50", "50.40", "50,40"):
        assert price not in text_of(story.report) + story.seen["4-sign"]


def test_it_is_rated(story):
    assert "What solved it" in story.seen["5-solved"]
    assert "Thank you for rating" in story.seen["5-rated"]


def test_the_invoice_stands_on_the_statement_and_both_are_downloaded(story):
    # 84 km at 0.60, a part at 86.50, the call-out at 40.00, and 22 % on all of it.
    assert "215.82" in story.seen["6-statement"]
    assert "215.82" in story.csv
    assert "215" in text_of(story.statement)
    assert story.invoice.startswith(b"%PDF")


def test_everything_fits_the_phone_and_can_be_used_by_everybody(story):
    assert not story.sideways
    assert not story.blocked
    assert not story.who.errors


def test_a_request_is_read_and_sent_without_a_script(campo, cast, story, browser):
    context = browser.new_context(locale="en-US", java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto(f"{campo.address}/web/login")
    page.fill("input[name=login]", "story_site")
    page.fill("input[name=password]", "story_site")
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/my"))
    page.goto(f"{campo.address}/my")
    for path in ("/my/tickets", "/my/interventions", "/my/equipment", "/my/knowledge"):
        assert page.locator(f"a[href='{path}']:visible").count(), path
    page.goto(f"{campo.address}/my/tickets/new")
    page.fill("#name", "Without a script")
    page.select_option("#category_id", str(cast["category"]))
    page.get_by_label("Which shift").fill("The second one")
    page.set_input_files("#files", [photo()])
    page.click("button:has-text('Send the request')")
    page.wait_for_url(re.compile(r"/my/tickets/\d+"))
    body = page.inner_text("body")
    assert "We have received your request" in body
    assert "The second one" in body
    page.goto(f"{campo.address}/my/tickets")
    assert "Without a script" in page.inner_text("body")
    context.close()


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390 px", "1280 px"])
@pytest.mark.parametrize("name", ["customer", "site", "ledger"])
def test_each_role_can_read_and_use_every_page(campo, story, browser, name, device):
    """No WCAG 2.1 A or AA violation on any page that this role finds, nor on a missing one."""
    who = Person(browser, campo.address, f"story_{name}", device)
    found, walked = {}, []
    for path in walk(who):
        walked.append(path)
        found |= judge(who, path, device)
    for path in (
        "/my/tickets/999999999",
        "/my/tickets?search=nothing-of-this",
        "/service/report/x",
    ):
        who.page.goto(f"{campo.address}{path}")
        found |= judge(who, path, device)
    who.leave()
    assert len(walked) > (6 if name == "ledger" else 8), walked
    assert not found
