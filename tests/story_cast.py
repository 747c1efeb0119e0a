"""Run in Odoo's shell: persons and things of acceptance story 1, and each person's API key.

Prints one line of JSON. Nothing here relies on demo data.
"""

import json
from datetime import datetime, timedelta

import cast_people

Partner = env["res.partner"]
company = env.company
company.country_id = env.ref("base.it")
env["ir.config_parameter"].set_param("portal.allow_api_keys", "True")
env.ref("base.group_portal").api_key_duration = 1


def person(login, name, groups, **values):
    """A user who can log in, with an API key of one day."""
    user = cast_people.login(env, login, name, groups, **values)
    tomorrow = datetime.now() + timedelta(days=1)
    key = env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "story", tomorrow)
    return user, key


def customer(name, contact, login):
    """A customer's company with one site, one contact who sees the whole company, and the key."""
    firm = Partner.create(
        {
            "name": name,
            "is_company": True,
            "country_id": env.ref("base.it").id,
            "city": "Vicenza",
        }
    )
    site = Partner.create(
        {
            "name": f"{name} – Thiene",
            "parent_id": firm.id,
            "type": "delivery",
            "street": "Via dell'Industria 7",
            "city": "Thiene",
            "country_id": env.ref("base.it").id,
            "phone": "+39 0445 360001",
        }
    )
    partner = Partner.create(
        {"name": contact, "parent_id": firm.id, "email": f"{login}@example.com"}
    )
    partner.write({"portal_role": "company", "is_portal_manager": True})
    user, key = person(login, contact, ["base.group_portal"], partner_id=partner.id)
    return firm, site, user, key


alfa, site, _giulia, key_customer = customer("Alfa Story S.r.l.", "Giulia Story", "story_customer")
monte, _site, _paolo, key_other = customer("Monte Story", "Paolo Story", "story_other")

_agent, key_agent = person(
    "story_agent",
    "Sara Story",
    ["helpdesk_ticket.helpdesk_ticket_group_user", "field_service.field_service_group_dispatcher"],
)
accountant, key_accountant = person(
    "story_accountant",
    "Elena Story",
    [
        "base.group_user",
        "account.group_account_invoice",
        # With Odoo's sale_timesheet, accountants see no hours without this one.
        "hr_timesheet.group_timesheet_manager",
        "field_service.field_service_group_manager",
    ],
)
outside, key_outside = person("story_outside", "Andrea Story", ["base.group_portal"])
employee = env["hr.employee"].create(
    {
        "name": "Andrea Story",
        "user_id": outside.id,
        "company_id": company.id,
        "hourly_cost": 28.0,
        "takes_visits": True,
        "tz": "Europe/Rome",
    }
)
inside, key_inside = person(
    "story_inside", "Marco Story", ["field_service.field_service_group_user"]
)
employee_inside = env["hr.employee"].create(
    {"name": "Marco Story", "user_id": inside.id, "company_id": company.id, "tz": "Europe/Rome"}
)

product = env["product.product"].create(
    {
        "name": "Sensore di temperatura",
        "list_price": 86.50,
        "standard_price": 41.20,
        "type": "consu",
    }
)
equipment = env["service.equipment"].create(
    {
        "name": "Confezionatrice Story",
        "serial_number": "ST-2201",
        "partner_id": alfa.id,
        "site_id": site.id,
    }
)
foreign_equipment = env["service.equipment"].create(
    {"name": "Caldaia Story", "serial_number": "CS-11", "partner_id": monte.id}
)

tax = env["account.tax"].search(
    [
        ("company_id", "=", company.id),
        ("type_tax_use", "=", "sale"),
        ("amount", "=", 22),
        ("amount_type", "=", "percent"),
        ("price_include", "=", False),
    ],
    limit=1,
) or env["account.tax"].create(
    {"name": "22% story", "type_tax_use": "sale", "amount": 22, "amount_type": "percent"}
)
company.account_sale_tax_id = tax
product.taxes_id = tax
for kind_product in env["product.product"].search([("type", "=", "service")]):
    kind_product.taxes_id = tax

Rate = env["service.rate"]
Rate.search([]).active = False
for values in (
    {"kind": "labour", "time_band": "ordinary", "price": 50.0, "rounding": 0.5},
    {"kind": "labour", "time_band": "overtime", "price": 65.0, "rounding": 0.5},
    {"kind": "labour", "time_band": "night", "price": 75.0, "rounding": 0.5},
    {"kind": "travel", "price": 38.0, "rounding": 0.25},
    {"kind": "mileage", "price": 0.60},
    {"kind": "call_out", "price": 40.0},
):
    Rate.create({"company_id": company.id, "date_from": "2020-01-01", **values})

env["service.intervention.type"].create(
    {
        "name": "Riparazione Story",
        # The type that a new intervention has, before those of the demo.
        "sequence": -1,
        "checklist_item_ids": [
            (0, 0, {"name": "Macchina provata", "kind": "yes_no", "required": True}),
            (
                0,
                0,
                {
                    "name": "Temperatura barra",
                    "kind": "number",
                    "unit": "°C",
                    "minimum": 160,
                    "maximum": 170,
                },
            ),
        ],
    }
)

env["knowledge.article"].create(
    {
        "name": "Il film della confezionatrice si strappa",
        "symptom": "Il film si strappa alla saldatura e la macchina si ferma.",
        "cause": "Sensore di temperatura della barra saldante guasto.",
        "solution": "<p>Sostituire il sensore e rifare la taratura a 165 °C.</p>",
        "lang": "it_IT" if env["res.lang"]._get_data(code="it_IT") else "en_US",
        "audience": "customer",
        "state": "published",
    }
)
env.cr.commit()
print(
    json.dumps(
        {
            "keys": {
                "customer": key_customer,
                "other": key_other,
                "agent": key_agent,
                "outside": key_outside,
                "inside": key_inside,
                "accountant": key_accountant,
            },
            "alfa": alfa.id,
            "monte": monte.id,
            "site": site.id,
            "employee": employee.id,
            "inside": employee_inside.id,
            "product": product.id,
            "equipment": equipment.id,
            "foreign_equipment": foreign_equipment.id,
        }
    )
)
