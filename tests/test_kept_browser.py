"""What somebody has typed, photographed or chosen is never lost on the way to the server.

The session ends meanwhile, the page is loaded anew, the server or the network fails, an answer
never comes back. A customer and an outside technician, each with a phone 390 px wide.
"""

import re

import pytest

from campo import paths
from campo.browsing import PHONE, Person, photo
from campo.trouble import answered_with, log_in_again, lose_session, never_answered, slow_network

PICTURES = paths.LOCAL / "pictures"
# Names and sizes of the files that are chosen now.
CHOSEN = "input => [...input.files].map(file => `${file.name} ${file.size > 0}`)"
# How many forms have their files in this browser's own database.
KEPT = """() => new Promise(resolve => {
    const opening = indexedDB.open("portal_customer");
    opening.onsuccess = () => {
        const database = opening.result;
        const found = database.objectStoreNames.contains("files")
            ? database.transaction("files").objectStore("files").count() : null;
        database.close();
        if (found) { found.onsuccess = () => resolve(found.result); } else { resolve(0); }
    };
})"""
# Wait until it is another number.
KEPT_CHANGES = f"""async before => {{
    for (let frame = 0; await ({KEPT})() === before; frame++) {{
        if (frame > 1000) {{ throw new Error("Nothing has been kept or dropped"); }}
        await new Promise(requestAnimationFrame);
    }}
}}"""


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("outside_cast.py")


class Phone(Person):
    """Somebody with a phone, and a form that has to survive."""

    def go(self, path):
        super().go(path)
        self.wait_for_scripts()
        return self.page

    def again(self):
        """Load the page anew."""
        self.page.reload()
        self.wait_for_scripts()

    def wait_for_scripts(self):
        self.page.wait_for_selector("body[is-ready=true]", state="attached")

    def come_back(self):
        log_in_again(self)
        self.wait_for_scripts()

    def choose(self, field, *files):
        """Choose files, and wait until the browser has put them by."""
        before = self.page.evaluate(KEPT)
        self.page.set_input_files(field, list(files))
        self.page.evaluate(KEPT_CHANGES, before)

    def chosen(self, field):
        self.page.wait_for_function(
            "field => document.querySelector(field).files.length", arg=field
        )
        return self.page.locator(field).evaluate(CHOSEN)

    def refused(self, scope="main"):
        alert = self.page.locator(f"{scope} .alert-danger:visible")
        alert.wait_for()
        sentence = alert.inner_text()
        alert.evaluate("alert => alert.remove()")
        return sentence


@pytest.fixture(scope="module")
def dino(campo, cast, browser):
    person = Phone(browser, campo.address, "outside_dino", PHONE, locale="en-US")
    yield person
    person.leave()


@pytest.fixture(scope="module")
def tino(campo, cast, browser):
    person = Phone(browser, campo.address, "outside_tino", PHONE, locale="en-US")
    yield person
    person.leave()


# === THE CUSTOMER === #


