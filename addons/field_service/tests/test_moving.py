from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from odoo.addons.helpdesk_ticket.tests.common import HelpdeskCommon

from .common import MONDAY, FieldServiceCommon, at

TUESDAY = MONDAY + timedelta(days=1)


@tagged("post_install", "-at_install")
@freeze_time("2026-11-06 06:00:00")
class TestMoving(FieldServiceCommon):
    """Visits are dragged in the calendar: it writes start and stop on the event."""

    _queries = HelpdeskCommon._queries

    def _move(self, visits, user=None, **values):
        """Move visits as a dispatcher; gives what was shown on the screen."""
        shown = []

        def note(users, kind, message, **_options):
            if kind == "simple_notification":
                shown.append((users, message))

        with patch.object(type(self.env["res.users"]), "_bus_send", note):
            visits.with_user(user or self.user_dispatcher).write(values)
        return shown

    def test_moving_only_the_start_keeps_the_length(self):
        visit = self._plan(self._create_intervention(), start=at(8), stop=at(10, 30))
        self._move(visit, start=at(9, day=TUESDAY))
        self.assertEqual(str(visit.stop), at(11, 30, day=TUESDAY))
        self.assertEqual(visit.intervention_id.planned_end, visit.stop)

    def test_many_visits_moved_at_once_keep_each_their_length(self):
        short = self._plan(self._create_intervention(), start=at(8), stop=at(9))
        long = self._plan(self._create_intervention(), self.colleague, at(8), at(11))
        self._move(short | long, start=at(7, day=TUESDAY))
        self.assertEqual(
            [str(short.stop), str(long.stop)], [at(8, day=TUESDAY), at(10, day=TUESDAY)]
        )

    def test_whoever_moves_a_visit_onto_another_is_warned_and_it_is_moved(self):
        self._plan(self._create_intervention(), start=at(13), stop=at(15))
        visit = self._plan(self._create_intervention())
        [(user, message)] = self._move(visit, start=at(14), stop=at(16))
        self.assertEqual(user, self.user_dispatcher)
        self.assertEqual(message["type"], "warning")
        self.assertIn("Technician_T has another commitment at that time.", message["message"])
        self.assertEqual(str(visit.start), at(14))

    def test_visits_moved_together_onto_each_other_are_told(self):
        first = self._plan(self._create_intervention(), start=at(8), stop=at(9))
        second = self._plan(self._create_intervention(), start=at(10), stop=at(11))
        [(_user, message)] = self._move(first | second, start=at(8, day=TUESDAY))
        self.assertEqual(message["message"].count("another commitment"), 2)

    def test_a_move_to_free_time_says_nothing(self):
        visit = self._plan(self._create_intervention())
        self.assertFalse(self._move(visit, start=at(9), stop=at(12)))
        self.assertFalse(self._move(visit, name="Another name"))

    def test_a_move_into_the_evening_is_told(self):
        visit = self._plan(self._create_intervention())
        [(_user, message)] = self._move(visit, start=at(19), stop=at(20))
        self.assertIn("does not work at that time", message["message"])

    def test_technicians_and_customers_move_nothing(self):
        visit = self._plan(self._create_intervention(), self.technician | self.outside)
        for user in (self.user_technician, self.user_outside):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._move(visit, user, start=at(9))

    def test_what_is_looked_up_for_a_move_does_not_grow_with_the_visits(self):
        def plan(count):
            visits = self.env["calendar.event"]
            for number in range(count):
                day = MONDAY + timedelta(days=7 * number)
                visits |= self._plan(
                    self._create_intervention(equipment_ids=False),
                    start=at(8, day=day),
                    stop=at(9, day=day),
                )
            return visits

        def judge(visits):
            for _turn in ("caches get warm", "counted"):
                self.env.flush_all()
                self.env.invalidate_all()
                with self._queries() as found:
                    visits.with_user(self.user_dispatcher)._get_planning_warnings()
            return len(found)

        self.assertLessEqual(judge(plan(12)), judge(plan(2)))

        def move(visits):
            self.env.flush_all()
            self.env.invalidate_all()
            with self._queries() as found:
                visits.with_user(self.user_dispatcher).with_context(dont_notify=True).write(
                    {"start": at(7, day=TUESDAY)}
                )
                self.env.flush_all()
            return len(found)

        move(plan(2))
        few, many = move(plan(2)), move(plan(12))
        self.assertLessEqual(many, few)
