"""Who works for us from outside does it all in the portal, with a phone 390 px wide.

A technician: the day, commitments, the site, the work, the signature, the month. The coordinator of
a firm: takes work on, sends the firm's own people, answers for them. What stands behind the links
in mails. Every page is readable and usable by everybody, and fits the narrowest screen.
"""

import re

import pytest

from campo import paths
from campo.accessibility import idle_controls, judge, on_paper, walk
from campo.browsing import DESK, PHONE, WITHOUT_SCRIPT, Person, draw_signature, photo

PICTURES = paths.LOCAL / "pictures"
# Where somebody from outside begins.
STARTS = ("/my", "/my/visits", "/my/subcontracts", "/my/expenses", "/my/visits/feed")
DEVICES = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390 px", "1280 px"])


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("outside_cast.py")


class Phone(Person):
    """Somebody who works with a phone; each page they look at has to fit it."""

    def __init__(self, campo, browser, login):
        super().__init__(browser, campo.address, login, PHONE, locale="en-US")
        # The first page makes the scripts and styles of all.
        self.page.set_default_timeout(60_000)

    def look(self, name):
        self.page.screenshot(path=PICTURES / f"outside-{name}.png", full_page=True)
        assert not self.scrolls_sideways(), name
        return " ".join(self.page.inner_text("main").split())

    def press(self, scope, button):
        """Press a button that sends its form; nothing may be refused."""
        with self.page.expect_navigation():
            scope.locator(f"button:visible:has-text('{button}')").first.click()
        refused = self.page.locator(".alert-danger:visible")
        assert not refused.count(), refused.all_inner_texts()

    def unfold(self, title):
        fold = self.page.locator(f"details:has(> summary:visible:has-text('{title}'))").first
        fold.locator("> summary").click()
        return fold

    def card(self, number):
        return self.page.locator(f".card:has-text('{number}')")


def test_a_technician_s_day_from_the_commitment_to_the_month(campo, cast, browser):
    tino = Phone(campo, browser, "outside_tino")
    page = tino.go("/my/visits")
    day = tino.look("day")
    assert "To be confirmed" in day

    # One is declined with its reason, for another one a better time is proposed.
    card = tino.card(cast["declined_number"])
    card.locator("summary").click()
    with page.expect_navigation():
        card.locator("button:has-text('Decline')").click()
    assert page.locator(".alert-danger").count(), "Without a reason nothing is declined."
    card = tino.card(cast["declined_number"])
    card.locator("input[name=reason]").fill("On holiday")
    tino.press(card, "Decline")
    card = tino.card(cast["proposed_number"])
    card.locator("summary").click()
    card.locator("input[name=proposed_start]").fill("2099-05-04T09:00")
    tino.press(card, "Propose this time")
    assert "You have proposed" in tino.look("answered")
    # The other one is confirmed with one tap.
    tino.press(tino.card(cast["work_number"]), "Confirm")

    # What the work needs: where, whom to call, the way there, the machine and its papers.
    page = tino.go(f"/my/interventions/{cast['work']}")
    told = tino.look("site")
    for text in ("Schio", "Via Lago di Garda 12", "Dino Outside", "Ask for Dino", "Gate 7"):
        assert text in told
    assert page.locator("a[href^='tel:+390445360118'], a[href^='tel:+39 0445 360118']").count()
    assert page.locator("a[href*='openstreetmap'], a[href*='maps'], a[href^='geo:']").count()
    assert "Cleaned the photocell" in page.locator("main").text_content()
    # No verdict on how the customer pays, and no price of ours.
    assert "Three returned payments" not in page.content()
    page = tino.go(f"/my/equipment/{cast['equipment']}")
    assert "wiring.txt" in tino.look("equipment")

    # On site: checklist, photos, hours, kilometres, a receipt.
    page = tino.go(f"/my/interventions/{cast['work']}")
    tino.press(page, "On site")
    checklist = page.locator("#checklist")
    with page.expect_navigation():
        checklist.locator("button[value=yes]").click()
    fold = tino.unfold("Photos")
    with page.expect_navigation():
        fold.locator("#photos").set_input_files([photo("blue")])
    fold = tino.unfold("Hours")
    fold.locator("button[data-minutes='30']").click()
    tino.press(fold, "Save the hours")
    fold = tino.unfold("Kilometres")
    fold.locator("#km").fill("84")
    tino.press(fold, "Save the kilometres")
    fold = page.locator("details:has(#amount)")
    fold.locator("summary").first.click()
    fold.locator("label[for^=expense_kind_]:visible").first.click()
    fold.locator("#receipt").set_input_files([photo("green")])
    fold.locator("#amount").fill("12,50")
    tino.press(fold, "Save the expense")
    recorded = tino.look("recorded")
    assert "84.00" in recorded
    assert "12.50" in recorded

    # The customer signs on the phone; the form is there to be printed.
    fold = tino.unfold("Make the report and sign")
    tino.press(fold, "To the signature")
    page.fill("#signer", "Dino Outside")
    draw_signature(page)
    tino.look("sign")
    tino.press(page, "Sign the report")
    link = page.locator("a[href*='/my/reports/']").first.get_attribute("href")
    form = tino.context.request.get(f"{campo.address}{link}")
    assert form.body().startswith(b"%PDF")
    tino.press(page, "Leave")

    # The month, and what goes on the own bill.
    page = tino.go("/my/expenses")
    month = tino.look("month")
    assert "12.50" in month
    assert "84" in month
    assert "To be put on your bill" in month
    assert not tino.errors
    tino.leave()


