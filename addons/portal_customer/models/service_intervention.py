from urllib.parse import quote_plus

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import is_html_empty

from odoo.addons.field_service.models.service_intervention import CLOSED_STATES
from odoo.addons.field_service.models.service_work_line import TIME_KINDS

STATE_COLOURS = {
    "draft": "secondary",
    "planned": "info",
    "confirmed": "primary",
    "in_progress": "warning",
    "waiting": "dark",
    "done": "success",
    "cancelled": "light",
}


class ServiceIntervention(models.Model):
    """What the portal shows of an intervention: to its customer, and to its outside technician."""

    _name = "service.intervention"
    _inherit = ["service.intervention", "portal.conversation.mixin", "portal.readable.mixin"]

    @api.model
    def _portal_readable_fields(self):
        return super()._portal_readable_fields() | {
            "number",
            "name",
            "description",
            "ticket_id",
            "type_id",
            "partner_id",
            "commercial_partner_id",
            "contact_id",
            "site_id",
            "access_note",
            "equipment_ids",
            "priority",
            "state",
            "waiting_kind",
            "waiting_reason",
            "waiting_until",
            "cause",
            "solution",
            "close_date",
            "planned_start",
            "planned_end",
            "confirmation_state",
            "is_mine",
            "my_timer_start",
            "my_timer_kind",
            "my_timer_forgotten",
            "work_line_ids",
            "report_ids",
            "checklist_answer_ids",
        }

    def _get_files_to_zip(self):
        """Override of `field_service`: outside people get no files of internal notes."""
        files_sudo = super()._get_files_to_zip()
        if self.env.user.share:
            files_sudo -= files_sudo._of_internal_notes()
        return files_sudo

    def _portal_label(self, name):
        """Label of a selection field, in the reader's language."""
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _portal_row(self):
        """An intervention in a list."""
        self.ensure_one()
        place = self.sudo().site_id or self.sudo().partner_id
        return {
            "url": f"/my/interventions/{self.id}",
            "number": self.number,
            "title": self.name,
            "subtitle": ", ".join(filter(None, [place.name, place.city])),
            "date": self.planned_start or self.close_date,
            "badge": self._portal_label("state"),
            "badge_class": STATE_COLOURS[self.state],
            "group": "",
        }

    def _portal_values(self):
        """An intervention on its page; the caller has checked that the user may read it."""
        self.ensure_one()
        # Customers and outside technicians read no employees, visits or colleagues' contacts.
        intervention = self.sudo()
        place = intervention.site_id or intervention.partner_id
        return {
            "id": self.id,
            "number": intervention.number,
            "name": intervention.name,
            "description": intervention.description,
            "state": intervention.state,
            "state_label": self._portal_label("state"),
            "state_class": STATE_COLOURS[intervention.state],
            "type": intervention.type_id.name,
            "waiting": self._portal_waiting(),
            "customer": intervention.commercial_partner_id.name,
            "site": place.name or place.city or "",
            "address": ", ".join(filter(None, [place.street, place.zip, place.city])),
            "equipment": [
                {"name": item.display_name, "url": f"/my/equipment/{item.id}"}
                for item in intervention.equipment_ids
            ],
            "ticket": intervention.ticket_id.number or "",
            "ticket_url": f"/my/tickets/{intervention.ticket_id.id}"
            if intervention.ticket_id
            else "",
            "solution": intervention.solution or "",
            "visits": [self._portal_visit(visit) for visit in intervention.event_ids.sorted()],
            "reports": [
                {
                    "id": report.id,
                    "number": report.display_name,
                    "date": report.date,
                    "state": report.state,
                    "is_draft": report.state == "draft",
                    "signed_by": report.signed_by or "",
                    "url": f"/my/reports/{report.id}/pdf",
                }
                # Customers read no drafts: their rights say which ones there are for them.
                for report in self.env["service.report"].search(
                    [("intervention_id", "=", self.id)], order="id"
                )
            ],
            "files": self.env["ir.attachment"]._portal_files(self),
        }

    def _portal_waiting(self):
        """What is waited for, in words, and by when; empty when nothing is."""
        self.ensure_one()
        if self.state != "waiting":
            return {}
        return {
            "what": ": ".join(
                filter(None, [self._portal_label("waiting_kind"), self.waiting_reason])
            ),
            "until": self.waiting_until,
        }

    def _portal_visit(self, visit):
        """A visit (in sudo) as its customer or technician may see it, with their own answer."""
        me = self.env.user._get_own_contacts()
        mine = visit.attendee_ids.filtered(lambda attendee: attendee.partner_id in me)[:1]
        return {
            "id": visit.id,
            "start": visit.start,
            "stop": visit.stop,
            "start_utc": fields.Datetime.to_string(visit.start),
            "technicians": ", ".join(
                employee.name
                for employee in self.sudo().technician_ids
                if employee._get_visit_partners() & visit.partner_ids
            ),
            "is_mine": bool(mine),
            "answer": mine.state or "",
            # Who has confirmed may still have to say no, until they are there.
            "may_answer": bool(mine and not mine.checked_in_on and not mine._get_closed_reason()),
            "answer_reason": mine.answer_reason or "",
            "proposed_start": mine.proposed_start,
            "is_on_site": bool(mine.checked_in_on and not mine.checked_out_on),
            "checked_in_on": mine.checked_in_on,
            "checked_out_on": mine.checked_out_on,
        }

    def _portal_coming_visits(self):
        """Visits of these interventions that are not over, to be followed and answered."""
        now = fields.Datetime.now()
        return [
            {**intervention._portal_visit(visit), "url": f"/my/interventions/{intervention.id}"}
            for intervention in self
            if intervention.state not in CLOSED_STATES
            # Customers read no events: these are of interventions that they read.
            for visit in intervention.sudo().event_ids.sorted("start")
            if visit.stop >= now
        ]

    def _portal_work_values(self):
        """What an outside technician needs to work; the caller has checked that it is theirs."""
        self.ensure_one()
        intervention = self.sudo()
        place = intervention.site_id or intervention.partner_id
        contact = intervention.contact_id
        address = ", ".join(filter(None, [place.street, place.zip, place.city]))
        user = self.env.user
        work_start, work_stop = self._portal_get_work_times()
        situation = ""
        if intervention.company_id.situation_for_outside:
            situation = intervention.situation_label or ""
        return {
            "contact": contact.name or "",
            "phone": contact.phone or place.phone or "",
            "access_note": intervention.access_note or "",
            "map_url": f"https://www.openstreetmap.org/search?query={quote_plus(address)}",
            "situation": situation,
            "notes": [
                {"name": item.display_name, "note": item.note}
                for item in intervention.equipment_ids
                if not is_html_empty(item.note)
            ],
            "lines": [line._to_dict() for line in intervention.work_line_ids.sorted()],
            "own_line_ids": intervention.work_line_ids.filtered(
                lambda line: (
                    line.employee_id.user_id == user
                    and (not line.report_id or line.report_id.state == "draft")
                )
            ).ids,
            "checklist": [
                {
                    "id": answer.id,
                    "name": answer.item_id.name,
                    "kind": answer.kind,
                    "required": answer.required,
                    "unit": answer.unit or "",
                    "choices": answer.item_id._get_choices(),
                    "value": answer.value or "",
                    "photos": len(answer.attachment_ids),
                    "is_within_limits": answer.is_within_limits,
                }
                for answer in intervention.checklist_answer_ids.sorted()
            ],
            "timer": self._portal_timer(),
            "start_local": self._portal_to_local(work_start),
            "stop_local": self._portal_to_local(work_stop),
            "timezone": self._portal_zone().zone,
            "presets": [
                {"minutes": 30, "label": self.env._("30 min")},
                {"minutes": 60, "label": self.env._("1 h")},
                {"minutes": 120, "label": self.env._("2 h")},
            ],
            "time_kinds": [
                item
                for item in self.env["service.work.line"]
                ._fields["kind"]
                ._description_selection(self.env)
                if item[0] in TIME_KINDS
            ],
            "waiting_kinds": self._fields["waiting_kind"]._description_selection(self.env),
            "outcomes": self.env["service.report"]
            ._fields["outcome"]
            ._description_selection(self.env),
            "needs_signature": intervention.type_id.needs_signature,
            "has_open_work": any(
                not line.report_id or line.report_id.state == "draft"
                for line in intervention.work_line_ids
            ),
            "is_open": intervention.state not in ("done", "cancelled"),
        }

    def _portal_timer(self):
        """The technician's own clock: since when it runs, or that it has to be corrected."""
        self.ensure_one()
        return {
            "start": self.my_timer_start,
            "kind": self._portal_label("my_timer_kind") if self.my_timer_kind else "",
            "forgotten": self.my_timer_forgotten,
            "forgotten_local": self._portal_to_local(self.my_timer_forgotten),
        }

    def _portal_similar(self, limit=3):
        """Solved problems like this one; the caller has checked that the intervention is theirs.

        An outside technician finds by right what any customer finds. For their work they are shown
        what the house knows for its technicians, what is for this customer, and their own cases.
        """
        self.ensure_one()
        customer = self.sudo().commercial_partner_id
        # As the house itself: what may be found is said by the domain and by the company.
        entries = (
            self.env["knowledge.entry"]
            .with_user(SUPERUSER_ID)
            .with_context(allowed_company_ids=self.sudo().company_id.ids)
        )
        domain = (
            Domain("audience", "in", ("technician", "customer", "public"))
            & Domain("partner_id", "in", [False, customer.id])
            & entries._audience_domain(customer)
        )
        found = entries._search_similar(
            self.sudo()._knowledge_problem_text(), limit=limit, domain=domain
        )
        return [
            {name: entry[name] for name in ("id", "title", "solution", "why")} for entry in found
        ]

    def _portal_parts(self, search="", chosen_id=None):
        """Parts an outside technician can choose from, see ``find_parts``.

        :param int chosen_id: a part that was chosen before, which has to stay among them
        """
        if self.state in CLOSED_STATES:
            return []
        parts = self.find_parts(search=search)["parts"]
        if chosen_id and chosen_id not in {part["id"] for part in parts}:
            # Names only; technicians in the portal read no products.
            catalogue = self.sudo()._get_part_domain() & Domain("id", "=", chosen_id)
            products_sudo = self.env["product.product"].sudo().search(catalogue)
            parts = [*map(self._prepare_part, products_sudo), *parts]
        return [
            {
                "id": part["id"],
                "name": " · ".join(filter(None, [part["name"], part["code"], part["unit"]])),
            }
            for part in parts
        ]
