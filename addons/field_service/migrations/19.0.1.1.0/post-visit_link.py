import json

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

ANCHOR = '<t t-set="url" t-value="object._get_visit_url()"'
LINK = """<t t-set="link" t-value="object._get_visit_link()"/>
                <p t-if="link and not object._is_visit_cancelled()">
                    <a t-att-href="link">{label}</a>
                </p>
                """
LABELS = {"it_IT": "Conferma o chiedi un altro orario"}


def migrate(cr, version):
    """The mail about a visit gets its link, also where the office has changed other words of it.

    SQL: the text is kept as it is in each language, which writing on the field would not do.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    template = env.ref(
        "field_service.mail_template_calendar_attendee_visit", raise_if_not_found=False
    )
    if not template:
        return
    ((bodies,),) = env.execute_query(
        SQL("SELECT body_html FROM mail_template WHERE id = %s", template.id)
    )
    for lang, body in bodies.items():
        if ANCHOR in body and "_get_visit_link" not in body:
            label = LABELS.get(lang, "Confirm or ask for another time")
            bodies[lang] = body.replace(ANCHOR, LINK.format(label=label) + ANCHOR, 1)
    cr.execute(
        SQL(
            "UPDATE mail_template SET body_html = %s::jsonb WHERE id = %s",
            json.dumps(bodies),
            template.id,
        )
    )
    template.invalidate_recordset(["body_html"])
