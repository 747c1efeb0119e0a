from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import FieldServiceCommon, at


@tagged("post_install", "-at_install")
class TestTimer(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention()
        cls.visit = cls._plan(cls.job)
        cls.other_job = cls._create_intervention(name="The lamp is dark")
        cls._plan(cls.other_job, start=at(12), stop=at(14))

    def setUp(self):
        super().setUp()
        self.mine = self.job.with_user(self.user_technician)
        self.other = self.other_job.with_user(self.user_technician)

    def _at(self, moment):
        """The clock stands at this moment until the end of the test."""
        frozen = freeze_time(moment)
        frozen.start()
        self.addCleanup(frozen.stop)
        self.job.invalidate_recordset()
        self.other_job.invalidate_recordset()

    def _timers(self):
        return self.env["service.timer"].search([("user_id", "=", self.user_technician.id)])

    def test_start_and_stop_record_the_work_by_the_minute(self):
        self._at(at(8, 10))
        self.mine.start_timer(event_id=self.visit.id)
        self.assertEqual(fields.Datetime.to_string(self.mine.my_timer_start), at(8, 10))
        self._at(at(10, 30))
        stopped = self.mine.stop_timer(break_minutes=20, name="New belt")
        line = self.job.work_line_ids.filtered(lambda line: line.kind == "labour")
        self.assertEqual([item["id"] for item in stopped["lines"]][:1], line.ids)
        self.assertRecordValues(
            line,
            [
                {
                    "quantity": 2.0,
                    "name": "New belt",
                    "event_id": self.visit.id,
                    "employee_id": self.technician.id,
                }
            ],
        )
        self.assertFalse(self._timers())
        self.assertFalse(self.mine.my_timer_start)

    def test_a_switch_stops_and_records_what_ran_elsewhere(self):
        self._at(at(8))
        self.mine.start_timer(kind="travel")
        self._at(at(9))
        started = self.other.start_timer()
        self.assertEqual(started["lines"][0]["kind"], "travel")
        self.assertEqual(self.job.work_line_ids.filtered("employee_id")[0].quantity, 1.0)
        self.assertEqual(self._timers().intervention_id, self.other_job)

    def test_another_kind_of_work_here_stops_the_first(self):
        self._at(at(8))
        self.mine.start_timer(kind="travel")
        self._at(at(9))
        self.mine.start_timer(kind="labour")
        self.assertEqual(self._timers().kind, "labour")
        self.assertIn("travel", self.job.work_line_ids.mapped("kind"))

    def test_the_same_timer_is_not_started_twice(self):
        self.mine.start_timer()
        with self.assertRaisesRegex(UserError, "already"):
            self.mine.start_timer()

    def test_a_repeated_request_starts_and_stops_once(self):
        self._at(at(8))
        first = self.mine.start_timer(request_uuid="timer-start-1")
        self.assertEqual(self.mine.start_timer(request_uuid="timer-start-1"), first)
        self._at(at(9))
        stopped = self.mine.stop_timer(request_uuid="timer-stop-1")
        self.assertEqual(self.mine.stop_timer(request_uuid="timer-stop-1"), stopped)
        self.assertEqual(self.job.work_line_ids.mapped("kind").count("labour"), 1)

    def test_a_slip_of_the_thumb_records_nothing(self):
        self._at(at(8))
        self.mine.start_timer()
        self.assertEqual(self.mine.stop_timer()["lines"], [])
        self.assertFalse(self.job.work_line_ids)
        self.assertFalse(self._timers())

    def test_a_forgotten_timer_is_corrected_and_not_recorded_blindly(self):
        self._at(at(8))
        self.mine.start_timer()
        self._at(at(20, 1))
        self.assertFalse(self.mine.my_timer_start)
        self.assertEqual(fields.Datetime.to_string(self.mine.my_timer_forgotten), at(8))
        self.assertTrue(self.mine.stop_timer()["to_correct"])
        self.assertFalse(self.job.work_line_ids)
        for stop in (at(7), at(21), "x"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.mine.stop_timer(stop=stop)
        self.mine.stop_timer(stop=at(10))
        self.assertEqual(self.job.work_line_ids.filtered("start").quantity, 2.0)
        self.assertFalse(self._timers())

    def test_a_forgotten_timer_keeps_nobody_from_working(self):
        self._at(at(8))
        self.mine.start_timer()
        self._at(at(21))
        self.assertTrue(self.other.start_timer()["to_correct"])
        self.assertEqual(self.other_job.timer_ids.user_id, self.user_technician)
        self.assertTrue(self.job.timer_ids.is_to_correct)

    def test_work_that_was_closed_meanwhile_keeps_nobody_from_working(self):
        self._at(at(8))
        self.mine.start_timer()
        self.job.action_cancel()
        self._at(at(9))
        self.assertTrue(self.other.start_timer()["to_correct"])
        self.assertTrue(self.mine.discard_timer()["discarded"])
        self.assertFalse(self.job.timer_ids)

    def test_running_work_is_not_closed(self):
        self._at(at(8))
        self.mine.start_timer()
        with self.assertRaisesRegex(UserError, "timer of Technician_T"):
            self.mine.action_done(cause="Worn", solution="New belt")

    def test_who_may_start(self):
        for user in (self.user_colleague, self.user_employee, self.user_outside):
            with self.assertRaises(AccessError):
                self.job.with_user(user).start_timer()
            with self.assertRaises(UserError):
                self.job.with_user(user).stop_timer()

    def test_a_colleague_does_not_stop_my_timer(self):
        self.job.technician_ids |= self.colleague
        self.mine.start_timer()
        with self.assertRaisesRegex(UserError, "No timer"):
            self.job.with_user(self.user_colleague).stop_timer()
        self.assertFalse(self.job.with_user(self.user_colleague).my_timer_start)

    def test_bad_input_is_told(self):
        for kind in ("part", "x", 1, None, ["labour"]):
            with self.assertRaises(ValidationError):
                self.mine.start_timer(kind=kind)
        for event_id in (self.other_job.event_ids.id, "x", -1, [1]):
            with self.assertRaises(ValidationError):
                self.mine.start_timer(event_id=event_id)
        self._at(at(8))
        self.mine.start_timer()
        self._at(at(9))
        for minutes in (-1, 60, "x"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.mine.stop_timer(break_minutes=minutes)
        self.assertTrue(self._timers())

    def test_one_runs_per_person_also_in_the_database(self):
        self.mine.start_timer()
        timers = self.env["service.timer"]
        values = {
            "intervention_id": self.other_job.id,
            "user_id": self.user_technician.id,
            "kind": "labour",
            "start": fields.Datetime.now() - timedelta(hours=1),
        }
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            timers.create(values)

    def test_technicians_read_their_own_timers_and_write_none(self):
        self.mine.start_timer()
        timer = self._timers()
        self.assertTrue(timer.with_user(self.user_technician).has_access("read"))
        self.assertFalse(timer.with_user(self.user_technician).has_access("write"))
        self.assertFalse(timer.with_user(self.user_colleague).has_access("read"))
        self.assertTrue(timer.with_user(self.user_dispatcher).has_access("read"))

    def test_buttons_lead_to_the_dialog_that_corrects(self):
        self._at(at(8))
        self.mine.action_start_timer()
        self._at(at(21))
        action = self.mine.action_stop_timer()
        self.assertEqual(action["res_model"], "service.intervention.timer")
        dialogs = self.env["service.intervention.timer"].with_user(self.user_technician)
        dialog = dialogs.with_context(**action["context"]).create({"stop": at(9)})
        dialog.action_confirm()
        self.assertEqual(self.job.work_line_ids.filtered("start").quantity, 1.0)

    def test_a_list_asks_for_timers_once(self):
        jobs = self.env["service.intervention"].browse()
        for _number in range(12):
            jobs |= self._create_intervention(technician_ids=self.technician.ids)
        jobs = jobs.with_user(self.user_technician)

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("my_timer_start")
            return self.env.cr.sql_log_count - before

        count(jobs)
        self.assertEqual(count(jobs[:2]), count(jobs))
