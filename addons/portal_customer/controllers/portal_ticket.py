from odoo.http import request, route

from .portal import PortalPages, to_int

# How the name of a question ends that has several answers.
QUESTION_OF_SEVERAL = "[]"
OFFERED = 3  # problems like the one being typed, at most


class PortalTicket(PortalPages):
    """Requests for assistance: opened, followed, closed and opened again by the customer."""

    def _get_ticket_options(self):
        _ = request.env._
        return {
            "sortings": {
                "date": {"label": _("Newest"), "order": "id desc"},
                "name": {"label": _("Subject"), "order": "name, id desc"},
                "stage": {"label": _("Stage"), "order": "stage_id, id desc"},
            },
            "filters": {
                "all": {"label": _("All"), "domain": []},
                "open": {"label": _("Open"), "domain": [("closed", "=", False)]},
                "waiting": {
                    "label": _("Waiting for your answer"),
                    "domain": [("closed", "=", False), ("stage_id.waiting", "=", True)],
                },
                "closed": {"label": _("Closed"), "domain": [("closed", "=", True)]},
            },
            "groupings": {
                "stage": {"label": _("Stage"), "field": "stage_id"},
                "site": {"label": _("Site"), "field": "site_id"},
                "equipment": {"label": _("Equipment"), "field": "equipment_id"},
            },
            "search": ["number", "name"],
            "empty": _("No requests here. Open one when something doesn't work."),
        }

    @route(
        ["/my/tickets", "/my/tickets/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_tickets(self, page=1, **query):
        return self._render_list(
            "helpdesk.ticket",
            "/my/tickets",
            title=request.env._("Requests for assistance"),
            page_name="ticket",
            options=self._get_ticket_options(),
            query=query,
            page=page,
            template="portal_customer.portal_my_tickets",
        )

    # === NEW === #

    def _prepare_new_ticket_values(self, typed):
        user = request.env.user
        equipment, has_more_equipment = request.env["service.equipment"]._portal_choices(
            typed.get("equipment_search"), to_int(typed.get("equipment_id"))
        )
        categories = request.env["helpdesk.category"].search([])
        company = user._get_acting_contact().commercial_partner_id
        sites = request.env["res.partner"].search(
            [("id", "child_of", company.id), ("type", "in", ("delivery", "other"))]
        )
        return {
            "page_name": "ticket_new",
            "may_open": True,
            "equipment": equipment,
            "has_more_equipment": has_more_equipment,
            "categories": [{"id": item.id, "name": item.display_name} for item in categories],
            "questions": request.env["helpdesk.ticket"]._portal_questions(categories),
            "sites": [{"id": site.id, "name": site.name or site.city} for site in sites],
        }

    @route(
        "/my/tickets/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_new_ticket(self, **typed):
        # Whoever may open none is told so before they write.
        _nothing, error = self._act(request.env["helpdesk.ticket"]._check_may_open)
        return self._render_page(
            "portal_new_ticket",
            {
                **self._prepare_new_ticket_values(typed),
                "typed": typed,
                "error": error,
                "may_open": not error,
            },
        )

    @route(
        "/my/tickets/new/find",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
        readonly=True,
    )
    def portal_find_equipment(self, **typed):
        """The form again with the machines that were looked for, for whoever has no script."""
        typed.update(self._get_choices())
        return self._render_page(
            "portal_new_ticket", {**self._prepare_new_ticket_values(typed), "typed": typed}
        )

    @route("/my/tickets/equipment", type="jsonrpc", auth="user", website=True, readonly=True)
    def portal_equipment_choices(self, search=""):
        """Own machines while somebody types."""
        found, _has_more = request.env["service.equipment"]._portal_choices(search)
        return found

    @route("/my/tickets/new", type="http", auth="user", website=True, methods=["POST"])
    def portal_create_ticket(self, **typed):
        values = {
            "name": typed.get("name"),
            "description": typed.get("description") or "",
            "equipment_id": to_int(typed.get("equipment_id")),
            "site_id": to_int(typed.get("site_id")),
            "category_id": to_int(typed.get("category_id")),
            "presence_until": request.env["service.intervention"]._portal_to_utc(
                typed.get("presence_until")
            ),
        }
        typed.update(self._get_choices())
        if answers := self._get_answers(typed):
            values["ticket_properties"] = answers
        opened, error = self._act(
            request.env["helpdesk.ticket"].open_ticket,
            values={name: value for name, value in values.items() if value},
            files=self._get_files(),
            request_uuid=typed.get("request_uuid") or None,
        )
        if error:
            return self._render_page(
                "portal_new_ticket",
                {**self._prepare_new_ticket_values(typed), "typed": typed, "error": error},
            )
        return request.redirect(f"/my/tickets/{opened['ticket_id']}?opened=1")

    @staticmethod
    def _get_choices():
        """What was chosen where several things may be: a form gives but the first of them."""
        form = request.httprequest.form
        return {name: form.getlist(name) for name in form if name.endswith(QUESTION_OF_SEVERAL)}

    @staticmethod
    def _get_answers(typed):
        """Answers to the questions of the chosen category; the form holds those of all."""
        prefix = f"q_{to_int(typed.get('category_id'))}_"
        return {
            name.removeprefix(prefix).removesuffix(QUESTION_OF_SEVERAL): answer
            for name, answer in typed.items()
            if name.startswith(prefix) and answer
        }

    @route("/my/tickets/similar", type="jsonrpc", auth="user", website=True, readonly=True)
    def portal_similar(self, text=""):
        """Published articles and own solved problems like what is being typed."""
        # Who asks too often goes on typing, and is offered nothing meanwhile.
        found, _error = self._act(
            request.env["knowledge.entry"].search_similar, text=str(text)[:500], limit=OFFERED
        )
        return [
            {
                "id": entry["id"],
                "title": entry["title"],
                "excerpt": entry["excerpt"],
                "why": entry["why"],
                "url": {
                    "knowledge.article": f"/my/knowledge/{entry['res_id']}",
                    "helpdesk.ticket": f"/my/tickets/{entry['res_id']}",
                    "service.intervention": f"/my/interventions/{entry['res_id']}",
                }.get(entry["res_model"], ""),
            }
            for entry in found or ()
        ]

    @route("/my/tickets/similar/noted", type="jsonrpc", auth="user", website=True)
    def portal_similar_noted(self, kind, entry_ids=()):
        """Count what became of something found before a request was sent.

        :param kind: ``shown``, ``opened`` or ``solved``
        """
        numbers = entry_ids[:OFFERED] if isinstance(entry_ids, list) else []
        entries = list(filter(None, map(to_int, numbers)))
        if kind in ("shown", "opened", "solved") and entries:
            request.env["knowledge.event"].record(entry_ids=entries, kind=kind)
        return True

    @route(
        "/my/tickets/new/solved",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_solved_before(self, **typed):
        """Thanks for what was counted, and the way on, also back to the request."""
        equipment_id = to_int(typed.get("equipment_id"))
        scanned = f"?equipment_id={equipment_id}" if equipment_id else ""
        return self._render_page(
            "portal_solved_before",
            {"page_name": "ticket_new", "form_url": f"/my/tickets/new{scanned}"},
        )

    # === ONE REQUEST === #

    def _render_ticket(self, ticket, **more):
        return self._render_page(
            "portal_ticket",
            {
                "page_name": "ticket",
                "ticket": ticket._portal_values(),
                # The conversation is Odoo's own component, which wants the record.
                "object": ticket,
                "conversation": ticket._portal_conversation(),
                **more,
            },
        )

    @route(
        "/my/tickets/<int:ticket_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_ticket(self, ticket_id, opened=None, **_query):
        ticket = self._get_record("helpdesk.ticket", ticket_id)
        return self._render_ticket(ticket, opened=bool(opened))

    @route(
        "/my/tickets/<int:ticket_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_ticket_act(self, ticket_id, act, **typed):
        ticket = self._get_record("helpdesk.ticket", ticket_id)
        request_uuid = typed.get("request_uuid") or None
        # Uploads are read once, whichever act they are for.
        files = self._get_files()
        acts = {
            "close": (
                ticket.action_close,
                {"solution": typed.get("solution"), "cause": None, "request_uuid": request_uuid},
            ),
            "reopen": (
                ticket.reopen,
                {"reason": typed.get("reason"), "request_uuid": request_uuid},
            ),
            "rate": (
                ticket.rate,
                {
                    "rate": to_int(typed.get("rate")),
                    "feedback": typed.get("feedback"),
                    "request_uuid": request_uuid,
                },
            ),
            "files": (
                ticket.add_files,
                {"files": files, "request_uuid": request_uuid},
            ),
            "reply": (
                ticket.reply,
                {"body": typed.get("body"), "files": files, "request_uuid": request_uuid},
            ),
        }
        if act not in acts:
            raise request.not_found()
        method, arguments = acts[act]
        _result, error = self._act(method, **arguments)
        if error:
            return self._render_ticket(ticket, error=error, typed={**typed, "act": act})
        return request.redirect(f"/my/tickets/{ticket_id}{'#reply' if act == 'reply' else ''}")
