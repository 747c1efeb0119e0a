"""A customer with a phone, 390 px wide, from the label on the machine to the invoice.

For whom they act and whom they invite, too; then every page by role.

What others do meanwhile goes through the public methods. Pictures lie in the local folder.
"""

import csv
import io
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from campo import paths
from campo.accessibility import STARTS, complaints, idle_controls, judge, on_paper, walk
from campo.browsing import DESK, PHONE, WITHOUT_SCRIPT, Person, draw_signature, photo

TITLE = "Il film della confezionatrice si strappa"
# What was solved for the same customer before, and what another one has.
SOLVED = "Il film si strappa dopo la pausa"
FOREIGN = "La caldaia non parte"
COLLEAGUE = "marta@alfa-story.example.com"
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

    def press(self, scope, button):
        """Press a button that leads on."""
        with self.page.expect_navigation():
            scope.locator(f"button:visible:has-text('{button}')").first.click()

    def follow(self, link):
        """Tap on a link to another page."""
        with self.page.expect_navigation():
            self.page.locator(link).first.click()

    def save(self, link):
        """Tap on a link that gives a file; give what is in it."""
        with self.page.expect_download() as saving:
            self.page.locator(link).first.click()
        return Path(saving.value.path()).read_bytes()

    def all_steps(self):
        self.is_helped_by_an_article()
        self.opens_a_request()
        self.reads_that_it_is_planned()
        self.confirms_a_visit_and_asks_to_move_another()
        self.signs_by_the_link()
        self.opens_it_again_closes_and_rates()
        self.has_the_invoice_and_the_statement()
        self.acts_for_another_customer()
        self.gives_a_colleague_access()

    # === THE REQUEST === #

    def types_the_problem(self):
        """What is offered meanwhile."""
        self.page.locator("#name").press_sequentially(TITLE, delay=5)
        offered = self.page.locator(".o_portal_customer_similar article")
        offered.first.wait_for()
        return offered

    def typed(self):
        chosen = self.page.locator("#equipment_id option:checked").inner_text()
        return self.page.input_value("#name"), chosen

    def count_requests(self):
        return self.api("agent", "helpdesk.ticket", "search_count", domain=[])

    def is_helped_by_an_article(self):
        """The label of the machine is scanned; before a request is sent there is no need of it."""
        before = self.count_requests()
        page = self.who.go(self.cast["label"])
        offered = self.types_the_problem()
        self.scanned, self.offered = self.typed(), offered.all_inner_texts()
        article = offered.filter(has_text=TITLE)
        with page.expect_popup() as opening:
            article.locator("a").click()
        self.article = opening.value.inner_text("main")
        opening.value.close()
        self.look("1-offered")
        with page.expect_navigation():
            article.locator("button").click()
        self.look("1-solved")
        self.requests_made = self.count_requests() - before
        # It was too early to say so; then it is solved indeed.
        self.follow("a:has-text('go on with the request')")
        page.wait_for_selector("body[is-ready=true]", state="attached")
        self.went_on = self.typed()
        page.go_back()
        page.wait_for_selector("body[is-ready=true]", state="attached")
        self.follow("a:has-text('My requests')")

    def opens_a_request(self):
        page = self.who.go("/my")
        self.follow("a[href='/my/tickets']:visible")
        self.follow("a:has-text('New request')")
        self.left_over = page.input_value("#name")
        self.types_the_problem()
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
        self.events = self.api(
            "accountant",
            "knowledge.event",
            "search_read",
            domain=[["user_id.login", "=", "story_customer"]],
            fields=["kind", "entry_id", "res_id"],
        )

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
        self.follow(f"a[href='/my/interventions/{self.intervention_id}']")
        self.look("2-intervention")

    def confirms_a_visit_and_asks_to_move_another(self):
        page = self.page
        page.set_default_timeout(20_000)
        self.press(page.locator(".o_portal_customer_answer").first, "Confirm")
        answer = page.locator(".o_portal_customer_answer:has(button:has-text('Confirm'))").first
        answer.locator("summary").click()
        answer.get_by_label("Why?").fill("Inventory")
        later = datetime.now() + timedelta(days=9)
        answer.get_by_label("When would it suit you?").fill(later.strftime("%Y-%m-%dT10:00"))
        self.press(answer, "Propose this time")
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
        self.ics = self.save("a[href$='.ics']").decode()

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
        self.press(page, "Sign the report")
        self.look("4-signed")
        stranger.close()
        self.page, self.who = mine, mail_who
        page = self.who.go(f"/my/interventions/{self.intervention_id}")
        self.look("4-intervention")
        with page.expect_popup() as opening:
            page.locator("a[href*='/my/reports/']").first.click()
        opening.value.wait_for_url("**/pdf")
        self.report = self.download(opening.value.url.removeprefix(self.campo.address))
        opening.value.close()

    def download(self, path):
        return self.who.context.request.get(f"{self.campo.address}{path}").body()

    # === THE END === #

    def opens_it_again_closes_and_rates(self):
        self.api(
            "agent",
            "helpdesk.ticket",
            "action_close",
            [self.ticket_id],
            solution="New sensor.",
            cause="The sensor was worn.",
        )
        page = self.who.go(f"/my/tickets/{self.ticket_id}")
        page.click("summary:has-text('open it again')")
        self.look("5-solved")
        page.fill("#reason", "It tears again.")
        self.press(page, "Open it again")
        page.locator(".o-mail-Message:has-text('It tears again.')").wait_for()
        page.click("summary:has-text('It works again')")
        self.look("5-reopened")
        page.fill("#solution", "We have cleaned the new sensor.")
        self.press(page, "Close the request")
        self.history = page.locator(".o_portal_customer_history .fw-bold").all_inner_texts()
        self.look("5-closed")
        page.fill("#feedback", "Quick.")
        self.press(page, "Satisfied")
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
        self.csv = self.save("a:has-text('Download CSV')").decode("utf-8-sig")
        self.statement = self.save("a:has-text('Download PDF')")
        self.invoice_name = page.locator(f"a[href='/my/invoices/{self.invoice_id}'] .fw-bold")
        self.invoice_name = self.invoice_name.inner_text()
        self.follow(f"a[href='/my/invoices/{self.invoice_id}']")
        self.look("6-invoice")
        self.invoice = self.download(
            f"/my/invoices/{self.invoice_id}?report_type=pdf&download=true"
        )

    # === FOR WHOM, AND WHO ELSE === #

    def acts_for_another_customer(self):
        self.shown = {}
        for customer in ("Monte Story", "Alfa Story S.r.l."):
            self.page.select_option("#portal_customer_contact", label=customer)
            self.press(self.page, "Switch")
            lists = [
                self.who.go(f"/my/{name}").inner_text("main")
                for name in ("tickets", "equipment", "statement")
            ]
            self.look(f"7-{customer[:5].strip()}")
            self.shown[customer] = "\n".join(lists)

    def gives_a_colleague_access(self):
        page = self.who.go("/my")
        self.follow("a[href='/my/colleagues']:visible")
        page.fill("#colleague_name", "Marta Story")
        page.fill("#colleague_email", COLLEAGUE)
        self.press(page, "Send the invitation")
        card = page.locator(".card:has-text('Marta Story')")
        self.roles = [card.get_by_label("Sees").input_value()]
        card.get_by_label("Sees").select_option("accountant")
        self.press(card, "Save")
        self.roles.append(card.get_by_label("Sees").input_value())
        self.roles.append(self.read_colleague("portal_role"))
        card.locator("summary").click()
        self.look("8-colleague")
        self.press(card, "Take it")
        self.look("8-withdrawn")
        self.logins_left = self.read_colleague("user_ids")

    def read_colleague(self, field):
        (colleague,) = self.api(
            "agent",
            "res.partner",
            "search_read",
            domain=[["email", "=", COLLEAGUE]],
            fields=[field],
        )
        return colleague[field]


