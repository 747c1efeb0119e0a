"""`./dev screenshots`: make the pictures of docs/images anew, one per person, from the demo.

Runs in Campo's Python environment on a copy of the demo database; what the pictures show beyond the
demo's data (a request being typed, a draft invoice, a signed report) is done here by the persons.
"""

import os
import re
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path

from PIL import Image

from campo import paths, postgres
from campo.browsing import DESK, PHONE, Person, chromium
from campo.databases import Databases
from campo.serving import running_copy

IMAGES = paths.TOP / "docs" / "images"
RECEIPT = paths.TOP / "addons" / "expense_capture" / "demo" / "receipt.png"
QUESTION = "il film si strappa quando la linea riparte"
COLOURS = 128  # a screen has few: the pictures stay small


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    with postgres.server() as server:
        databases = Databases(server)
        template = os.environ["CAMPO_TEMPLATE"]
        with (
            running_copy(databases, template, f"campo_pictures_{os.getpid()}") as address,
            chromium() as browser,
        ):
            sign_reports(browser, address)
            for take in TAKES:
                take(browser, address)
                print(f"✓ {take.__name__}")


def sign_reports(browser, address):
    """Two reports of the demo's past are signed by a job just after the first start: run it now."""
    admin = Person(browser, address, "admin", DESK)
    jobs = call(admin, "ir.cron", "search", [("name", "=like", "Demo: reports%")])
    call(admin, "ir.cron", "method_direct_trigger", jobs)


def customer(browser, address):
    """The customer opens a request and is offered what solved the like before."""
    who = Person(browser, address, "customer", DESK)
    page = who.go("/my/tickets/new")
    page.locator("#name").press_sequentially("Il film si strappa quando la linea riparte", delay=5)
    page.fill("#description", "Da stamattina, dopo il cambio formato.")
    page.locator(".o_portal_customer_similar article").first.wait_for()
    page.select_option("#equipment_id", index=1)
    shoot(page, "customer")


def agent(browser, address):
    """The agent's desk: the situation and similar problems beside the request."""
    who = Person(browser, address, "agent", DESK)
    page = who.go("/odoo/helpdesk")
    page.locator(".o_kanban_record:has-text('Film che si strappa')").first.click()
    page.locator("[class*=similar]").first.wait_for()
    page.wait_for_timeout(1500)
    shoot(page, "agent")


def desk(browser, address):
    """The desk and the call screen on a phone, the figures and a ticket's deadlines on a desk."""
    who = Person(browser, address, "manager", PHONE)
    shoot_cards(who, "/odoo/helpdesk", "desk-phone")
    page = who.go("/odoo/helpdesk-call?number=%2B390445360118")
    page.wait_for_timeout(1500)
    shoot(page, "call-phone")
    who = Person(browser, address, "manager", DESK)
    page = who.go("/odoo/helpdesk-dashboard")
    page.locator("canvas, .o_view_nocontent").first.wait_for()
    page.wait_for_timeout(1500)
    shoot(page, "dashboard")
    page = who.go("/odoo/helpdesk")
    page.locator(".o_kanban_record:has-text('Film che si strappa')").first.click()
    page.locator(".o_notebook a.nav-link[name=history]").click()
    page.locator("[name=segment_ids]").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    shoot(page, "deadlines")


def slots(browser, address):
    """Free slots for a job that has to be planned, with the reason."""
    who = Person(browser, address, "dispatcher", DESK)
    page = who.go("/odoo/field-service")
    page.locator(".o_kanban_record").first.click()
    page.locator("button[name=action_plan]:visible").first.click()
    page.locator(".modal button[name=action_find_slots]").click()
    page.wait_for_timeout(1500)
    shoot(page, "slots")


def outside(browser, address):
    """The outside technician's day, on the phone."""
    who = Person(browser, address, "outside", PHONE)
    shoot(who.go("/my/visits"), "outside")


def technician(browser, address):
    """The technician's own work, in Odoo's mobile web client."""
    who = Person(browser, address, "technician", PHONE)
    shoot_cards(who, "/odoo/field-service-mine", "technician")


