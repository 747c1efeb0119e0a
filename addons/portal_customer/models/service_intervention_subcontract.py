from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.field_service.models.service_intervention import OPEN_STATES


class ServiceIntervention(models.Model):
    """What a firm's coordinator is shown: the work given to the firm, and their people's visits.

    Coordinators read no interventions. They get, of those that concern their firm, what sending
    somebody needs: number, what there is to do, where, and nothing of what it is worth.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    @api.model
    def _portal_given_domain(self):
        firm = self.env.user.partner_id.commercial_partner_id
        return Domain("subcontractor_id", "=", firm.id) & Domain("state", "in", OPEN_STATES)

    @api.model
    def _portal_count_given(self):
        """How many pieces of work wait for the coordinator's answer."""
        if not self.env.user._is_coordinator():
            return 0
        domain = self._portal_given_domain() & Domain("subcontract_state", "=", "asked")
        # Coordinators read no interventions: these were given to their firm.
        return self.sudo().search_count(domain)

    @api.model
    def _portal_subcontracts(self):
        """The coordinator's page: what is to be answered, and who goes where.

        :return: dict ``asked`` and ``visits`` (lists of dicts), ``people`` (id and name)
        """
        people_sudo = self.env.user._get_coordinated_people_sudo()
        # Coordinators read no interventions: these were given to their firm.
        given_sudo = self.sudo().search(self._portal_given_domain(), order="subcontract_deadline")
        asked_sudo = given_sudo.filtered(lambda item: item.subcontract_state == "asked")
        return {
            "asked": [item._portal_given_row() for item in asked_sudo],
            "taken": [
                item._portal_given_row()
                for item in given_sudo.filtered(lambda item: item.subcontract_state == "accepted")
                if not item.planned_start
            ],
            "visits": self._portal_visits_of(people_sudo),
            "people": [{"id": person.id, "name": person.name} for person in people_sudo],
        }

    def _portal_given_row(self):
        """Work given to the coordinator's firm; self in sudo, after the check."""
        self.ensure_one()
        place = self.site_id or self.partner_id
        return {
            "id": self.id,
            "number": self.number,
            "name": self.name,
            "description": self.description,
            "type": self.type_id.name,
            "where": ", ".join(filter(None, [place.street, place.zip, self._get_town()])),
            "equipment": ", ".join(self.equipment_ids.mapped("display_name")),
            "skills": ", ".join(self.skill_ids.mapped("name")),
            "hours": f"{self._get_visit_hours():g}",
            "deadline": self.subcontract_deadline,
        }

    @api.model
    def _portal_visits_of(self, people_sudo):
        """Visits of the coordinator's people from today on, in order of time."""
        by_partner = {
            partner: person for person in people_sudo for partner in person._get_visit_partners()
        }
        start = self._portal_midnight()
        # Portal users read no visits: these are those of their own people.
        attendees_sudo = (
            self.env["calendar.attendee"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", [partner.id for partner in by_partner]),
                    ("event_id.intervention_id.state", "in", list(OPEN_STATES)),
                    ("event_id.active", "=", True),
                    ("event_id.stop", ">=", start),
                ]
            )
        )
        rows = []
        for attendee in attendees_sudo.sorted(lambda item: (item.event_id.start, item.id)):
            visit, person = attendee.event_id, by_partner[attendee.partner_id]
            place = visit.intervention_id.site_id or visit.intervention_id.partner_id
            rows.append(
                {
                    "id": visit.id,
                    "intervention_id": visit.intervention_id.id,
                    "number": visit.intervention_id.number,
                    "name": visit.intervention_id.name,
                    "where": ", ".join(
                        filter(None, [place.street, place.zip, visit.intervention_id._get_town()])
                    ),
                    "start": visit.start,
                    "stop": visit.stop,
                    "start_utc": fields.Datetime.to_string(visit.start),
                    "employee_id": person.id,
                    "person": person.name,
                    # Who goes there already cannot be sent in a mate's place.
                    "others": [
                        {"id": other.id, "name": other.name}
                        for other in people_sudo
                        if not other._get_visit_partners() & visit.partner_ids
                    ],
                    "answer": attendee.state,
                    "answer_reason": attendee.answer_reason or "",
                    "proposed_start": attendee.proposed_start,
                    "may_answer": not attendee.checked_in_on and not attendee._get_closed_reason(),
                }
            )
        return rows