class Reader:
    """Somebody without a login in front of a page, as far as `accessibility` needs them."""

    def __init__(self, page):
        self.page = page

    scrolls_sideways = Person.scrolls_sideways


def text_of(pdf):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_label_of_a_machine_opens_a_request_on_it(story):
    assert story.scanned == (TITLE, "Confezionatrice Story [ST-2201]")


def test_articles_and_the_customer_s_own_solved_problems_are_offered_while_typing(story):
    offered = "\n".join(story.offered)
    assert TITLE in offered
    assert offered.count(SOLVED) == 1, "What was solved for others is theirs."
    assert "Sostituire il sensore" in story.article


def test_what_solved_it_before_a_request_is_counted_and_lets_them_go_on(story):
    assert story.requests_made == 0
    assert "No request has been sent" in story.seen["1-solved"]
    assert story.went_on == story.scanned
    assert not story.left_over
    (solved,) = [event for event in story.events if event["kind"] == "solved"]
    assert solved["entry_id"][1] == TITLE
    assert not solved["res_id"]


def test_what_was_offered_and_what_was_opened_of_it_is_counted(story):
    titles = {}
    for event in story.events:
        titles.setdefault(event["kind"], set()).add(event["entry_id"][1])
    assert {TITLE, SOLVED} <= titles["shown"]
    assert titles["opened"] == {TITLE}


