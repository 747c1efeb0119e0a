"""An expense caught on the spot at 390 px: three taps and a photo, inside and in the portal."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from campo import paths
from campo.browsing import PHONE, Person, photo

PICTURES = paths.LOCAL / "pictures"
COUNT_TAPS = """
    window.addEventListener("pointerdown", (event) => {
        sessionStorage.campoTaps = Number(sessionStorage.campoTaps || 0) + 1;
    }, true);
"""


@pytest.fixture(scope="module")
def cast(campo):
    return campo.run_in_shell("expense_cast.py")


@pytest.fixture
def phone(campo, browser):
    """A person with a phone whose taps are counted."""

    def take(login, **device):
        person = Person(browser, campo.address, login, {**PHONE, **device}, locale="en-US")
        person.context.add_init_script(COUNT_TAPS)
        return person

    return take


def taps(page):
    return page.evaluate("Number(sessionStorage.campoTaps || 0)")


def look(person, name):
    person.page.screenshot(path=PICTURES / f"{name}.png")
    assert not person.scrolls_sideways(), name


def test_inside_three_taps_and_a_photo_from_my_work(cast, phone, tmp_path):
    dario = phone("receipts_inside")
    page = dario.go("/odoo/field-service-mine")
    card = page.locator(f".o_kanban_record:has-text('{cast['number']}')")
    card.locator("button[name=action_add_expense]").tap()
    page.locator(".modal .o_field_widget[name=kind_id]").wait_for()
    look(dario, "expense-inside-kinds")
    page.locator(".modal .o_selection_badge:has-text('Motorway')").tap()
    receipt = page.locator(".modal input[type=file]").first
    # A photo that the phone has not made yet is refused in a sentence, the dialog stays.
    soon = tmp_path / "soon.jpg"
    soon.touch()
    receipt.set_input_files(soon)
    page.locator(".o_notification:has-text('soon.jpg is empty')").wait_for()
    receipt.set_input_files([photo("red")])
    page.locator(".modal div[name=amount] input").fill("21.40")
    look(dario, "expense-inside-filled")
    page.locator(".modal footer button[name=action_confirm]").tap()
    page.locator(".modal").wait_for(state="detached")
    assert taps(page) == 3
    saved = page.evaluate(SAVED, cast["intervention"])
    assert [(item["total_amount"], item["nb_attachment"], item["state"]) for item in saved] == [
        (21.4, 1, "submitted")
    ]
    # What was spent is found again by month.
    page = dario.go("/odoo/action-expense_capture.hr_expense_action_month")
    page.locator(".o_list_view .o_group_header").first.wait_for()
    assert not dario.errors


SAVED = """async (id) => {
    const answer = await fetch("/web/dataset/call_kw/hr.expense/search_read", {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({jsonrpc: "2.0", params: {
            model: "hr.expense", method: "search_read", args: [[["intervention_id", "=", id]]],
            kwargs: {fields: ["total_amount", "nb_attachment", "state"]},
        }}),
    });
    return (await answer.json()).result;
}"""


def test_outside_three_taps_and_a_photo_and_a_refusal_loses_nothing(cast, phone):
    ada = phone("receipts_outside")
    page = ada.go(f"/my/interventions/{cast['intervention']}")
    fold = page.locator("details:has(#amount)")
    fold.locator("> summary").tap()
    fold.locator("label[for=expense_kind_restaurant]").tap()
    look(ada, "expense-outside-kinds")
    fold.locator("#receipt").set_input_files([photo("blue")])
    fold.locator("#amount").fill("-38,00")
    fold.locator("button:has-text('Save the expense')").tap()
    refusal = fold.locator(".alert-danger")
    refusal.wait_for()
    assert "cannot be negative" in refusal.inner_text()
    look(ada, "expense-outside-refused")
    assert fold.locator("#receipt").evaluate("input => input.files.length") == 1
    before = taps(page)
    fold.locator("#amount").fill("38,00")
    with page.expect_navigation():
        fold.locator("button:has-text('Save the expense')").tap()
    # The refused attempt cost one tap more.
    assert (before, taps(page)) == (3, 4)
    assert "38.00" in page.inner_text("body")
    look(ada, "expense-outside-saved")
    fold = page.locator("details:has(#amount)")
    fold.locator("> summary").tap()
    fold.locator("#receipts").set_input_files([photo("green"), photo("yellow")])
    with page.expect_navigation():
        fold.locator("button:has-text('Send')").tap()
    assert page.locator("text=Receipt green.jpg").count()


def test_outside_neither_a_refusal_nor_a_dead_spot_nor_a_reload_loses_an_expense(cast, phone):
    ada = phone("receipts_outside")
    page = ada.go(f"/my/interventions/{cast['intervention']}")
    form = page.locator("form.o_portal_customer_expense")

    def unfold():
        page.locator("details:has(> form.o_portal_customer_expense) > summary").tap()

    unfold()
    form.locator("label[for=expense_kind_hotel]").tap()
    form.locator("#receipt").set_input_files([photo("orange")])
    form.locator("#amount").fill("120,00")
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    form.locator("#spent_on").fill(yesterday)
    form.locator("details summary").tap()
    form.locator("#currency").select_option("CHF")
    form.locator("#country").select_option("CH")
    form.locator("label[for=invoice_to_us]").tap()
    look(ada, "expense-outside-more")
    save = form.locator("button:has-text('Save the expense')")
    refusal = form.locator(".alert-danger")
    save.tap()
    refusal.locator("text=no exchange rate for CHF").wait_for()
    look(ada, "expense-outside-no-rate")
    assert form.locator("#receipt").evaluate("input => input.files.length") == 1
    ada.context.set_offline(True)
    save.tap()
    refusal.locator("text=This has not arrived").wait_for()
    assert form.locator("#receipt").evaluate("input => input.files.length") == 1
    ada.context.set_offline(False)
    # The telephone has thrown the page away: what was typed comes back.
    page.reload()
    typed = {
        "#amount": "120,00",
        "#spent_on": yesterday,
        "#currency": "CHF",
        "#country": "CH",
    }
    page.wait_for_function("document.getElementById('amount').value")
    assert {name: form.locator(name).input_value() for name in typed} == typed
    assert form.locator("#expense_kind_hotel").is_checked()
    assert form.locator("#invoice_to_us").is_checked()
    look(ada, "expense-outside-reloaded")
    form.locator("#receipt").set_input_files([photo("orange")])
    form.locator("#currency").select_option("")
    with page.expect_navigation():
        save.tap()
    row = page.locator(".list-group-item:has-text('120.00')")
    row.wait_for()
    # What was taken is not proposed once more.
    unfold()
    assert not form.locator("#amount").input_value()


INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<FatturaElettronica versione="FPR12">
  <FatturaElettronicaBody>
    <DatiGenerali><DatiGeneraliDocumento>
      <TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa><Data>2026-11-09</Data>
      <ImportoTotaleDocumento>96.00</ImportoTotaleDocumento>
    </DatiGeneraliDocumento></DatiGenerali>
  </FatturaElettronicaBody>
</FatturaElettronica>
"""
SHARE = """() => {
    const form = document.createElement("form");
    Object.assign(form, {
        id: "campo_share", method: "POST", enctype: "multipart/form-data",
        action: "/odoo?share_target=trigger",
    });
    const files = document.createElement("input");
    Object.assign(files, {id: "campo_files", type: "file", name: "externalMedia", multiple: true});
    form.append(files);
    document.body.append(form);
}"""


