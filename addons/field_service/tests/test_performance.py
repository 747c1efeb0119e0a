from datetime import timedelta
from functools import partial

from lxml import etree

from odoo.fields import Datetime
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from odoo.addons.helpdesk_ticket.tests.common import HelpdeskCommon

from .common import MONDAY, FieldServiceCommon, at

# Rows of lists inside a form are read with it.
X2MANY = ("one2many", "many2many")


@tagged("post_install", "-at_install")
@freeze_time("2026-11-09 06:00:00")
class TestPerformance(FieldServiceCommon):
    """What people open all day costs as many queries for many rows as for few."""

    _queries = HelpdeskCommon._queries
    _cost = HelpdeskCommon._cost

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.env["service.contract"].create(
            {
                "name": "All",
                "partner_id": cls.customer.id,
                "date_start": "2026-01-01",
                "included_visits": 100,
            }
        )
        cls.contract.action_open()
        cls.term = cls.env["service.warranty.term"].create({"name": "1 year", "months": 12})

    def _specification(self, records, view, view_type):
        """The fields that a view of ours shows, as the web client asks for them."""
        arch = records.get_view(self.env.ref(f"field_service.{view}").id, view_type)["arch"]
        return self._get_shown(records, etree.fromstring(arch))

    def _get_shown(self, records, arch):
        specification = {}
        for node in arch.iter("field"):
            if any(parent.tag == "field" for parent in node.iterancestors()):
                continue
            field = records._fields[node.get("name")]
            shown = {}
            if field.type == "many2one":
                shown = {"fields": {"display_name": {}}}
            elif field.type in X2MANY:
                rows = records.env[field.comodel_name]
                inside = [view for view in node if view.tag in ("list", "kanban")]
                shown = {"fields": {"display_name": {}}}
                for view in inside:
                    shown["fields"] |= self._get_shown(rows, view)
            specification[field.name] = shown
        return specification

    def _make(self, count, visits=1):
        """Interventions with all that is shown of them, no two alike."""
        interventions = self.env["service.intervention"]
        for number in range(count):
            customer = self.env["res.partner"].create({"name": f"Customer {number}"})
            equipment = self.env["service.equipment"].create(
                {
                    "name": f"Machine {number}",
                    "partner_id": customer.id,
                    "warranty_term_id": self.term.id,
                    "installation_date": "2026-03-01",
                }
            )
            made = self._create_intervention(
                partner_id=customer.id,
                site_id=False,
                contact_id=False,
                equipment_ids=[(6, 0, equipment.ids)],
            )
            for turn in range(visits):
                start = Datetime.to_datetime(at(8)) + timedelta(hours=2 * turn)
                visit = self._plan(
                    made,
                    self.technician | self.colleague,
                    start=Datetime.to_string(start),
                    stop=Datetime.to_string(start + timedelta(hours=1)),
                )
                labour = {"kind": "labour", "date": str(MONDAY), "quantity": 1}
                self._record(made, {**labour, "event_id": visit.id})
            interventions |= made
        return interventions

    def _check_same(self, act, few, many, allowed=0):
        """Acting on many records takes no query more than acting on few."""
        cheap, dear = self._cost(partial(act, few)), self._cost(partial(act, many))
        self.assertTrue(cheap)
        self.assertLessEqual(len(dear), len(cheap) + allowed, _more(dear, cheap))

    # === INTERVENTIONS === #

    def test_list_board_and_my_work(self):
        few = self._make(2)
        many = few | self._make(12)
        for view, view_type, user in (
            ("service_intervention_view_list", "list", self.user_dispatcher),
            ("service_intervention_view_kanban", "kanban", self.user_dispatcher),
            ("service_intervention_view_calendar", "calendar", self.user_dispatcher),
            ("service_intervention_view_kanban_mine", "kanban", self.user_technician),
        ):
            model = self.env["service.intervention"].with_user(user)
            specification = self._specification(model, view, view_type)
            self.assertGreater(len(specification), 3)

            def read(records, model=model, specification=specification):  # pylint: disable=dangerous-default-value
                found = model.web_search_read([("id", "in", records.ids)], specification)
                self.assertEqual(found["length"], len(records))

            with self.subTest(view=view):
                self._check_same(read, few, many)

    def test_the_board_is_read_by_its_columns(self):
        few, many = self._make(2), self._make(14)
        many[::2].state = "waiting"
        few[:1].state = "waiting"
        model = self.env["service.intervention"].with_user(self.user_dispatcher)
        specification = self._specification(model, "service_intervention_view_kanban", "kanban")

        def read(records):
            found = model.web_read_group(
                [("id", "in", records.ids)],
                ["state"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=specification,
            )
            shown = [record for group in found["groups"] for record in group.get("__records", [])]
            self.assertEqual(len(shown), len(records))

        self._check_same(read, few, many)

    def test_the_form_of_a_long_job(self):
        short, long = self._make(1), self._make(1, visits=12)
        for user in (self.user_dispatcher, self.user_technician):
            model = self.env["service.intervention"].with_user(user)
            specification = self._specification(model, "service_intervention_view_form", "form")
            self.assertIn("work_line_ids", specification)

            def read(record, user=user, specification=specification):  # pylint: disable=dangerous-default-value
                record.with_user(user).web_read(specification)

            with self.subTest(user=user.login):
                self._check_same(read, short, long)

    # === THE CALENDAR === #

    def _fill(self, event, count, day):
        """Copies of an event, with who is invited, over a month; SQL: a thousand are a crowd."""
        names = [
            name
            for name, field in event._fields.items()
            if field.store and field.column_type and name not in ("id", "start", "stop")
        ]
        columns = SQL(", ").join(map(SQL.identifier, names))
        start = Datetime.to_datetime(f"{day} 06:00:00")
        self.env.flush_all()
        for query in (
            SQL(
                """INSERT INTO calendar_event (%(columns)s, start, stop)
                   SELECT %(columns)s, %(start)s + n * interval '41 minutes',
                          %(start)s + n * interval '41 minutes' + interval '1 hour'
                     FROM calendar_event, generate_series(1, %(count)s) AS n
                    WHERE id = %(event)s""",
                columns=columns,
                start=start,
                count=count,
                event=event.id,
            ),
            SQL(
                """INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)
                   SELECT e.id, r.res_partner_id
                     FROM calendar_event e, calendar_event_res_partner_rel r
                    WHERE r.calendar_event_id = %(event)s AND e.id > %(event)s
                       ON CONFLICT DO NOTHING""",
                event=event.id,
            ),
            SQL(
                """INSERT INTO calendar_attendee (event_id, partner_id, state)
                   SELECT e.id, a.partner_id, a.state
                     FROM calendar_event e, calendar_attendee a
                    WHERE a.event_id = %(event)s AND e.id > %(event)s
                      AND NOT EXISTS (SELECT FROM calendar_attendee WHERE event_id = e.id)""",
                event=event.id,
            ),
        ):
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_a_month_with_a_thousand_events(self):
        meetings = self.env["calendar.event"].with_user(self.user_employee)
        values = {"name": "Budget", "start": at(8), "stop": at(9), "user_id": self.user_employee.id}
        people = (self.user_technician | self.user_employee).partner_id
        for day, count in (("2027-01-01", 10), ("2027-03-01", 500)):
            self._fill(meetings.create({**values, "partner_ids": people.ids}), count, day)
            self._fill(self._plan(self._create_intervention()), count, day)
        for view, user in (
            ("field_service.calendar_event_view_calendar_visit", self.user_dispatcher),
            ("calendar.view_calendar_event_calendar", self.user_dispatcher),
            ("calendar.view_calendar_event_calendar", self.user_technician),
        ):
            model = self.env["calendar.event"].with_user(user)
            arch = etree.fromstring(model.get_view(self.env.ref(view).id, "calendar")["arch"])
            names = {node.get("name") for node in arch.iter("field")} | {"start", "stop", "name"}

            def read(month, model=model, names=names):
                month, expected = month
                found = model.search_read(
                    [("start", ">=", f"{month}-01"), ("start", "<", f"{month}-30")], sorted(names)
                )
                self.assertEqual(len(found), expected)

            with self.subTest(view=view, user=user.login):
                # Odoo reads a thousand records at a time, and there are twice as many invitations.
                self._check_same(read, ("2027-01", 20), ("2027-03", 1000), allowed=1)


def _more(dear, cheap):
    """The queries of the dear one that the cheap one doesn't make as often."""
    rest = list(cheap)
    return "\n".join(query[:300] for query in dear if query not in rest or rest.remove(query))
