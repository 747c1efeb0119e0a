import uuid

from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, request, route

from .link_guard import check_guesses, note_wrong_link

# The address is the key: it goes to no other site and stays in no shared cache.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class VisitLink(Controller):
    """The page of a signed link: it shows a visit, and answers by buttons only."""

    @route(
        "/service/visit/<string:token>",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def visit_link(self, token, **_query):
        return self._render_visit_link(token)

    @route(
        "/service/visit/<string:token>/answer",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        sitemap=False,
        methods=["POST"],
    )
    def visit_link_answer(self, token, **typed):
        check_guesses()
        attendees = request.env["calendar.attendee"]
        page = attendees._get_link_page(token)
        if not page:
            return self._render_visit_link(token)
        request.update_context(lang=page["lang"])
        visit = request.env["calendar.event"].browse(page["event_id"])
        try:
            with request.env.cr.savepoint():
                visit.answer_visit(
                    answer=typed.get("answer"),
                    reason=typed.get("reason") or None,
                    start=typed.get("start") or None,
                    proposed_start=attendees._link_time_to_utc(token, typed.get("proposed_start")),
                    token=token,
                    request_uuid=typed.get("request_uuid") or None,
                )
                request.env.flush_all()
        except AccessError:
            return self._render_visit_link("")
        except UserError as error:
            return self._render_visit_link(token, error=str(error), typed=typed)
        return request.redirect(f"/service/visit/{token}")

    def _render_visit_link(self, token, error="", typed=None):
        check_guesses()
        page = request.env["calendar.attendee"]._get_link_page(token)
        if page:
            request.update_context(lang=page["lang"])
        else:
            note_wrong_link()
        response = request.render(
            "field_service.visit_link_page",
            {
                "page": page,
                "token": token,
                "error": error,
                "typed": typed or {},
                # What is sent from this page twice is done once.
                "request_uuid": str(uuid.uuid4()),
            },
            status=200 if page else 404,
        )
        response.headers.update(HEADERS)
        return response
