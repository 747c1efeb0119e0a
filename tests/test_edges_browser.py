"""The portal where nothing is as usual: no login, no records, a refused form, a page that isn't.

axe-core finds nothing on any of these pages at 390 and 1280 px, and none scrolls sideways.
"""

import pytest

from campo import paths
from campo.accessibility import judge, walk
from campo.browsing import DESK, PHONE, Person

PICTURES = paths.LOCAL / "pictures"
DEVICES = pytest.mark.parametrize("device", [PHONE, DESK], ids=["390 px", "1280 px"])


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("edges_cast.py")


class Somebody:
    """A browser without a login, and what keeps people from using what it shows."""

    scrolls_sideways = Person.scrolls_sideways

    def __init__(self, campo, browser, device):
        self.address, self.device, self.found = campo.address, device, {}
        self.context = browser.new_context(locale="en-US", timezone_id="Europe/Rome", **device)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)

    def open(self, path, status=200):
        answer = self.page.goto(f"{self.address}{path}")
        assert answer.status == status, path
        self.look(path)

    def look(self, name):
        width = self.page.viewport_size["width"]
        picture = "".join(letter if letter.isalnum() else "-" for letter in name)
        self.page.screenshot(path=PICTURES / f"edge{picture[:40]}-{width}.png", full_page=True)
        self.found |= judge(self, name, self.device)


@pytest.fixture
def somebody(campo, browser, device):
    who = Somebody(campo, browser, device)
    yield who
    who.context.close()


@DEVICES
def test_who_has_not_logged_in_yet(somebody, device):
    somebody.open("/web/login")
    somebody.page.fill("input[name=login]", "nobody")
    somebody.page.fill("input[name=password]", "wrong")
    somebody.page.click("button[type=submit]")
    somebody.page.locator(".alert-danger").wait_for()
    somebody.look("/web/login refused")
    somebody.open("/web/reset_password")
    somebody.open("/web/login?redirect=/my/tickets/new")
    assert not somebody.found


@DEVICES
def test_a_page_that_is_not_there_or_not_allowed(somebody, device):
    somebody.open("/nothing/is/here", 404)
    somebody.open("/service/visit/worthless", 404)
    somebody.open("/service/invitation/worthless", 404)
    somebody.open("/mail/unfollow?model=res.partner&res_id=1&pid=1&token=x", 403)
    # A form with the token of another session.
    somebody.page.goto(f"{somebody.address}/web/login")
    with somebody.page.expect_navigation() as sent:
        somebody.page.evaluate(
            """() => {
                const form = document.createElement("form");
                form.method = "post";
                form.innerHTML = '<input name="csrf_token" value="x" />';
                document.body.append(form);
                form.submit();
            }"""
        )
    assert sent.value.status == 400
    somebody.look("a form that is too old")
    assert not somebody.found


@DEVICES
def test_a_customer_of_whom_nothing_is_known(campo, cast, browser, device):
    who = Person(browser, campo.address, "edge_nora", device, locale="en-US")
    found, walked = {}, 0
    for path in walk(who, ("/my", "/my/statement", "/my/visits", "/my/knowledge", "/my/account")):
        walked += 1
        found |= judge(who, path, device)
        name = path.strip("/").replace("/", "-").partition("?")[0]
        width = who.page.viewport_size["width"]
        who.page.screenshot(path=PICTURES / f"empty-{name}-{width}.png", full_page=True)
    who.leave()
    assert walked > 8
    assert not found


@DEVICES
def test_a_form_that_is_refused(campo, cast, browser, device):
    who = Person(browser, campo.address, "edge_nora", device, locale="en-US")
    found = {}
    for path, send, typed in (
        ("/my/tickets/new", "Send the request", {"#name": " "}),
        ("/my/colleagues", "Send the invitation", {"#colleague_name": "X"}),
    ):
        page = who.go(path)
        # What the browser would refuse by itself is for the server to refuse here.
        page.evaluate("document.querySelectorAll('form').forEach(one => { one.noValidate = true })")
        for field, text in typed.items():
            page.fill(field, text)
        page.click(f"button:has-text('{send}')")
        page.locator(".alert-danger").wait_for()
        found |= judge(who, f"{path} refused", device)
    who.leave()
    assert not found


@DEVICES
def test_who_prefers_dark_reads_the_same(campo, cast, browser, device):
    """Odoo's portal has one style: it stays whole where the system asks for a dark one."""
    who = Person(browser, campo.address, "edge_nora", device, locale="en-US")
    who.page.emulate_media(color_scheme="dark")
    found = {}
    for path in ("/my", "/my/tickets/new", "/my/statement", "/my/colleagues"):
        who.go(path)
        found |= judge(who, path, device)
    who.leave()
    assert not found


@DEVICES
def test_who_has_tried_too_many_links(somebody, device):
    """Last of all: this address gets no other link for a while."""
    for _try in range(200):
        answer = somebody.context.request.get(f"{somebody.address}/service/visit/x")
        if answer.status == 429:
            break
    somebody.open("/service/visit/x", 429)
    assert not somebody.found
