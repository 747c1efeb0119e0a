"""Run in Odoo's shell: two technicians, one of the house and one outside, on one intervention.

Prints one line of JSON.
"""

import json
from datetime import timedelta

import cast_people

from odoo import fields

company = env.company
company.country_id = env.ref("base.it")
francs = env.ref("base.CHF")
francs.active = True
francs.rate_ids.unlink()
firm = env["res.partner"].create(
    {
        "name": "Beta Receipts S.r.l.",
        "is_company": True,
        "city": "Schio",
        "country_id": env.ref("base.it").id,
    }
)


def technician(login, name, group, **values):
    user = cast_people.login(env, login, name, [group])
    return env["hr.employee"].create(
        {"name": name, "user_id": user.id, "company_id": company.id, **values}
    )


inside = technician("receipts_inside", "Dario Receipts", "field_service.field_service_group_user")
outside = technician(
    "receipts_outside", "Ada Receipts", "base.group_portal", employee_type="contractor"
)
intervention = env["service.intervention"].create(
    {"name": "Two days away", "partner_id": firm.id, "company_id": company.id}
)
now = fields.Datetime.now().replace(microsecond=0)
intervention.plan(
    start=str(now - timedelta(hours=1)),
    stop=str(now + timedelta(hours=1)),
    employee_ids=(inside | outside).ids,
)
intervention.with_user(inside.user_id).check_in()
env.cr.commit()
print(json.dumps({"intervention": intervention.id, "number": intervention.number}))