def expense(browser, address):
    """A technician catches a hotel's bill on the spot, on the phone."""
    who = Person(browser, address, "technician", PHONE)
    page = who.go("/odoo/field-service-mine")
    page.locator("button[name=action_add_expense]").first.click()
    form = page.locator(".modal")
    form.locator(".o_selection_badge:has-text('Albergo')").click()
    form.locator("div[name=amount] input").fill("118,00")
    form.locator("input[type=file]").first.set_input_files(RECEIPT)
    form.locator("div[name=amount] input").blur()
    page.wait_for_timeout(1000)
    shoot(page, "expense")


def statement(browser, address):
    """What a customer owes and since when, in the portal."""
    who = Person(browser, address, "customer", DESK)
    shoot(who.go("/my/statement"), "statement")


def dispatcher(browser, address):
    """The dispatcher's shared calendar."""
    who = Person(browser, address, "dispatcher", DESK)
    page = who.go("/odoo/field-service-visits")
    page.locator(".fc-event").first.wait_for()
    page.wait_for_timeout(800)
    shoot(page, "dispatcher")


def manager(browser, address):
    """The manager's board of interventions."""
    who = Person(browser, address, "manager", DESK)
    shoot_cards(who, "/odoo/field-service", "manager")


def invoicing(browser, address):
    """Which invoices would be made of all that is due, before any is."""
    who = Person(browser, address, "accountant", DESK)
    who.page.goto(f"{address}/odoo/action-field_service.service_report_invoice_action")
    page = who.page
    page.locator("button[name=action_preview]:visible").click()
    page.locator("div[name=group_ids] .o_data_row").first.wait_for()
    page.wait_for_timeout(500)
    shoot(page, "invoicing")


def accountant(browser, address):
    """A signed report as the customer has it, and the draft invoice the accountant makes of it."""
    who = Person(browser, address, "accountant", DESK)
    page = who.go("/odoo/field-service-to-invoice")
    page.locator(".o_group_header").last.click()
    page.locator(".o_data_row").last.click()
    page.locator("button[name=action_create_invoices]:visible").first.wait_for()
    report_id = re.search(r"/(\d+)(?:$|\?)", page.url).group(1)
    shoot_pdf(who, f"{address}/my/reports/{report_id}/pdf", "report")
    page.locator("button[name=action_create_invoices]:visible").first.click()
    page.locator("div[name=tax_totals], .oe_subtotal_footer").first.wait_for()
    page.wait_for_timeout(500)
    shoot(page, "accountant")


def job_order(browser, address):
    """The manager reads budget and progress of a job order."""
    who = Person(browser, address, "manager", DESK)
    page = who.go("/odoo/job-orders")
    page.locator(".o_data_row", has_text="cabina di trasformazione").first.click()
    page.locator(".nav-link[name=progress]").click()
    page.locator("div[name=service_milestone_ids] .o_data_row").first.wait_for()
    page.wait_for_timeout(500)
    shoot(page, "job-order")


def service_costs(browser, address):
    """The manager sees what service costs, and what warranty and goodwill cost by manufacturer."""
    admin = Person(browser, address, "admin", DESK)
    work_a_year(admin)
    who = Person(browser, address, "manager", DESK)
    page = who.go("/odoo/service-dashboard")
    page.locator("canvas").first.wait_for()
    page.locator("select[aria-label]").select_option("serial_number")
    page.wait_for_timeout(1500)
    shoot(page, "service-dashboard")
    page = who.go("/odoo/service-costs")
    page.locator(".o_pivot table").first.wait_for()
    page.wait_for_timeout(500)
    shoot(page, "service-costs")


