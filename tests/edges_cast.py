"""Run in Odoo's shell: a customer of whom nothing is known yet but their login."""

import json

firm = env["res.partner"].create({"name": "Nuova Edge S.r.l.", "is_company": True})
contact = env["res.partner"].create(
    {
        "name": "Nora Edge",
        "parent_id": firm.id,
        "email": "edge_nora@example.com",
        "portal_role": "company",
        "is_portal_manager": True,
    }
)
env["res.users"].create(
    {
        "name": contact.name,
        "login": "edge_nora",
        "password": "edge_nora",
        "lang": "en_US",
        "tz": "Europe/Rome",
        "partner_id": contact.id,
        "group_ids": [(6, 0, [env.ref("base.group_portal").id])],
    }
)
env.cr.commit()
print(json.dumps({"firm": firm.id}))