def test_the_coordinator_takes_work_on_and_answers_for_the_own_people(campo, cast, browser):
    chiara = Phone(campo, browser, "outside_chiara")
    page = chiara.go("/my")
    page.locator("a[href='/my/subcontracts']:visible").first.click()
    page.wait_for_url(re.compile("/my/subcontracts"))
    told = chiara.look("given")
    for text in ("Fit a new gate", "Lay the cable", "Via Lago di Garda 12"):
        assert text in told
    # Of the customer they get no more than where the work is.
    for hidden in ("Gamma Outside", "Dino", "Three returned payments"):
        assert hidden not in told

    def work(name):
        return page.locator(f".card:has-text('{name}')").first

    card = work("Lay the cable")
    card.locator("summary").last.click()
    card.locator("input[name=reason]").fill("All in Trento")
    chiara.press(card, "Decline")
    assert "Lay the cable" not in chiara.look("declined")
    card = work("Fit a new gate")
    card.locator("label:has-text('Fausto Outside')").click()
    card.locator("input[name=start]").fill("2099-05-04T09:00")
    card.locator("input[name=hours]").fill("2.5")
    with page.expect_navigation():
        card.locator("button[name=answer][value=accepted]").click()
    assert "Fausto Outside" in chiara.look("taken")
    # Somebody else goes, and the coordinator confirms for them.
    card = work("Fit a new gate")
    card.locator("summary").last.click()
    card.locator("select[name=new_employee_id]").select_option(label="Mirco Outside")
    chiara.press(card, "Send")
    card = work("Fit a new gate")
    assert "Mirco Outside" in " ".join(card.inner_text().split())
    chiara.press(card, "Confirm")
    chiara.look("confirmed")
    assert not chiara.errors
    chiara.leave()


@DEVICES
@pytest.mark.parametrize("login", ["outside_tino", "outside_chiara"])
def test_everybody_from_outside_reads_and_uses_every_page(campo, cast, browser, login, device):
    """No WCAG 2.1 A or AA violation, nothing wider than the narrowest screen."""
    who = Person(browser, campo.address, login, device)
    found, walked = {}, 0
    for path in walk(who, STARTS):
        walked += 1
        found |= judge(who, path, device)
    who.leave()
    assert walked > 5
    assert not found


@pytest.mark.parametrize("login", ["outside_tino", "outside_chiara"])
def test_everybody_from_outside_reads_without_a_script(campo, cast, browser, login):
    """Something to read on each page, and nothing offered that only a script would do."""
    who = Person(browser, campo.address, login, WITHOUT_SCRIPT, locale="en-US")
    idle, walked = {}, 0
    for path in walk(who, STARTS):
        walked += 1
        assert len(who.page.inner_text("main").strip()) > 20, path
        if found := idle_controls(who):
            idle[path] = found
    if login == "outside_tino":
        page = who.go(f"/my/interventions/{cast['work']}")
        page.screenshot(path=PICTURES / "without-script-work.png", full_page=True)
    who.leave()
    assert walked > 5
    assert not idle


def test_a_technician_prints_what_there_is_to_read(campo, cast, browser):
    who = Person(browser, campo.address, "outside_tino", DESK, locale="en-US")
    page = who.go(f"/my/interventions/{cast['work']}")
    assert not on_paper(who)
    page.emulate_media(media="print")
    printed = page.inner_text("main")
    for text in ("The gate stops halfway again", "Ask for Dino", "Gate 7", "84.00"):
        assert text in printed
    # Of a question that is answered by a button, the answer stays.
    assert page.locator("#checklist button:visible").all_inner_texts() == ["Yes"]
    page.pdf(path=PICTURES / "printed-work.pdf", format="A4")
    who.leave()


class Visitor:
    """Somebody who follows a link from a mail, without a login."""

    scrolls_sideways = Person.scrolls_sideways

    def __init__(self, campo, browser, device):
        self.address = campo.address
        self.context = browser.new_context(locale="en-US", timezone_id="Europe/Rome", **device)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)


@DEVICES
def test_the_pages_behind_links_in_mails(campo, cast, browser, device):
    """A visit to answer, a report to sign, and what a worthless link shows."""
    who = Visitor(campo, browser, device)
    found = {}
    for path, status in (
        (f"/service/visit/{cast['visit_token']}", 200),
        (f"/service/report/{cast['report_token']}", 200),
        ("/service/visit/worthless", 404),
        ("/service/report/worthless", 404),
    ):
        assert who.page.goto(f"{who.address}{path}").status == status, path
        name = path.split("/")[2] if status == 200 else f"worthless-{path.split('/')[2]}"
        who.page.screenshot(
            path=PICTURES / f"link-{name}-{who.page.viewport_size['width']}.png", full_page=True
        )
        found |= judge(who, path, device)
    who.context.close()
    assert not found


def test_a_link_in_a_mail_opens_no_more_than_its_record(campo, cast, browser):
    """Neither another page nor another kind of link takes its token, and looking does nothing."""
    who = Visitor(campo, browser, PHONE)
    visit, report = cast["visit_token"], cast["report_token"]
    who.page.goto(f"{who.address}/service/visit/{visit}")
    for path in (
        f"/service/report/{visit}",
        f"/service/visit/{report}",
        f"/service/feed/{visit}.ics",
        f"/my/interventions/{cast['work']}?access_token={visit}",
    ):
        answer = who.page.goto(f"{who.address}{path}")
        assert answer.status == 404 or "/web/login" in who.page.url, path
    for path in (
        f"/service/visit/{visit}/answer?answer=accepted",
        f"/service/report/{report}/sign",
    ):
        assert who.page.goto(f"{who.address}{path}").status in (404, 405), path
    who.context.close()