def test_a_request_that_came_anyway_is_counted_on_what_was_offered(story):
    anyway = [event for event in story.events if event["kind"] == "anyway"]
    assert {event["res_id"] for event in anyway} == {story.ticket_id}
    assert {TITLE, SOLVED} <= {event["entry_id"][1] for event in anyway}


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


def test_it_is_opened_again_closed_and_rated_by_the_customer(story):
    assert "What solved it" in story.seen["5-solved"]
    assert "New sensor." in story.seen["5-solved"]
    assert "New sensor." not in story.seen["5-reopened"]
    assert "We have cleaned the new sensor." in story.seen["5-closed"]
    assert "Thank you for rating" in story.seen["5-rated"]


def test_the_history_says_in_words_what_happened(story):
    assert story.history[0] == "New"
    assert story.history[-3:] == ["Solved", "In progress", "Solved"]


def test_the_invoice_stands_on_the_statement_and_both_are_downloaded(story):
    # 84 km at 0.60, a part at 86.50, the call-out at 40.00, and 22 % on all of it.
    assert "215.82" in story.seen["6-statement"]
    (row,) = csv.DictReader(io.StringIO(story.csv))
    assert row["Number"] == story.invoice_name
    assert (row["Still open"], row["Days late"]) == ("215.82", "0")
    assert story.statement.startswith(b"%PDF")
    for text in (story.invoice_name, "215.82"):
        assert text in text_of(story.statement)
    assert story.invoice.startswith(b"%PDF")


def test_who_acts_for_two_customers_sees_one_at_a_time(story):
    alfa, monte = story.shown["Alfa Story S.r.l."], story.shown["Monte Story"]
    assert FOREIGN in monte
    assert "Caldaia Story" in monte
    for text in (TITLE, "Confezionatrice Story", "215.82"):
        assert text in alfa
        assert text not in monte
    for text in (FOREIGN, "Caldaia Story"):
        assert text not in alfa


def test_a_colleague_is_invited_given_another_role_and_withdrawn(story):
    assert story.roles == ["own", "accountant", "accountant"]
    assert "Marta Story" in story.seen["8-colleague"]
    assert "Marta Story" not in story.seen["8-withdrawn"]
    assert story.logins_left == []


def test_everything_fits_the_phone_and_can_be_used_by_everybody(story):
    assert not story.sideways
    assert not story.blocked
    assert not story.who.errors


