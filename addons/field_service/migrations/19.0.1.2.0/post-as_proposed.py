import json

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

MOVED = '<p t-elif="object.event_id.time_version &gt; 1">'
LINK = '<p t-if="link and not object._is_visit_cancelled()">'
LOGIN = '<p t-if="url and not object._is_visit_cancelled()">'
WORDS = {
    "it_IT": (
        "questa visita è stata spostata, come hai proposto:",
        "Chiedi un altro orario",
    ),
}
ENGLISH = ("this visit has been moved, as you proposed:", "Ask for another time")


def migrate(cr, version):
    """The mail about a visit no longer asks whoever has proposed its time to confirm it, also where
    the office has changed other words of it.

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
        if "_is_as_proposed" not in body and MOVED in body:
            bodies[lang] = _with_proposal(body, *WORDS.get(lang, ENGLISH))
    cr.execute(
        SQL(
            "UPDATE mail_template SET body_html = %s::jsonb WHERE id = %s",
            json.dumps(bodies),
            template.id,
        )
    )
    template.invalidate_recordset(["body_html"])


def _with_proposal(body, moved, ask):
    body = body.replace(MOVED, f'<p t-elif="object._is_as_proposed()">{moved}</p>{MOVED}', 1)
    if LINK in body:
        own = f'<p t-if="link and object._is_as_proposed()"><a t-att-href="link">{ask}</a></p>'
        body = body.replace(LINK, own + LINK.replace("t-if", "t-elif"), 1)
    return body.replace(LOGIN, LOGIN.replace("()", "() and not object._is_as_proposed()", 1), 1)