def test_a_request_outlives_a_reload_a_lost_session_and_every_failure(dino):
    page = dino.go("/my/tickets/new")
    page.fill("#name", "The gate opens by itself")
    page.fill("#description", "Since this morning")
    page.select_option("#equipment_id", label="Gate 7 [GO-7]")
    dino.choose("#files", photo("red"), photo("blue"))

    def is_still_there():
        assert page.input_value("#name") == "The gate opens by itself"
        assert page.input_value("#description") == "Since this morning"
        assert "Gate 7" in page.locator("#equipment_id option:checked").inner_text()
        assert dino.chosen("#files") == ["red.jpg true", "blue.jpg true"]

    dino.again()
    is_still_there()
    assert "red.jpg, blue.jpg" in page.inner_text("[role=status]")
    page.screenshot(path=PICTURES / "kept-request.png", full_page=True)
    lose_session(dino)
    page.click("button:has-text('Send the request')")
    dino.come_back()
    is_still_there()
    for status, said in (
        (500, "try again"),
        (503, "try again"),
        (413, "fewer files"),
        (429, "in a while"),
        (400, "Load this page again"),
        (None, "try again"),
    ):
        with answered_with(page, status):
            page.click("button:has-text('Send the request')")
            assert said in dino.refused(), status
        is_still_there()

    # It arrives, but what the server says to it doesn't: sent again, it is still one request.
    with never_answered(dino):
        page.click("button:has-text('Send the request')")
        dino.refused()
    dino.again()
    is_still_there()
    page.click("button:has-text('Send the request')")
    page.wait_for_url(re.compile(r"/my/tickets/\d+"))
    for name in ("red.jpg", "blue.jpg"):
        assert page.locator(f"main :text('{name}')").count() == 1
    page.evaluate(KEPT_CHANGES, 1)
    page = dino.go("/my/tickets")
    assert page.locator("main :text('The gate opens by itself')").count() == 1
    page = dino.go("/my/tickets/new")
    assert not page.input_value("#name")


def test_a_file_that_was_taken_back_is_not_asked_for(dino):
    drafts = "() => Object.keys(sessionStorage).filter(key => key.includes('draft'))"
    page = dino.go("/my/tickets/new")
    before = page.evaluate(drafts)
    dino.choose("#files", photo("red"))
    dino.again()
    assert dino.chosen("#files") == ["red.jpg true"]
    assert len(page.evaluate(drafts)) == len(before) + 1
    dino.choose("#files")
    dino.again()
    assert page.evaluate(drafts) == before
    assert not page.locator("#files").evaluate(CHOSEN)


def test_a_large_upload_shows_how_far_it_is(dino):
    page = dino.go("/my/tickets/new")
    page.fill("#name", "A long protocol")
    protocol = {"name": "log.txt", "mimeType": "text/plain", "buffer": b"12 V, 3 A\n" * 60_000}
    page.set_input_files("#files", [protocol])
    with slow_network(dino):
        page.click("button:has-text('Send the request')", no_wait_after=True)
        for part in (0.2, 0.6):
            page.wait_for_function(
                "part => document.querySelector('progress').value > part", arg=part
            )
        assert page.locator("button:has-text('Send the request')").is_disabled()
        page.wait_for_url(re.compile(r"/my/tickets/\d+"))
    assert "log.txt" in page.inner_text("main")


def test_a_reply_stays_until_it_is_sent(dino):
    page = dino.go("/my/tickets")
    with page.expect_navigation():
        page.locator("main a[href^='/my/tickets/']:has-text('The gate')").first.click()
    reply = page.locator(".o-mail-Composer-input:visible")
    send = page.locator(".o-mail-Composer-send")
    reply.fill("It did it again.")
    page.reload()
    reply.wait_for()
    assert reply.input_value() == "It did it again."
    for status in (500, None):
        with answered_with(page, status):
            send.click()
            page.locator(".o_notification:has-text('has not been sent')").wait_for()
        page.locator(".o_notification_close").click()
        assert reply.input_value() == "It did it again."
    lose_session(dino)
    send.click()
    page.locator(".o_notification:has-text('has not been sent')").wait_for()
    page.reload()
    log_in_again(dino)
    reply.wait_for()
    assert reply.input_value() == "It did it again."
    send.click()
    page.locator(".o-mail-Message:has-text('It did it again.')").wait_for()
    assert not reply.input_value()


