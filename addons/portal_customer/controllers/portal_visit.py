from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .portal import to_int
from .portal_intervention import PortalIntervention
from .portal_ticket import PortalTicket

# Pages on which a visit is answered: whose they are, and what renders them.
BACK = {
    "/my/interventions": ("service.intervention", "_render_intervention"),
    "/my/tickets": ("helpdesk.ticket", "_render_ticket"),
}
# What somebody has typed to answer a visit.
ANSWER_FIELDS = ("answer", "reason", "proposed_start")


class PortalVisit(PortalIntervention, PortalTicket):
    """A technician's day: commitments to confirm, and the work of today."""

    @route("/my/visits", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_my_visits(self, **_query):
        return self._render_visits()

    def _render_visits(self, **more):
        return self._render_page(
            "portal_visits",
            {
                "page_name": "visit",
                "is_technician": request.env.user._has_visit_feed(),
                **request.env["service.intervention"]._portal_day(),
                **more,
            },
        )

    @route(
        "/my/interventions/<int:intervention_id>/visits/<int:event_id>.ics",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_visit_ics(self, intervention_id, event_id, **_query):
        """One visit for the calendar of whoever may read its intervention."""
        intervention = self._get_record("service.intervention", intervention_id)
        content = intervention._portal_visit_ics(event_id)
        if not content:
            raise NotFound
        return self._send_file("visit.ics", content, "text/calendar; charset=utf-8")

    @route(
        "/my/visits/<int:event_id>/answer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_answer_visit(self, event_id, **typed):
        """Confirm or decline a visit, or propose another time, as technician or as customer."""
        _result, error = self._act(
            request.env["calendar.event"].browse(event_id).answer_visit,
            answer=typed.get("answer"),
            reason=typed.get("reason") or None,
            start=typed.get("start") or None,
            proposed_start=request.env["service.intervention"]._portal_to_utc(
                typed.get("proposed_start")
            ),
            request_uuid=typed.get("request_uuid") or None,
        )
        page, _slash, record_id = (typed.get("back") or "").rpartition("/")
        model, render = BACK.get(page, (None, None))
        if not model or not to_int(record_id):
            page, record_id = "/my/visits", ""
        if not error:
            return request.redirect(f"{page}/{record_id}".rstrip("/"))
        # The same page has forms with names like ours: they are given nothing of this one.
        kept = {name: typed[name] for name in ANSWER_FIELDS if name in typed}
        values = {"error": error, "typed": {**kept, "event_id": event_id}}
        if not record_id:
            return self._render_visits(**values)
        return getattr(self, render)(self._get_record(model, to_int(record_id)), **values)
