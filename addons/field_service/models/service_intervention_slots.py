from datetime import timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..checking import are_ids, is_id
from ..printing import format_times
from ..slots import Wish, find_together

MAX_WINDOW = timedelta(days=92)
MAX_SLOTS = 50


class ServiceIntervention(models.Model):
    """Who could go when: the work a dispatcher does with a calendar and a map, in one call."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    skill_ids = fields.Many2many(
        "hr.skill",
        relation="service_intervention_skill_rel",
        string="Skills needed",
        compute="_compute_skill_ids",
        store=True,
        readonly=False,
        help="Whoever goes there should have them on the day of the visit.",
    )

    @api.depends("type_id")
    def _compute_skill_ids(self):
        for intervention in self:
            intervention.skill_ids = intervention.type_id.skill_ids

    # === PUBLIC METHODS === #

    @api.readonly
    def find_slots(self, start, stop, employee_ids=None, hours=None, limit=10, *, together=False):
        """Propose the best free slots for visits of these interventions; nothing is reserved.

        Looked at: working time, leave and commitments of each person, the skills needed on the day,
        and the way from the visit before and to the one after. Many interventions cost as many
        queries as one; each is proposed for by itself.

        :param str start: from when on (naive UTC); the past is never proposed
        :param str stop: until when (naive UTC), three months later at most
        :param list employee_ids: who may go (``hr.employee``); without, whoever takes visits
        :param float hours: length of the visit; without, what the type of work says
        :param int limit: how many slots for each intervention
        :param bool together: the people named go all of them, at the same time
        :return: ``[{"intervention_id": …, "slots": [{"employee_ids", "employees", "start", "stop",
            "travel_km", "travel_minutes", "reason"}], "remarks": […]}]``, the best slot first; the
            way is the longest of the crew's
        :raise AccessError: who may not plan
        """
        self.check_access("write")
        start, stop = self._check_window(start, stop)
        limit = min(limit, MAX_SLOTS) if is_id(limit) else 10
        team = self._get_team(employee_ids).sorted("name")
        gaps = team._get_gaps(start, stop)
        lacks = team._get_skill_judge(self.skill_ids)
        return [
            intervention._propose(
                Wish(
                    timedelta(hours=intervention._check_hours(hours)),
                    start,
                    stop,
                    (intervention.site_id or intervention.partner_id)._get_coordinates(),
                ),
                team.filtered(lambda one, job=intervention: one.company_id == job.company_id),
                gaps,
                lacks,
                limit,
                together,
            )
            for intervention in self
        ]

    def _propose(self, wish, team, gaps, lacks, limit, together):
        """Slots for one intervention, out of what has been looked up for all."""
        fitting, lacking = {employee: [] for employee in team}, {}
        for employee in team:
            for day, gap in gaps[employee.id]:
                missing = lacks(employee, self.skill_ids, day)
                if missing:
                    lacking.setdefault(employee, missing)
                else:
                    fitting[employee].append(gap)
        roads = self.company_id._get_roads()
        if together:
            slots = find_together(list(fitting.values()), wish, roads, limit) if team else []
        else:
            slots = find_together([chain(*fitting.values())], wish, roads, limit)
        names = {employee.id: employee.name for employee in team}
        return {
            "intervention_id": self.id,
            "slots": [
                {
                    "employee_ids": [slot.key for slot in crew],
                    "employees": ", ".join(names[slot.key] for slot in crew),
                    "start": fields.Datetime.to_string(crew[0].start),
                    "stop": fields.Datetime.to_string(crew[0].stop),
                    "travel_km": _longest(slot.km for slot in crew),
                    "travel_minutes": _longest(slot.minutes for slot in crew),
                    "reason": self._explain_crew(crew, names),
                }
                for crew in slots
            ],
            "remarks": self._get_slot_remarks(wish, team, lacking, slots, together),
        }

    # === WHAT IS ASKED FOR === #

    def _check_window(self, start, stop):
        start, stop = self._check_moment(start), self._check_moment(stop)
        if not start or not stop or stop <= start:
            raise ValidationError(self.env._("Say from when until when to look for a free slot."))
        if stop - start > MAX_WINDOW:
            raise ValidationError(
                self.env._("Free slots are looked for within three months. Shorten the period.")
            )
        now = fields.Datetime.now()
        if stop <= now:
            raise ValidationError(self.env._("That time has passed. Choose a later one."))
        return max(start, now), stop

    def _check_hours(self, hours):
        """How long the visit lasts: what is asked for, else what plan or type of work say."""
        if hours is None:
            return self._get_visit_hours()
        if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours <= 24:
            raise ValidationError(self.env._("A visit lasts up to 24 hours of work."))
        return hours

    def _get_team(self, employee_ids):
        """Whoever may be sent, in sudo: those named, else all of the companies' technicians."""
        # Dispatchers plan people without having a right to their personnel records.
        employees_sudo = self.env["hr.employee"].sudo()
        domain = Domain("company_id", "in", self.company_id.ids)
        if employee_ids is None:
            return employees_sudo.search(domain & Domain("takes_visits", "=", True))
        if not are_ids(employee_ids):
            raise ValidationError(self.env._("Choose at least one technician for the visit."))
        return employees_sudo.search(domain & Domain("id", "in", list(employee_ids)))

    # === WHAT IS TOLD === #

    def _explain_crew(self, crew, names):
        """Why this is proposed: a line for each person, with the name where there are several."""
        if len(crew) == 1:
            return self._explain_slot(crew[0])
        return "\n".join(f"{names[slot.key]}: {self._explain_slot(slot)}" for slot in crew)

    def _explain_slot(self, slot):
        """Why somebody is proposed, in one line for people."""
        zone = self.company_id._get_service_timezone()
        parts = [
            self.env._(
                "Free %(times)s.",
                times=format_times(self.env, slot.free_from, slot.free_until, zone),
            )
        ]
        if slot.km is not None:
            way = {"km": f"{slot.km:.0f}", "minutes": slot.minutes}
            if not slot.before:
                parts.append(
                    self.env._("%(km)s km (%(minutes)s min) from where the day begins.", **way)
                )
            elif slot.before.name:
                parts.append(
                    self.env._(
                        "%(km)s km (%(minutes)s min) from the visit before in %(town)s.",
                        town=slot.before.name,
                        **way,
                    )
                )
            else:
                parts.append(
                    self.env._("%(km)s km (%(minutes)s min) from the visit before.", **way)
                )
        if self.skill_ids:
            parts.append(
                self.env._("Has: %(skills)s.", skills=", ".join(self.skill_ids.mapped("name")))
            )
        return " ".join(parts)

    def _get_slot_remarks(self, wish, team, lacking, slots, together):
        """What a dispatcher should know about the list: who is not on it, and what isn't known."""
        remarks = []
        if not team:
            remarks.append(
                self.env._("Nobody takes visits. Tick it on the employees who go to customers.")
            )
        elif not slots and together and len(team) > 1:
            remarks.append(
                self.env._(
                    "They have no %(hours)s hours free at the same time on one day. Look further "
                    "ahead, plan several shorter visits, or let each go alone.",
                    hours=formatLang(self.env, wish.length.total_seconds() / 3600),
                )
            )
        elif not slots:
            remarks.append(
                self.env._(
                    "Nobody has %(hours)s hours free on one day. Look further ahead, or plan "
                    "several shorter visits.",
                    hours=formatLang(self.env, wish.length.total_seconds() / 3600),
                )
            )
        if not wish.place:
            remarks.append(
                self.env._("The site has no coordinates: the way there is not taken into account.")
            )
        remarks += [
            self.env._(
                "%(name)s is left out, lacking %(skills)s.",
                name=employee.name,
                skills=", ".join(missing.mapped("name")),
            )
            for employee, missing in lacking.items()
        ]
        return remarks

    def _get_fitting_employees(self):
        """Who takes visits and has the skills today; in sudo."""
        self.ensure_one()
        self.check_access("write")
        team = self._get_team(None)
        lacks = team._get_skill_judge(self.skill_ids)
        today = fields.Date.context_today(self)
        return team.filtered(lambda employee: not lacks(employee, self.skill_ids, today))


def _longest(ways):
    """The longest of the ways that are known, None if none is."""
    return max((way for way in ways if way is not None), default=None)
