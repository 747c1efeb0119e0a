"""Run in Odoo's shell after story_cast.py: more of a customer's people, and what they are shown.

Alfa has an accountant and somebody of its site; Giulia is a contact of Monte, too, which has a
request of its own. A category asks questions, the team wants to know how it was. Something like
what Giulia will report was solved for Alfa before, and something for Monte.
"""

import json

import cast_people

alfa = env["res.partner"].search([("name", "=", "Alfa Story S.r.l.")], limit=1)
monte = env["res.partner"].search([("name", "=", "Monte Story")], limit=1)
site = env["res.partner"].search([("name", "=", "Alfa Story S.r.l. – Thiene")], limit=1)
giulia = env["res.users"].search([("login", "=", "story_customer")])


def portal_person(login, name, parent, role):
    partner = env["res.partner"].create(
        {"name": name, "parent_id": parent.id, "email": f"{login}@example.com", "portal_role": role}
    )
    cast_people.login(env, login, name, partner_id=partner.id)


portal_person("story_ledger", "Ada Story", alfa, "accountant")
portal_person("story_site", "Piero Story", site, "site")
env["res.partner"].create(
    {
        "name": "Giulia at Monte",
        "parent_id": monte.id,
        "portal_role": "company",
        "is_portal_manager": True,
        "portal_user_id": giulia.id,
    }
)
category = env["helpdesk.category"].create(
    {
        "name": "Wrapping machines",
        "ticket_properties_definition": [
            {"name": "shift", "string": "Which shift", "type": "char"},
            {"name": "stopped", "string": "Production stopped", "type": "boolean"},
        ],
    }
)
env["helpdesk.team"].search([]).rate_closed = True
equipment = env["service.equipment"].search([("serial_number", "=", "ST-2201")])
env["service.contract"].create(
    {
        "name": "Full maintenance",
        "partner_id": alfa.id,
        "state": "open",
        "equipment_ids": [(6, 0, equipment.ids)],
    }
)


def request(customer, name):
    return env["helpdesk.ticket"].create({"name": name, "partner_id": customer.id})


TORN = "Il film si strappa dopo la pausa"
request(alfa, TORN).action_close(solution="Bobina centrata.", cause="Bobina storta.")
request(monte, TORN).action_close(solution="Di un altro cliente.", cause="Di un altro cliente.")
request(monte, "La caldaia non parte")
# Who is told what people did with what they were offered.
env["res.users"].search([("login", "=", "story_accountant")]).group_ids |= env.ref(
    "knowledge_base.knowledge_base_group_manager"
)
label = equipment._get_label_url().removeprefix(equipment.get_base_url())
env.cr.commit()
print(json.dumps({"category": category.id, "label": label}))