def test_files_of_a_reply_are_seen_on_their_way_and_stay_until_it_is_sent(dino):
    page = dino.go("/my/tickets")
    with page.expect_navigation():
        page.locator("main a[href^='/my/tickets/']:has-text('The gate')").first.click()
    reply = page.locator(".o-mail-Composer-input:visible")
    reply.fill("Look at this.")
    protocol = {"name": "log.txt", "mimeType": "text/plain", "buffer": b"12 V, 3 A\n" * 60_000}
    field = page.locator(".o-mail-Composer input[type=file]")
    with slow_network(dino):
        field.set_input_files([protocol])
        bar = page.locator(".o-mail-Composer progress")
        bar.wait_for()
        for part in (0.2, 0.6):
            # The conversation stands in a root of its own, where only a locator looks.
            bar.evaluate(
                """async (bar, part) => {
                    while (bar.isConnected && !(bar.value > part)) {
                        await new Promise(requestAnimationFrame);
                    }
                    if (!bar.isConnected) { throw new Error("It has gone too early"); }
                }""",
                part,
            )
        bar.wait_for(state="detached")
    field.set_input_files([photo("red")])
    files = page.locator(".o-mail-Composer .o-mail-AttachmentContainer:not(.o-isUploading)")

    def are_still_there(*names):
        for name in names:
            files.and_(page.locator(f"[title='{name}']")).wait_for()
        assert files.count() == len(names)

    are_still_there("log.txt", "red.jpg")
    page.reload()
    are_still_there("log.txt", "red.jpg")
    lose_session(dino)
    page.reload()
    log_in_again(dino)
    are_still_there("log.txt", "red.jpg")
    assert reply.input_value() == "Look at this."
    page.screenshot(path=PICTURES / "kept-reply.png", full_page=True)
    # What is taken back stays away.
    photo_kept = files.and_(page.locator("[title='red.jpg']"))
    photo_kept.locator("button").click()
    photo_kept.wait_for(state="detached")
    page.reload()
    are_still_there("log.txt")
    page.locator(".o-mail-Composer-send").click()
    page.locator(".o-mail-Message:has-text('Look at this.') [title='log.txt']").wait_for()
    page.reload()
    page.locator(".o-mail-Message:has-text('Look at this.')").wait_for()
    assert not files.count()


# === THE OUTSIDE TECHNICIAN === #


def fold(page, field):
    """The closed part of the page that has this field."""
    return page.locator(f"details:has({field})").last


def test_hours_and_parts_outlive_a_failure_as_they_were_typed(tino, cast):
    page = tino.go(f"/my/interventions/{cast['work']}")
    hours = fold(page, "#work_start")
    hours.locator("summary").click()
    hours.locator("label:has-text('Travel')").click()
    page.fill("#work_start", "2026-11-02T07:10")
    page.fill("#work_stop", "2026-11-02T08:05")
    page.fill("#work_name", "Vicenza by motorway")
    lose_session(tino)
    hours.locator("button[type=submit]").click()
    tino.come_back()

    def is_still_there():
        assert page.input_value("#work_start") == "2026-11-02T07:10"
        assert page.input_value("#work_stop") == "2026-11-02T08:05"
        assert page.input_value("#work_name") == "Vicenza by motorway"
        assert page.locator("#kind_travel").is_checked()
        assert fold(page, "#work_start").get_attribute("open") is not None

    is_still_there()
    with answered_with(page, 503), page.expect_navigation():
        fold(page, "#work_start").locator("button[type=submit]").click()
    page.go_back()
    tino.wait_for_scripts()
    is_still_there()
    with page.expect_navigation():
        fold(page, "#work_start").locator("button[type=submit]").click()
    tino.wait_for_scripts()
    assert page.locator("main :text('Vicenza by motorway')").count() == 1
    assert not page.input_value("#work_name")


def test_a_part_that_a_search_has_chosen_outlives_a_reload(tino, cast):
    page = tino.go(f"/my/interventions/{cast['work']}")
    fold(page, "#part_search").locator("summary").click()
    page.fill("#part_search", "PHOTOCELL-O")
    page.wait_for_function("() => document.querySelector('#product_id').value")
    tino.again()
    assert "Photocell Outside" in page.locator("#product_id option:checked").inner_text()


