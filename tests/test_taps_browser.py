"""Technicians with a phone, 390 px wide: how many taps the things of every day cost (D12).

One works outside, in the portal; the other in the house, in the mobile web client. Each tap is
counted, on something large enough for a thumb; nothing is scrolled sideways.
"""

from datetime import datetime, timedelta

import pytest

from campo.browsing import PHONE, Person, photo

TAPS = {"confirm": 1, "check in": 1, "labour": 3, "photo": 2}
# Pixels; what is smaller is missed by a thumb.
THUMB = 32
FORMAT = "%Y-%m-%d %H:%M:%S"


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("story_cast.py")


class Thumb:
    """Taps on a phone, and counts them."""

    def __init__(self, campo, cast, browser, name):
        self.campo, self.cast = campo, cast
        self.who = Person(browser, campo.address, f"story_{name}", PHONE, locale="en-US")
        self.page = self.who.page
        # The first page makes the scripts and styles of all.
        self.page.set_default_timeout(60_000)
        self.count = 0

    def go(self, path):
        self.page = self.who.go(path)
        return self.page

    def tap(self, target):
        """Tap on something; it has to be there, and large enough."""
        target.wait_for()
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= THUMB, (target, box)
        self.count += 1
        target.tap()

    def choose(self, target, *files):
        """Tap on what opens the camera, and take the pictures."""
        with self.page.expect_file_chooser() as chooser:
            self.tap(target)
        # What the camera gives back is confirmed there with one tap more.
        self.count += 1
        chooser.value.set_files(list(files))

    def taps(self):
        """How many it took since last asked; the screen fits the phone."""
        assert not self.who.scrolls_sideways(), self.page.url
        count, self.count = self.count, 0
        return count

    def rows(self, model, intervention, *fields):
        return self.campo.call(
            self.cast["keys"]["accountant"],
            model,
            "search_read",
            domain=[["intervention_id", "=", intervention]],
            fields=list(fields),
        )


def planned(campo, cast, employee):
    """An intervention with a visit that begins within the hour."""
    key = cast["keys"]["agent"]
    (intervention,) = campo.call(
        key,
        "service.intervention",
        "create",
        vals_list=[{"name": "Nastro fermo", "partner_id": cast["alfa"], "site_id": cast["site"]}],
    )
    start = datetime.utcnow().replace(microsecond=0) + timedelta(minutes=20)
    campo.call(
        key,
        "service.intervention",
        "plan",
        [intervention],
        start=start.strftime(FORMAT),
        stop=(start + timedelta(hours=3)).strftime(FORMAT),
        employee_ids=[cast[employee]],
    )
    return intervention


def attached(campo, cast, intervention):
    return campo.call(
        cast["keys"]["agent"],
        "ir.attachment",
        "search_count",
        domain=[["res_model", "=", "service.intervention"], ["res_id", "=", intervention]],
    )


def test_the_taps_of_a_technician_outside(campo, cast, browser):
    intervention = planned(campo, cast, "employee")
    thumb = Thumb(campo, cast, browser, "outside")
    page = thumb.go("/my/visits")
    found = {}
    with page.expect_navigation():
        thumb.tap(page.locator("button:visible:has-text('Confirm')").first)
    found["confirm"] = thumb.taps()
    page = thumb.go(f"/my/interventions/{intervention}")
    with page.expect_navigation():
        thumb.tap(page.locator("button:visible:has-text('On site')").first)
    found["check in"] = thumb.taps()

    def unfold(title):
        fold = page.locator(
            f"details.o_portal_customer_fold:has(> summary:has-text('{title}'))"
        ).first
        thumb.tap(fold.locator("> summary"))
        return fold

    fold = unfold("Hours")
    thumb.tap(fold.locator("button[data-minutes='30']"))
    with page.expect_navigation():
        thumb.tap(fold.locator("button:has-text('Save the hours')"))
    found["labour"] = thumb.taps()
    fold = unfold("Photos")
    thumb.taps()
    with page.expect_navigation():
        thumb.choose(fold.locator("#photos"), photo("blue"))
    found["photo"] = thumb.taps()
    assert found == TAPS
    lines = thumb.rows("service.work.line", intervention, "kind", "quantity")
    # Late in the evening the half hour goes over into the next time band.
    hours = [line["quantity"] for line in lines if line["kind"] == "labour"]
    assert sum(hours) == pytest.approx(0.5)
    assert attached(campo, cast, intervention) == 1
    assert not thumb.who.errors


def test_the_taps_of_a_technician_of_the_house(campo, cast, browser):
    intervention = planned(campo, cast, "inside")
    thumb = Thumb(campo, cast, browser, "inside")
    page = thumb.go("/odoo/field-service-mine")
    card = page.locator(".o_kanban_record:has-text('Nastro fermo')").first
    found = {}
    thumb.tap(card.locator("button[name=action_confirm_visit]"))
    card.locator("button[name=action_start_travel]").wait_for()
    found["confirm"] = thumb.taps()
    thumb.tap(card.locator("button[name=action_check_in]"))
    card.locator("button[name=action_check_out]").wait_for()
    found["check in"] = thumb.taps()
    thumb.tap(card.locator("button[name=action_record_work]"))
    dialog = page.locator(".modal")
    thumb.tap(dialog.locator("[name=duration] .btn, [name=duration] span.badge").first)
    thumb.tap(dialog.locator("button[name=action_confirm]"))
    dialog.wait_for(state="detached")
    found["labour"] = thumb.taps()
    thumb.choose(card.locator("button:has(.fa-camera)"), photo("blue"))
    page.wait_for_function(
        "() => !document.querySelector('.o_kanban_record .fa-camera.fa-spin, .fa-spinner')"
    )
    found["photo"] = thumb.taps()
    assert found == TAPS
    lines = thumb.rows("service.work.line", intervention, "kind", "quantity")
    # Late in the evening the half hour goes over into the next time band.
    hours = [line["quantity"] for line in lines if line["kind"] == "labour"]
    assert sum(hours) == pytest.approx(0.5)
    assert attached(campo, cast, intervention) == 1
    assert not thumb.who.errors
