"""Run in Odoo's shell: a customer of whom nothing is known yet but their login."""

import json

import cast_people

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
cast_people.login(env, "edge_nora", contact.name, partner_id=contact.id)
env.cr.commit()
print(json.dumps({"firm": firm.id}))