def test_a_request_is_read_sent_and_closed_without_a_script(campo, cast, story, browser):
    who = Person(browser, campo.address, "story_site", WITHOUT_SCRIPT, locale="en-US")
    page = who.page
    # Who scans a label and has not logged in comes to the request all the same.
    who.context.clear_cookies()
    page.goto(f"{campo.address}{cast['label']}")
    page.fill("input[name=login]", "story_site")
    page.fill("input[name=password]", "story_site")
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/my/tickets/new"))
    assert "Confezionatrice Story" in page.locator("#equipment_id option:checked").inner_text()
    page = who.go("/my")
    for path in ("/my/tickets", "/my/interventions", "/my/equipment", "/my/knowledge"):
        assert page.locator(f"a[href='{path}']:visible").count(), path
    page = who.go("/my/tickets/new")
    page.fill("#name", "Without a script")
    page.select_option("#category_id", str(cast["category"]))
    page.get_by_label("Which shift").fill("The second one")
    page.set_input_files("#files", [photo()])
    page.click("button:has-text('Send the request')")
    page.wait_for_url(re.compile(r"/my/tickets/\d+"))
    body = page.inner_text("body")
    assert "We have received your request" in body
    assert "The second one" in body
    assert page.locator("main img[alt='red.jpg']").count() == 1

    # What is said about it, and an answer with a file.
    ticket = int(re.search(r"/my/tickets/(\d+)", page.url).group(1))
    said = {"body": "Which film is it?", "message_type": "comment"}
    comment = {"subtype_xmlid": "mail.mt_comment"}
    story.api("agent", "helpdesk.ticket", "message_post", [ticket], **said, **comment)
    page = who.go(f"/my/tickets/{ticket}")
    conversation = page.locator("#conversation")
    assert "Which film is it?" in conversation.inner_text()
    page.get_by_label("Your message").fill("The blue one.")
    page.set_input_files("#reply_files", [photo("blue")])
    with page.expect_navigation():
        conversation.locator("button:has-text('Send')").click()
    assert "The blue one." in conversation.inner_text()
    assert conversation.locator("a:has-text('blue.jpg')").count() == 1
    page.screenshot(path=PICTURES / "without-script-request.png", full_page=True)

    page.locator("summary:has-text('It works again')").click()
    page.get_by_label("What solved it?").fill("Another film.")
    with page.expect_navigation():
        page.click("button:has-text('Close the request')")
    with page.expect_navigation():
        page.click("button:has-text('Satisfied')")
    assert "Thank you for rating" in page.inner_text("main")
    page = who.go("/my/tickets")
    page.screenshot(path=PICTURES / "without-script-list.png", full_page=True)
    with page.expect_navigation():
        page.click("a:has-text('Closed'):visible")
    assert "Without a script" in page.inner_text("main")
    with page.expect_navigation():
        page.click("#o_logout")
    who.leave()


def test_a_visit_is_confirmed_and_moved_without_a_script(campo, cast, story, browser):
    start = datetime.utcnow().replace(microsecond=0) + timedelta(days=3)
    for hours in (0, 4):
        story.api(
            "agent",
            "service.intervention",
            "plan",
            [story.intervention_id],
            start=(start + timedelta(hours=hours)).strftime(FORMAT),
            stop=(start + timedelta(hours=hours + 1)).strftime(FORMAT),
            employee_ids=[cast["employee"]],
            invite_customer=True,
        )
    who = Person(browser, campo.address, "story_customer", WITHOUT_SCRIPT, locale="en-US")
    page = who.go(f"/my/interventions/{story.intervention_id}")
    confirmed = page.locator("main :text('You have confirmed')")
    proposed = page.locator("main :text('You have proposed')")
    before = confirmed.count(), proposed.count()
    with page.expect_navigation():
        page.locator(".o_portal_customer_answer button:has-text('Confirm')").first.click()
    assert (confirmed.count(), proposed.count()) == (before[0] + 1, before[1])
    answer = page.locator(".o_portal_customer_answer:not(:has(.alert))").last
    answer.locator("summary").click()
    answer.get_by_label("Why?").fill("Inventory")
    answer.get_by_label("When would it suit you?").fill("2099-05-04T10:00")
    with page.expect_navigation():
        answer.locator("button:has-text('Propose this time')").click()
    assert proposed.count() == before[1] + 1
    who.leave()


