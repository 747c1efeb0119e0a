from odoo.http import request, route

from odoo.addons.field_service.wizard.service_intervention_follow_up import read_parts

from .portal import PortalPages, to_int


class PortalIntervention(PortalPages):
    """Interventions: followed by their customer, done by their outside technician."""

    @route(
        ["/my/interventions", "/my/interventions/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_interventions(self, page=1, **query):
        _ = request.env._
        closed = ["done", "cancelled"]
        return self._render_list(
            "service.intervention",
            "/my/interventions",
            title=_("Interventions"),
            page_name="intervention",
            options={
                "sortings": {
                    "date": {"label": _("Date"), "order": "planned_start desc nulls last, id desc"},
                    "number": {"label": _("Number"), "order": "id desc"},
                    "name": {"label": _("Subject"), "order": "name, id desc"},
                },
                "filters": {
                    "all": {"label": _("All"), "domain": []},
                    "open": {"label": _("Open"), "domain": [("state", "not in", closed)]},
                    "closed": {"label": _("Closed"), "domain": [("state", "in", closed)]},
                },
                "groupings": {"site": {"label": _("Site"), "field": "site_id"}},
                "search": ["number", "name"],
                "empty": _("No intervention is planned."),
            },
            query=query,
            page=page,
        )

    def _is_technician(self, intervention):
        # Whether somebody is on the crew is no secret to them.
        return request.env.user in intervention.sudo().technician_ids.user_id

    def _render_intervention(self, intervention, **more):
        values = {
            "page_name": "intervention",
            "intervention": intervention._portal_values(),
            "object": intervention,
            **more,
        }
        if not self._is_technician(intervention):
            asked = request.env["service.report"]._portal_to_sign()
            values["to_sign"] = [
                report for report in asked if report["intervention_id"] == intervention.id
            ]
            values["conversation"] = intervention._portal_conversation()
            return self._render_page("portal_intervention", values)
        values |= {
            "work": intervention._portal_work_values(),
            "parts": intervention._portal_parts(
                chosen_id=to_int(more.get("typed", {}).get("product_id"))
            ),
            "expense_kinds": intervention._portal_expense_kinds(),
            "expense_choices": intervention._portal_expense_choices(),
            "expenses": intervention._portal_expenses(),
            "trip": intervention._portal_trip(),
            "similar": intervention._portal_similar(),
            "forms": intervention._portal_forms(),
            "now": intervention._portal_now(),
        }
        return self._render_page("portal_work", values)

    @route(
        "/my/interventions/<int:intervention_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_intervention(self, intervention_id, **_query):
        return self._render_intervention(self._get_record("service.intervention", intervention_id))

    @route(
        "/my/interventions/<int:intervention_id>/parts",
        type="jsonrpc",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_parts(self, intervention_id, search=""):
        """Parts of the catalogue while an outside technician types."""
        intervention = self._get_record("service.intervention", intervention_id)
        if not self._is_technician(intervention):
            return []
        # PostgreSQL takes no text with a NUL, which nobody types.
        return intervention._portal_parts(search=str(search).replace("\0", "")[:100])

    @route(
        "/my/interventions/<int:intervention_id>/forms/<int:document_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_form_pdf(self, intervention_id, document_id, **_query):
        """A form filled in on the job, for its technician."""
        intervention = self._get_record("service.intervention", intervention_id)
        content = self._is_technician(intervention) and intervention._portal_form_pdf(document_id)
        if not content:
            raise request.not_found()
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", len(content)),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(content, headers=headers)

    @route(
        "/my/interventions/<int:intervention_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_intervention_act(self, intervention_id, act, **typed):
        """Do one act of a technician; see ``_get_acts``."""
        intervention = self._get_record("service.intervention", intervention_id)
        acts = self._get_acts(intervention, typed)
        if act not in acts:
            raise request.not_found()
        method, arguments = acts[act]
        request_uuid = typed.get("request_uuid") or None
        result, error = self._act(method, **arguments, request_uuid=request_uuid)
        # Of several files some may be of no use: the others are kept.
        refused = [item["reason"] for item in (result or {}).get("refused", ())]
        if error or refused:
            error = error or "\n".join(refused)
            return self._render_intervention(intervention, error=error, typed={**typed, "act": act})
        if act == "report":
            return request.redirect(f"/my/reports/{result['report_id']}/sign")
        return request.redirect(f"/my/interventions/{intervention_id}#{act}")

    def _get_acts(self, intervention, typed):
        """Public method and arguments of each act that a page can send."""
        # Uploads are read once, whichever act they are for.
        files = self._get_files()
        tap = {"event_id": to_int(typed.get("event_id")), "position": to_position(typed)}
        return {
            "travel": (intervention.start_travel, tap),
            "travel_stop": (intervention.stop_travel, {}),
            "check_in": (intervention.check_in, tap),
            "check_out": (intervention.check_out, tap),
            "return_visit": (
                intervention.action_return_visit,
                {"parts": read_parts(typed.get("parts")), "reason": typed.get("reason")},
            ),
            "second_fault": (
                intervention.report_second_fault,
                {
                    "description": typed.get("description"),
                    "equipment_id": to_int(typed.get("equipment_id")),
                    "files": [{**file, "kind": "before"} for file in files],
                },
            ),
            "timer": (intervention.start_timer, {"kind": typed.get("kind") or "labour"}),
            "timer_stop": (
                intervention.stop_timer,
                {
                    "break_minutes": typed.get("break_minutes"),
                    "name": typed.get("name"),
                    "stop": intervention._portal_to_utc(typed.get("stop")),
                },
            ),
            "timer_discard": (intervention.discard_timer, {}),
            "files": (
                intervention.add_files,
                {"files": [{**file, "kind": typed.get("kind")} for file in files]},
            ),
            "work": (
                intervention.record_work,
                {"lines": [intervention._portal_line(typed)]},
            ),
            "remove": (
                intervention.remove_work,
                {"line_ids": [to_int(typed.get("line_id")) or 0]},
            ),
            "checklist": (
                intervention.answer_checklist,
                {
                    "answers": [
                        {
                            "answer_id": to_int(typed.get("answer_id")),
                            "value": typed.get("value"),
                            "files": files,
                        }
                    ]
                },
            ),
            "expense": (
                intervention.add_expense,
                {
                    "values": intervention._portal_expense(typed),
                    "files": files,
                },
            ),
            "receipts": (intervention.add_receipts, {"files": files}),
            "reply": (intervention.reply, {"body": typed.get("body"), "files": files}),
            "form": (
                intervention.fill_form,
                {
                    "form_id": to_int(typed.get("form_id")),
                    "answers": intervention._portal_answers(typed),
                    "closing": intervention._portal_closing(typed),
                },
            ),
            "wait": (
                intervention.set_waiting,
                {
                    "reason": typed.get("reason"),
                    "until": typed.get("until") or None,
                    "kind": typed.get("kind") or "other",
                },
            ),
            "resume": (intervention.resume, {}),
            "report": (
                intervention.make_report,
                {
                    "event_ids": [int(value) for value in [typed.get("event_id")] if to_int(value)],
                    "outcome": typed.get("outcome") or "solved",
                    "remark": typed.get("remark") or None,
                },
            ),
            "done": (
                intervention.action_done,
                {"cause": typed.get("cause"), "solution": typed.get("solution")},
            ),
        }


def to_position(typed):
    """What the browser said about where it is, as the public methods take it; None for nothing."""
    try:
        return {name: float(typed[name]) for name in ("latitude", "longitude")}
    except (KeyError, ValueError):
        return None
