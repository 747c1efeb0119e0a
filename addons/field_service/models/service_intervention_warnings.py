from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..slots import Proposal


class ServiceIntervention(models.Model):
    """What a dispatcher should know before planning; none of it forbids to plan."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    def _get_planning_warnings(self, technicians, start, stop):
        """Sentences on what stands against a visit of this intervention."""
        self.ensure_one()
        [warnings] = self._judge_proposals([Proposal(self, technicians, start, stop)])
        return warnings

    @api.model
    def _judge_proposals(self, proposals):
        """What stands against each of many visits, looked up once for all of them.

        :param list proposals: of :class:`Proposal`
        :return: a list of sentences for each proposal
        """
        if not proposals:
            return []
        people = self.env["hr.employee"].sudo().union(*(p.technicians for p in proposals))
        interventions = self.union(*(p.intervention for p in proposals))
        # A day more on each side: working time is cut at the ends of what is asked for.
        start = min(p.start for p in proposals) - timedelta(days=1)
        stop = max(p.stop for p in proposals) + timedelta(days=1)
        known = {
            "work": people._get_working_days(start, stop),
            "time_off": people._get_time_off(start, stop),
            "busy": people._get_commitments(start, stop),
            "lacks": people._get_skill_judge(interventions.skill_ids),
            "papers": self._get_papers(people, interventions),
            "visits": interventions.contract_id._get_planned_visits(),
        }
        return [self._judge(proposal, known) for proposal in proposals]

    def _judge(self, proposal, known):
        intervention = proposal.intervention
        zone = pytz.timezone((intervention.company_id or self.env.company)._get_service_timezone())
        day = pytz.utc.localize(proposal.start).astimezone(zone).date()
        warnings = []
        for technician in proposal.technicians.sorted("name"):
            warnings += self._judge_person(technician, proposal, known)
            warnings += self._judge_skills(technician, intervention, day, known)
            warnings += self._judge_papers(
                [("hr.employee", technician.id)]
                + [("res.partner", partner.id) for partner in technician._get_visit_partners()],
                day,
                known,
            )
        if self.env.user.share:
            # A coordinator from outside sends their own people: how the customer stands, and with
            # which contract, is not theirs to know.
            return warnings
        warnings += intervention._judge_equipment(day, known)
        warnings += intervention._judge_contract(day)
        warnings += intervention._judge_visits_left(proposal.event, known)
        if intervention.situation_verdict == "blocked":
            warnings.append(intervention.situation_label)
        return warnings

    # === PEOPLE === #

    def _judge_person(self, technician, proposal, known):
        start, stop = proposal.start, proposal.stop
        warnings = []
        own = proposal.event.id if proposal.event else 0
        if any(
            promised.key != own and promised.start < stop and promised.stop > start
            for promised in known["busy"][technician.id]
        ):
            warnings.append(
                self.env._("%(name)s has another commitment at that time.", name=technician.name)
            )
        if any(begin < stop and end > start for begin, end in known["time_off"][technician.id]):
            warnings.append(self.env._("%(name)s is away at that time.", name=technician.name))
            return warnings
        # Breaks are within the day: a visit may go over them.
        days = [(spans[0].start, spans[-1].stop) for spans in known["work"][technician.id]]
        if not all(any(begin <= moment <= end for begin, end in days) for moment in (start, stop)):
            warnings.append(
                self.env._("%(name)s does not work at that time.", name=technician.name)
            )
        return warnings

    def _judge_skills(self, technician, intervention, day, known):
        lacking = known["lacks"](technician, intervention.skill_ids, day)
        return [
            self.env._("%(name)s lacks the skill %(skill)s.", name=technician.name, skill=skill)
            for skill in lacking.mapped("name")
        ]

    # === PAPERS AND EQUIPMENT === #

    @api.model
    def _get_papers(self, people, interventions):
        """Papers with a day of expiry, of people and of equipment.

        :return: ``{(model, id): service.document in sudo}``
        """
        owners = {
            "hr.employee": people.ids,
            "res.partner": people._get_visit_partners().ids,
            "service.equipment": interventions.equipment_ids.ids,
        }
        # That a paper has expired concerns whoever plans, whoever may read the paper itself.
        papers_sudo = (
            self.env["service.document"]
            .sudo()
            .search(
                Domain("expiry_date", "!=", False)
                & Domain.OR(
                    Domain("res_model", "=", model) & Domain("res_id", "in", ids)
                    for model, ids in owners.items()
                )
            )
        )
        return papers_sudo.grouped(lambda paper: (paper.res_model, paper.res_id))

    def _judge_papers(self, owners, day, known):
        return [
            self.env._(
                "%(paper)s expires on %(date)s.",
                paper=paper.name,
                date=format_date(self.env, paper.expiry_date),
            )
            for owner in owners
            for paper in known["papers"].get(owner, ())
            if paper.expiry_date < day
        ]

    def _judge_equipment(self, day, known):
        today = fields.Date.context_today(self)
        warnings = []
        for equipment in self.equipment_ids:
            due, warranty = equipment.next_legal_date, equipment.warranty_end_date
            if due and due < day:
                warnings.append(
                    self.env._(
                        "The legal inspection of %(equipment)s was due on %(date)s.",
                        equipment=equipment.display_name,
                        date=format_date(self.env, due),
                    )
                )
            if warranty and today <= warranty < day:
                warnings.append(
                    self.env._(
                        "The warranty of %(equipment)s ends on %(date)s, before the visit.",
                        equipment=equipment.display_name,
                        date=format_date(self.env, warranty),
                    )
                )
            warnings += self._judge_papers([("service.equipment", equipment.id)], day, known)
        return warnings

    def _judge_contract(self, day):
        contract = self.contract_id
        if contract.state == "closed":
            return [self.env._("Contract %(contract)s has ended.", contract=contract.display_name)]
        if contract._get_end() and contract._get_end() < day:
            return [
                self.env._(
                    "Contract %(contract)s ends on %(date)s, before the visit.",
                    contract=contract.display_name,
                    date=format_date(self.env, contract.date_end),
                )
            ]
        return []

    def _judge_visits_left(self, event, known):
        """Other visits that are planned under the contract take theirs as well."""
        contract = self.contract_id
        if not contract.included_visits or contract.state != "open":
            return []
        planned = known["visits"].get(contract.id, 0)
        if event and event.counted_contract_id == contract:
            return []
        # A visit that is being moved is among those planned.
        planned -= bool(event) and event in self.event_ids
        if contract.remaining_visits > planned:
            return []
        return [
            self.env._(
                "No visit of contract %(contract)s is left for this one: its call-out will be "
                "charged.",
                contract=contract.display_name,
            )
        ]
