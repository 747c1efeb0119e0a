"""Run in Odoo's shell: who works for us from outside, what they find on a site, links by mail.

Prints one line of JSON.
"""

import json
from datetime import timedelta

from cast_people import login

from odoo import fields

from odoo.addons.field_service.signed import MAILING

# Names are as long as they get, for screens as narrow as they get.
LONG = "Ueberlast" * 7
company = env.company
company.country_id = env.ref("base.it")
Partner = env["res.partner"]
italy = env.ref("base.it").id


customer = Partner.create(
    {"name": "Gamma Outside S.r.l.", "is_company": True, "country_id": italy, "city": "Vicenza"}
)
site = Partner.create(
    {
        "name": f"Gamma Outside, Schio {LONG}",
        "parent_id": customer.id,
        "type": "delivery",
        "street": "Via Lago di Garda 12",
        "city": "Schio",
        "country_id": italy,
    }
)
contact = Partner.create(
    {
        "name": "Dino Outside",
        "parent_id": customer.id,
        "function": "Foreman",
        "phone": "+39 0445 360118",
        "email": "dino@example.com",
    }
)
login(env, "outside_dino", "Dino Outside", partner_id=contact.id)
equipment = env["service.equipment"].create(
    {
        "name": "Gate 7",
        "serial_number": "GO-7",
        "partner_id": customer.id,
        "site_id": site.id,
        "note": "<p>The main switch is behind the door.</p>",
    }
)
env["product.product"].create(
    {"name": f"Photocell Outside {LONG}", "default_code": "PHOTOCELL-O", "type": "consu"}
)
env["ir.attachment"].create(
    [
        {
            "name": name,
            "raw": b"the wiring of gate 7",
            "res_model": equipment._name,
            "res_id": equipment.id,
        }
        for name in ("wiring.txt", f"{LONG}.txt")
    ]
)
solved = env["helpdesk.ticket"].create(
    {
        "name": "The gate stops halfway",
        "partner_id": contact.id,
        "equipment_id": equipment.id,
    }
)
solved.action_close(solution="Cleaned the photocell of the gate.", cause="Dirt on the photocell.")
# They never pay; nobody outside is told unless the firm says so.
customer.write({"service_block": True, "service_block_reason": "Three returned payments"})

dispatcher = login(
    env, "outside_office", "Olga Outside", ["field_service.field_service_group_dispatcher"]
)
technician = env["hr.employee"].create(
    {
        "name": "Tino Outside",
        "user_id": login(env, "outside_tino", "Tino Outside").id,
        "company_id": company.id,
        "tz": "Europe/Rome",
        "settled_by_bill": True,
    }
)
firm = Partner.create({"name": "Posa Outside S.r.l.", "is_company": True})
coordinator = login(env, "outside_chiara", "Chiara Outside", email="chiara@example.com")
coordinator.partner_id.write({"parent_id": firm.id, "is_service_coordinator": True})
mates = env["hr.employee"]
for name in ("Fausto Outside", "Mirco Outside"):
    mates |= mates.create(
        {
            "name": name,
            "work_contact_id": Partner.create({"name": name, "parent_id": firm.id}).id,
            "company_id": company.id,
            "settled_by_bill": True,
            "tz": "Europe/Rome",
        }
    )
kind = env["service.intervention.type"].create(
    {
        "name": "Repair Outside",
        "checklist_item_ids": [(0, 0, {"name": f"Gate tried out {LONG}", "kind": "yes_no"})],
    }
)
jobs = env["service.intervention"].with_user(dispatcher)
now = fields.Datetime.now().replace(microsecond=0)


def job(name):
    return jobs.create(
        {
            "name": f"{name} {LONG}",
            "partner_id": customer.id,
            "site_id": site.id,
            "contact_id": contact.id,
            "type_id": kind.id,
            "equipment_ids": [(6, 0, equipment.ids)],
            "access_note": f"Ask for Dino. {LONG}",
        }
    )


def planned(name, days=0):
    """An intervention with a visit that begins within the hour, some days from now."""
    work = job(name)
    start = now + timedelta(days=days, minutes=20)
    work.plan(start=str(start), stop=str(start + timedelta(hours=2)), employee_ids=technician.ids)
    return work


work, declined, proposed = (
    planned("The gate stops halfway again"),
    planned("Paint the fence", 1),
    planned("Move the lamp", 2),
)
given, refused = job("Fit a new gate"), job("Lay the cable")
for one in given | refused:
    one.ask_subcontractor(firm.id)

# What stands in the mails: a visit to answer, a report to sign.
asked = planned("Look at the lock", 3)
visit = asked.event_ids
visit.partner_ids |= contact
invitation = visit.attendee_ids.filtered(lambda attendee: attendee.partner_id == contact)
visit_token = invitation.with_context(field_service_mailing=MAILING)._get_visit_token()
asked.with_user(technician.user_id).record_work([{"kind": "mileage", "quantity": 3}])
made = asked.with_user(technician.user_id).make_report()
report = env["service.report"].browse(made["report_id"])
report.with_user(technician.user_id).ask_signature(partner_id=contact.id)
report_token = report.with_context(field_service_mailing=MAILING)._get_sign_token()
env.cr.commit()
print(
    json.dumps(
        {
            "work": work.id,
            "work_number": work.number,
            "declined": declined.id,
            "declined_number": declined.number,
            "proposed": proposed.id,
            "proposed_number": proposed.number,
            "given": given.id,
            "refused": refused.id,
            "equipment": equipment.id,
            "visit_token": visit_token,
            "report_token": report_token,
        }
    )
)