def work_a_year(admin):
    """Work in warranty, as goodwill and for contracts over a year, fees, and claims."""
    maker = call(admin, "res.partner", "create", {"name": "Filmpack GmbH", "is_company": True})
    (term,) = call(admin, "service.warranty.term", "search", [("name", "like", "dal collaudo")])
    call(admin, "service.warranty.term", "write", [term], {"manufacturer_id": maker})
    machines = call(
        admin,
        "service.equipment",
        "search_read",
        [("serial_number", "in", ["FP380-2147", "ET90-0831", "AS-77120"])],
        ["partner_id", "site_id", "serial_number"],
    )
    machines = {machine["serial_number"]: machine for machine in machines}
    (employee,) = call(admin, "hr.employee", "search", [("user_id.login", "=", "technician")])
    in_warranty = []
    for days, serial, hours, goodwill in (
        (300, "FP380-2147", 3, False),
        (262, "AS-77120", 2, False),
        (215, "FP380-2147", 5.5, False),
        (170, "ET90-0831", 2.5, True),
        (128, "FP380-2147", 4, False),
        (96, "AS-77120", 3, False),
        (61, "ET90-0831", 1.5, True),
        (33, "FP380-2147", 6, False),
    ):
        lines = work_on(admin, machines[serial], employee, days, hours)
        if goodwill:
            call(admin, "service.work.line", "set_coverage", lines, "goodwill", "Cliente storico")
        elif serial == "FP380-2147":
            in_warranty += lines
    claims = call(admin, "service.work.line", "claim_from_manufacturer", in_warranty)["claim_ids"]
    call(admin, "service.warranty.claim", "action_claim", claims)
    call(admin, "service.warranty.claim", "action_recover", claims[:2])
    today = date.today()
    contracts = call(admin, "service.contract", "search", [("state", "=", "open")])
    call(
        admin,
        "service.contract",
        "write",
        contracts,
        {"next_fee_date": (today - timedelta(days=100)).isoformat()},
    )
    call(admin, "service.contract", "create_fee_invoices", contracts, today.isoformat())


def work_on(admin, machine, employee, days, hours):
    """Hours of a technician on a machine, some days ago; give their work lines."""
    job = call(
        admin,
        "service.intervention",
        "create",
        {
            "name": "Assistenza",
            "partner_id": machine["partner_id"][0],
            "site_id": machine["site_id"] and machine["site_id"][0],
            "equipment_ids": [(6, 0, [machine["id"]])],
            "technician_ids": [(6, 0, [employee])],
        },
    )
    day = (date.today() - timedelta(days=days)).isoformat()
    work = {"kind": "labour", "date": day, "employee_id": employee, "quantity": hours}
    lines = call(admin, "service.intervention", "record_work", [job], [work])["lines"]
    return [line["id"] for line in lines if line["kind"] == "labour"]


def papers(browser, address):
    """A page of each form: work order, maintenance checklist, acceptance test, warranty claim."""
    admin = Person(browser, address, "admin", DESK)
    checked = find(admin, [("checklist_answer_ids.value", "!=", False)])
    claimed = claim_work(admin, checked)
    who = Person(browser, address, "manager", DESK)
    for intervention, report, name in (
        (checked, "service_work_order_form", "form-work-order"),
        (checked, "service_maintenance_form_intervention", "form-maintenance"),
        (checked, "service_acceptance_form_intervention", "form-acceptance"),
        (claimed, "service_claim_form_intervention", "form-claim"),
    ):
        shoot_pdf(who, f"{address}/report/pdf/field_service.{report}/{intervention}", name)


def claim_work(admin, like):
    """A repair of the same machine, as if it were new: its manufacturer pays."""
    fields = ["partner_id", "site_id", "contact_id", "type_id", "equipment_ids", "technician_ids"]
    (known,) = call(admin, "service.intervention", "read", [like], fields)
    day = date.today().isoformat()
    values = {name: known[name] and known[name][0] for name in fields[:4]}
    values |= {name: [(6, 0, known[name])] for name in fields[4:]}
    call(admin, "service.equipment", "write", known["equipment_ids"], {"installation_date": day})
    job = call(
        admin,
        "service.intervention",
        "create",
        {
            **values,
            "name": "Circolatore bloccato dopo l'avviamento",
            "cause": "La girante del circolatore è incrinata",
            "solution": "Sostituito il circolatore",
        },
    )
    employee = known["technician_ids"][0]
    work = {"date": day, "employee_id": employee}
    lines = [
        {**work, "kind": "labour", "quantity": 2, "name": "Sostituzione del circolatore"},
        {**work, "kind": "travel", "quantity": 1},
    ]
    call(admin, "service.intervention", "record_work", [job], lines)
    return job


