"""Run in Odoo's shell: a helpdesk team with a mail address, a customer, and an administrator's key.

Prints one line of JSON. Nothing here relies on demo data.
"""

import json
from datetime import datetime, timedelta

# No mail of the database's own demo shall leave together with ours.
env["mail.mail"].search([("state", "=", "outgoing")]).unlink()

domain = env["mail.alias.domain"].create({"name": "posta.example"})
company = env.company
company.alias_domain_id = domain
team = env["helpdesk.team"].create(
    {
        "name": "Posta",
        "company_id": company.id,
        "alias_name": "assistenza",
        "alias_contact": "everyone",
    }
)
firm = env["res.partner"].create({"name": "Alfa Posta S.r.l.", "is_company": True})
giulia = env["res.partner"].create(
    {"name": "Giulia Posta", "parent_id": firm.id, "email": "giulia@alfa.example"}
)
administrator = env["res.users"].create(
    {
        "name": "Posta administrator",
        "login": "mail_administrator",
        "email": "administrator@posta.example",
        "group_ids": [
            (4, env.ref("base.group_system").id),
            (4, env.ref("helpdesk_ticket.helpdesk_ticket_group_manager").id),
        ],
    }
)
key = (
    env["res.users.apikeys"]
    .with_user(administrator)
    .sudo()
    ._generate("rpc", "mail", datetime.now() + timedelta(days=1))
)
env.cr.commit()
print(
    json.dumps(
        {
            "key": key,
            "address": team.alias_email,
            "team": team.id,
            "giulia": giulia.id,
            "note": env.ref("mail.mt_note").id,
            "comment": env.ref("mail.mt_comment").id,
            "fetch": env.ref("mail.ir_cron_mail_gateway_action").id,
            "send": env.ref("mail.ir_cron_mail_scheduler_action").id,
        }
    )
)
