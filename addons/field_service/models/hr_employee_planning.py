from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ..slots import Commitment, Person, Span, open_gaps


class HrEmployee(models.Model):
    """Who may be sent, and when: working time, leave, commitments and skills, looked up at once
    for any number of people.

    What is confidential (why somebody is away, with whom they are busy) leaves none of these
    methods; whoever calls them has checked the right to plan.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.employee"

    takes_visits = fields.Boolean(
        compute="_compute_takes_visits",
        store=True,
        readonly=False,
        help="Is proposed when a visit is planned.",
    )

    @api.depends("user_id.group_ids", "user_id.share", "settled_by_bill")
    def _compute_takes_visits(self):
        assigned = self.env["service.intervention"]._read_group(
            [("technician_ids", "in", self.ids)], ["technician_ids"]
        )
        sent = {employee.id for (employee,) in assigned}
        for employee in self:
            employee.takes_visits = (
                employee.takes_visits
                or employee.settled_by_bill
                or employee.id in sent
                # An outside technician is an employee whose user is a portal user.
                or employee.user_id.share
                or employee._is_technician_only()
            )

    def _is_technician_only(self):
        user = self.user_id
        return (
            bool(user)
            and user.has_group("field_service.field_service_group_user")
            and not user.has_group("field_service.field_service_group_dispatcher")
        )

    def _get_timezone(self):
        self.ensure_one()
        return pytz.timezone(self.tz or self.company_id._get_service_timezone())

    # === WORKING TIME === #

    def _get_working_days(self, start, stop):
        """Working time between two moments (naive UTC), without leave taken off.

        :return: ``{employee_id: [[Span, …], …]}``, one list per local day
        """
        start, stop = pytz.utc.localize(start), pytz.utc.localize(stop)
        employees_sudo = self.sudo()
        periods = employees_sudo.resource_id._get_calendars_validity_within_period(start, stop)
        known = {}
        found = {}
        for employee_sudo in employees_sudo:
            zone = employee_sudo._get_timezone()
            company_calendar = employee_sudo.company_id.resource_calendar_id
            days = defaultdict(list)
            for calendar, period in periods[employee_sudo.resource_id.id].items():
                # Whoever has no hours of their own keeps those of the firm.
                calendar = calendar or company_calendar
                if (calendar, zone) not in known:
                    known[calendar, zone] = calendar._attendance_intervals_batch(
                        start, stop, tz=zone
                    )[False]
                for begin, end, *_attendance in known[calendar, zone] & period:
                    days[begin.astimezone(zone).date()].append(Span(_naive(begin), _naive(end)))
            found[employee_sudo.id] = [sorted(days[day]) for day in sorted(days)]
        return found

    def _get_time_off(self, start, stop):
        """Leave and closing days between two moments (naive UTC), without a reason.

        :return: ``{employee_id: [(start, stop), …]}``
        """
        employees_sudo = self.sudo()
        leaves_sudo = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                Domain("time_type", "=", "leave")
                & Domain("resource_id", "in", [False, *employees_sudo.resource_id.ids])
                & Domain("date_from", "<", stop)
                & Domain("date_to", ">", start)
            )
        )
        found = {}
        for employee_sudo in employees_sudo:
            calendar = (
                employee_sudo.resource_calendar_id or employee_sudo.company_id.resource_calendar_id
            )
            found[employee_sudo.id] = [
                (leave.date_from, leave.date_to)
                for leave in leaves_sudo
                if leave.resource_id == employee_sudo.resource_id
                or (
                    not leave.resource_id
                    and leave.company_id == employee_sudo.company_id
                    and (not leave.calendar_id or leave.calendar_id == calendar)
                )
            ]
        return found

    # === COMMITMENTS === #

    def _get_commitments(self, start, stop):
        """What these people have promised between two moments (naive UTC).

        :return: ``{employee_id: [Commitment, …]}``
        """
        partners = {employee.id: employee._get_visit_partners() for employee in self}
        partner_ids = [partner.id for partner in self._get_visit_partners()]
        # Whoever is busy is told, not with what: private events count too.
        attendees_sudo = (
            self.env["calendar.attendee"]
            .sudo()
            .search(
                Domain("partner_id", "in", partner_ids)
                & Domain("state", "!=", "declined")
                & Domain("event_id.active", "=", True)
                & Domain("event_id.show_as", "=", "busy")
                & Domain("event_id.start", "<", stop)
                & Domain("event_id.stop", ">", start)
            )
        )
        promised = defaultdict(list)
        for attendee_sudo in attendees_sudo:
            promised[attendee_sudo.partner_id.id].append(attendee_sudo.event_id._as_commitment())
        return {
            employee_id: [item for partner in found for item in promised[partner.id]]
            for employee_id, found in partners.items()
        }

    def _get_base(self):
        """Where the day begins: the place of work, else the company's."""
        self.ensure_one()
        employee_sudo = self.sudo()
        return (
            employee_sudo.address_id._get_coordinates()
            or employee_sudo.company_id.partner_id._get_coordinates()
        )

    def _get_gaps(self, start, stop):
        """The free time of each person within a window (naive UTC).

        :return: ``{employee_id: [(local day, Gap), …]}``
        """
        # Whole days: what comes before and after a slot is outside of a narrow window too.
        start, stop = start - timedelta(days=1), stop + timedelta(days=1)
        work = self._get_working_days(start, stop)
        time_off = self._get_time_off(start, stop)
        promised = self._get_commitments(start, stop)
        found = {}
        for employee in self:
            base, zone = employee._get_base(), employee._get_timezone()
            # After an absence somebody comes from where the day begins.
            absences = [Commitment(begin, end, base) for begin, end in time_off[employee.id]]
            person = Person(employee.id, work[employee.id], promised[employee.id] + absences, base)
            found[employee.id] = [
                (pytz.utc.localize(gap.start).astimezone(zone).date(), gap)
                for gap in open_gaps(person)
            ]
        return found

    # === SKILLS === #

    def _get_skill_judge(self, skills):
        """Look up who of these people has which of the skills when.

        :return: a function of (employee, skills, day): those skills that the employee doesn't have
        """
        periods = defaultdict(list)
        # What somebody has learnt is no secret to whoever plans; records of people are.
        lines_sudo = self.env["hr.employee.skill"].sudo()
        if skills:
            lines_sudo = lines_sudo.search(
                [("employee_id", "in", self.ids), ("skill_id", "in", skills.ids)]
            )
        for line in lines_sudo:
            periods[line.employee_id.id, line.skill_id.id].append((line.valid_from, line.valid_to))
        known = {}

        def lacks(employee, needed, day):
            # Asked again for each gap of each intervention.
            key = (employee.id, needed._ids, day)
            if key not in known:
                known[key] = needed.filtered(
                    lambda skill: (
                        not any(
                            (not start or start <= day) and (not stop or day <= stop)
                            for start, stop in periods[employee.id, skill.id]
                        )
                    )
                )
            return known[key]

        return lacks


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    takes_visits = fields.Boolean(readonly=True)

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """Override of `base` to offer first who fits the intervention that is being planned."""
        intervention_id = self.env.context.get("field_service_plan_intervention_id")
        if not intervention_id:
            return super().name_search(name, domain, operator, limit)
        intervention = self.env["service.intervention"].browse(intervention_id)
        fitting = Domain("id", "in", intervention._get_fitting_employees().ids)
        domain = Domain(domain or Domain.TRUE)
        first = super().name_search(name, domain & fitting, operator, limit)
        rest = limit and limit - len(first)
        if rest == 0:
            return first
        return first + super().name_search(name, domain & ~fitting, operator, rest)


def _naive(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