def share(page, files):
    """What a phone does with files that are shared to the app."""
    page.evaluate(SHARE)
    page.set_input_files("#campo_files", files)
    with page.expect_navigation():
        page.evaluate("document.getElementById('campo_share').submit()")


def test_what_a_phone_shares_becomes_drafts_of_the_job_one_is_on(cast, phone):
    dario = phone("receipts_inside")
    page = dario.go("/odoo")
    manifest = page.request.get(f"{dario.address}/web/manifest.webmanifest").json()
    target = manifest["share_target"]
    assert (target["action"], target["method"]) == ("/odoo?share_target=trigger", "POST")
    accepted = target["params"]["files"][0]["accept"]
    assert accepted == ["image/*", "application/pdf", "text/xml", "application/xml", ".xml"]
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    dario.go("/odoo")
    page.wait_for_function("!!navigator.serviceWorker.controller")
    before = page.evaluate(SAVED, cast["intervention"])
    paper = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(paper, "PDF")
    pdf = {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": paper.getvalue()}
    invoice = {"name": "IT01_1.xml", "mimeType": "text/xml", "buffer": INVOICE.encode()}
    share(page, [photo("cyan"), photo("magenta"), pdf, invoice])
    page.locator(".o_notification:has-text('Receipts kept as drafts: 4.')").wait_for()
    card = page.locator(f".o_kanban_record:has-text('{cast['number']}'):has-text('Draft')")
    card.nth(3).wait_for()
    look(dario, "expense-shared")
    saved = page.evaluate(SAVED, cast["intervention"])
    new = [item for item in saved if item["id"] not in {known["id"] for known in before}]
    assert [(item["nb_attachment"], item["state"]) for item in new] == [(1, "draft")] * 4
    # Shared again, what is here already is named and opened; a draft is made of the other one.
    share(page, [photo("cyan"), photo("black")])
    page.locator(".o_notification:has-text('Receipts kept as drafts: 1.')").wait_for()
    known = page.locator(".o_notification:has-text('You have sent this receipt here before')")
    known.wait_for()
    look(dario, "expense-shared-again")
    assert len(page.evaluate(SAVED, cast["intervention"])) == len(saved) + 1
    known.locator("button:has-text('Open')").tap()
    page.locator(".o_form_view .o_field_widget[name=intervention_id]").wait_for()
    look(dario, "expense-shared-open")
    # Only with what is here already nothing is said of new drafts.
    share(page, [photo("cyan")])
    known.wait_for()
    assert not page.locator(".o_notification:has-text('kept as drafts')").count()
    assert len(page.evaluate(SAVED, cast["intervention"])) == len(saved) + 1
    assert not dario.errors


@pytest.mark.parametrize(
    ("login", "path", "sentence"),
    [
        ("receipts_outside", "/my", "from the share menu of a phone they don't come here"),
        ("receipts_inside", "/expense_capture/not_shared", "Open Campo once"),
    ],
)
def test_who_shares_where_nothing_takes_it_is_told_what_to_do(cast, phone, login, path, sentence):
    # Without Odoo's service worker, as outside and on a phone that has forgotten it.
    person = phone(login, service_workers="block")
    page = person.go("/my/home" if login == "receipts_outside" else "/expense_capture/not_shared")
    share(page, [photo("red")])
    assert page.url.startswith((f"{person.address}{path}", f"{person.address}/en{path}"))
    assert sentence in page.inner_text("body")
    look(person, f"expense-not-shared-{login}")