def find(who, domain):
    """An intervention of the demo."""
    return call(who, "service.intervention", "search", domain, 0, 1)[0]


def call(who, model, method, *arguments):
    """What a person may do, without looking for the button."""
    answer = who.context.request.post(
        f"{who.address}/web/dataset/call_kw/{model}/{method}",
        data={
            "jsonrpc": "2.0",
            "method": "call",
            "params": {"model": model, "method": method, "args": arguments, "kwargs": {}},
        },
    ).json()
    assert "error" not in answer, answer["error"]
    # A method that gives nothing back has no result.
    return answer.get("result")


def signing(browser, address):
    """The page on which a customer signs without a login, on the phone."""
    admin = Person(browser, address, "admin", DESK)
    intervention = find(admin, [("work_line_ids", "!=", False), ("report_ids", "=", False)])
    report = call(admin, "service.intervention", "make_report", [intervention])["report_id"]
    call(admin, "service.report", "ask_signature", [report])
    domain = [("body_html", "like", "/service/report/")]
    (mail,) = call(admin, "mail.mail", "search_read", domain, ["body_html"], 0, 1, "id desc")
    path = re.search(r"/service/report/[\w-]+", mail["body_html"]).group()
    page = browser.new_context(locale="it-IT", **PHONE).new_page()
    page.goto(f"{address}{path}")
    page.locator("canvas").wait_for()
    page.wait_for_timeout(800)
    shoot(page, "sign-by-link")


def knowledge(browser, address):
    """What solved the like before: search, palette, beside the work, and what it is worth."""
    who = Person(browser, address, "manager", DESK)
    page = who.go("/odoo/knowledge-find")
    page.fill("#knowledge_base_text", QUESTION)
    page.locator("button[name=filters]").click()
    page.locator(".o_knowledge_base_problem").first.wait_for()
    page.wait_for_timeout(500)
    shoot(page, "knowledge-find")
    page.keyboard.press("Control+k")
    page.locator(".o_command_palette_search input").press_sequentially(f"?{QUESTION}", delay=5)
    page.locator(".o_knowledge_base_command").first.wait_for()
    page.wait_for_timeout(500)
    shoot(page, "knowledge-palette")
    phone = Person(browser, address, "technician", PHONE)
    page = phone.go("/odoo/field-service-mine")
    page.locator(".o_kanban_record:has-text('Film che si strappa')").first.click()
    similar = page.locator(".o_knowledge_base_similar")
    similar.locator(".o_knowledge_base_problem").first.wait_for()
    page.wait_for_timeout(800)
    shoot(similar, "knowledge-phone")
    page = who.go("/odoo/knowledge-dashboard")
    page.locator("[data-tile=share]").wait_for()
    page.wait_for_timeout(800)
    shoot(page, "knowledge-dashboard")


TAKES = (
    customer,
    agent,
    knowledge,
    desk,
    outside,
    technician,
    expense,
    statement,
    dispatcher,
    slots,
    manager,
    invoicing,
    accountant,
    job_order,
    papers,
    signing,
    # It works on more jobs, which the others must not come upon.
    service_costs,
)


def shoot_cards(who, path, name):
    """A screen of cards, once they stand there."""
    page = who.go(path)
    page.locator(".o_kanban_record").first.wait_for()
    page.wait_for_timeout(800)
    shoot(page, name)


def shoot(page, name):
    page.screenshot(path=IMAGES / f"{name}.png")
    shrink(IMAGES / f"{name}.png")


def shoot_pdf(who, address, name):
    """The first page of a PDF that a person may read."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "report.pdf"
        pdf.write_bytes(who.context.request.get(address).body())
        subprocess.run(
            ["pdftoppm", "-png", "-r", "80", "-singlefile", pdf, IMAGES / name], check=True
        )
    shrink(IMAGES / f"{name}.png")


def shrink(path):
    """A picture for a page to read: no wider than a desk's screen, and small to load."""
    with Image.open(path) as image:
        width = min(image.width, 1280)
        image = image.convert("RGB").resize((width, round(image.height * width / image.width)))
        image.quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