def test_an_expense_and_its_receipt_outlive_a_lost_session(tino, cast):
    page = tino.go(f"/my/interventions/{cast['work']}")
    fold(page, "#amount").locator("summary").first.click()
    kind = fold(page, "#amount").locator("input[name=kind]:not([data-mileage]):not([data-days])")
    kind = kind.first.get_attribute("id")
    page.click(f"label[for={kind}]")
    page.fill("#amount", "17,30")
    page.check("#traceable")
    tino.choose("#receipt", photo("green"))
    lose_session(tino)
    fold(page, "#amount").locator("button:has-text('Save the expense')").click()
    tino.come_back()
    assert tino.chosen("#receipt") == ["green.jpg true"]
    assert page.input_value("#amount") == "17,30"
    assert page.locator(f"#{kind}").is_checked()
    assert page.locator("#traceable").is_checked()
    page.screenshot(path=PICTURES / "kept-expense.png", full_page=True)
    with never_answered(tino):
        fold(page, "#amount").locator("button:has-text('Save the expense')").click()
        tino.refused()
    tino.again()
    assert tino.chosen("#receipt") == ["green.jpg true"]
    with page.expect_navigation():
        fold(page, "#amount").locator("button:has-text('Save the expense')").click()
    tino.wait_for_scripts()
    assert page.inner_text("main").count("17.30") == 1


def test_photos_made_without_a_network_are_still_there(tino, cast):
    page = tino.go(f"/my/interventions/{cast['work']}")
    fold(page, "#photos").locator("summary").click()
    page.select_option("#photo_kind", "after")
    with answered_with(page, None):
        tino.choose("#photos", photo("orange"))
        assert "still here" in tino.refused()
    tino.again()
    assert tino.chosen("#photos") == ["orange.jpg true"]
    assert page.input_value("#photo_kind") == "after"
    with page.expect_navigation():
        fold(page, "#photos").locator("button[type=submit]").click()
    assert page.locator("main img[alt*='orange'], main :text('orange.jpg')").count()


# === THE DEVICE === #


def test_nobody_else_on_this_device_finds_it(campo, cast, browser):
    somebody = Phone(browser, campo.address, "outside_chiara", PHONE, locale="en-US")
    page = somebody.go("/my/tickets/new")
    page.fill("#name", "For nobody else")
    somebody.choose("#files", photo("grey"))
    lose_session(somebody)
    page.click("button:has-text('Send the request')")
    somebody.login = "outside_dino"
    somebody.come_back()
    page = somebody.go("/my/tickets/new")
    assert not page.input_value("#name")
    assert not page.locator("#files").evaluate(CHOSEN)
    page.fill("#name", "Of mine")
    somebody.choose("#files", photo("white"))
    # Who logs out leaves nothing behind.
    page.locator("#o_logout").evaluate("link => link.click()")
    page.wait_for_url(lambda url: "/my" not in url)
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.includes('draft'))") == []
    assert page.evaluate(KEPT) == 0
    somebody.leave()


def test_whoever_logs_out_does_though_the_browser_s_database_never_answers(campo, cast, browser):
    somebody = Phone(browser, campo.address, "outside_dino", PHONE, locale="en-US")
    somebody.page.add_init_script(
        """const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (name, ...version) {
            return name === "portal_customer" ? {} : open.call(this, name, ...version);
        };"""
    )
    page = somebody.go("/my/tickets")
    with page.expect_navigation():
        page.locator("main a[href^='/my/tickets/']:has-text('The gate')").first.click()
    page.locator(".o-mail-Composer-input:visible").fill("Not sent.")
    page.locator("#o_logout").evaluate("link => link.click()")
    page.wait_for_url(lambda url: "/my" not in url)
    # Odoo has saved the reply once more on the way.
    replies = "Object.keys(localStorage).filter(key => key.startsWith('Composer,'))"
    assert page.evaluate(replies) == []
    somebody.leave()