def test_every_page_is_read_without_a_script(campo, story, browser):
    """Something to read on each one, and nothing offered that only a script would do."""
    who = Person(browser, campo.address, "story_customer", WITHOUT_SCRIPT, locale="en-US")
    idle, walked = {}, []
    for path in walk(who):
        walked.append(path)
        assert len(who.page.inner_text("main").strip()) > 20, path
        if found := idle_controls(who):
            idle[path] = found
    who.leave()
    assert len(walked) > 8, walked
    assert not idle


def test_what_is_printed_is_what_there_is_to_read(campo, cast, story, browser):
    who = Person(browser, campo.address, "story_customer", DESK, locale="en-US")
    who.go("/my/contracts")
    contract = who.page.locator("main a[href^='/my/contracts/']").first.get_attribute("href")
    who.go("/my/knowledge")
    article = who.page.locator("main a[href^='/my/knowledge/']").first
    title, article = article.inner_text().strip().split("\n")[0], article.get_attribute("href")
    said = {"body": "We have changed the sensor.", "message_type": "comment"}
    comment = {"subtype_xmlid": "mail.mt_comment"}
    story.api("agent", "helpdesk.ticket", "message_post", [story.ticket_id], **said, **comment)
    for path, texts in (
        (f"/my/tickets/{story.ticket_id}", (TITLE, "The first one", "What solved it")),
        (f"/my/interventions/{story.intervention_id}", (story.number, "Andrea Story", "Giulia")),
        ("/my/statement", ("215.82",)),
        (contract, ("Full maintenance", "Confezionatrice Story")),
        (article, (title,)),
    ):
        page = who.go(path)
        if "/tickets/" in path:
            page.locator(".o-mail-Message:has-text('changed the sensor')").wait_for()
        name = path.split("/")[2]
        assert not on_paper(who), path
        page.emulate_media(media="print")
        printed = page.inner_text("main")
        for text in texts:
            assert text in printed, (path, text)
        if "/tickets/" in path:
            assert page.locator(".o-mail-Message:has-text('changed the sensor')").is_visible()
            assert not page.locator(".o-mail-Composer").is_visible()
        page.pdf(path=PICTURES / f"printed-{name}.pdf", format="A4")
        page.emulate_media(media="screen")
    who.leave()


@pytest.fixture(scope="module")
def long_words(story):
    """A word of 60 letters in every name; the pages that show it."""
    word = "Ueberlast" * 7
    for who, model, ids in (
        ("agent", "helpdesk.ticket", [story.ticket_id]),
        ("agent", "service.intervention", [story.intervention_id]),
        ("accountant", "service.equipment", [story.cast["equipment"]]),
    ):
        story.api(who, model, "write", ids, vals={"name": f"{TITLE} {word}"})
    for model, record in (
        ("helpdesk.ticket", story.ticket_id),
        ("service.intervention", story.intervention_id),
    ):
        file = {"name": f"{word}.txt", "data": "MTIgVg=="}
        story.api("customer", model, "reply", [record], body=word, files=[file])
    return f"/my/tickets/{story.ticket_id}", f"/my/interventions/{story.intervention_id}"


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390 px", "1280 px"])
@pytest.mark.parametrize("name", ["customer", "site", "ledger"])
def test_each_role_can_read_and_use_every_page(campo, story, long_words, browser, name, device):
    """No WCAG 2.1 A or AA violation on any page that this role finds, nor on a missing one."""
    who = Person(browser, campo.address, f"story_{name}", device)
    found, walked = {}, []
    for path in walk(who, (*STARTS, *long_words)):
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
