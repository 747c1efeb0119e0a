from datetime import timedelta

from werkzeug.exceptions import NotFound

from odoo.fields import Datetime
from odoo.http import request, route

from .portal import PortalPages, to_int


class PortalSubcontract(PortalPages):
    """A firm's coordinator: takes work on, and sends the firm's own people."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "subcontract_count" in counters:
            values["subcontract_count"] = request.env["service.intervention"]._portal_count_given()
        return values

    @route(
        "/my/subcontracts", type="http", auth="user", website=True, methods=["GET"], readonly=True
    )
    def portal_my_subcontracts(self, **_query):
        return self._render_subcontracts()

    def _render_subcontracts(self, **more):
        if not request.env.user._is_coordinator():
            raise NotFound
        return self._render_page(
            "portal_subcontracts",
            {
                "page_name": "subcontract",
                **request.env["service.intervention"]._portal_subcontracts(),
                **more,
            },
        )

    @route(
        "/my/subcontracts/<int:intervention_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_subcontract_act(self, intervention_id, act, **typed):
        """Answer for the firm, or send somebody else of its people."""
        intervention = request.env["service.intervention"].browse(intervention_id)
        acts = {
            "answer": (intervention.answer_subcontract, self._get_answer(typed)),
            "send": (
                intervention.send_somebody_else,
                {
                    "event_id": to_int(typed.get("event_id")),
                    "employee_id": to_int(typed.get("employee_id")),
                    "new_employee_id": to_int(typed.get("new_employee_id")),
                },
            ),
            "confirm": (
                request.env["calendar.event"]
                .browse(to_int(typed.get("event_id")) or -1)
                .answer_visit,
                {
                    "answer": typed.get("answer"),
                    "reason": typed.get("reason") or None,
                    "start": typed.get("start") or None,
                    "proposed_start": request.env["service.intervention"]._portal_to_utc(
                        typed.get("proposed_start")
                    ),
                    "employee_id": to_int(typed.get("employee_id")) or -1,
                },
            ),
        }
        if act not in acts:
            raise request.not_found()
        method, arguments = acts[act]
        _result, error = self._act(
            method, **arguments, request_uuid=typed.get("request_uuid") or None
        )
        if error:
            typed = {
                **typed,
                "act": act,
                "intervention_id": intervention_id,
                "event_id": to_int(typed.get("event_id")),
                "employee_id": to_int(typed.get("employee_id")),
                "employee_ids": acts["answer"][1]["employee_ids"],
            }
            return self._render_subcontracts(error=error, typed=typed)
        return request.redirect("/my/subcontracts")

    @staticmethod
    def _get_answer(typed):
        """Arguments of ``answer_subcontract`` from the form."""
        interventions = request.env["service.intervention"]
        start = interventions._portal_to_utc(typed.get("start"))
        hours = interventions._portal_number(typed.get("hours"))
        return {
            "answer": typed.get("answer"),
            "reason": typed.get("reason") or None,
            "start": start,
            "stop": _after(start, hours),
            "employee_ids": [
                int(number)
                for number in request.httprequest.form.getlist("employee_ids")
                if to_int(number)
            ],
        }


def _after(start, hours):
    """The moment some hours after another one; None when one of them can't be read.

    >>> _after("2026-11-09 08:00:00", "2.5")
    '2026-11-09 10:30:00'
    >>> _after("2026-11-09 08:00:00", "many"), _after(None, "2")
    (None, None)
    """
    try:
        return Datetime.to_string(Datetime.to_datetime(start) + timedelta(hours=float(hours)))
    except (TypeError, ValueError, OverflowError):
        return None
