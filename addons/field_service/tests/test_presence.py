import doctest
from contextlib import contextmanager
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .. import presence
from .common import FieldServiceCommon, at


@tagged("post_install", "-at_install")
class TestPresence(FieldServiceCommon):
    """On the way, on site, done: one tap each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention()
        cls.visit = cls._plan(cls.job)
        cls.other_job = cls._create_intervention(name="The lamp is dark")
        cls.other_visit = cls._plan(cls.other_job, start=at(12), stop=at(14))

    def setUp(self):
        super().setUp()
        self.mine = self.job.with_user(self.user_technician)
        self.other = self.other_job.with_user(self.user_technician)

    @contextmanager
    def _at(self, moment):
        """The clock stands at this moment."""
        with freeze_time(moment):
            self.env.invalidate_all()
            yield

    def _stays(self, user=None):
        return self.env["service.presence"].search(
            [("user_id", "=", (user or self.user_technician).id)], order="id"
        )

    def _assert_stays(self, *expected):
        """Each stay as intervention, on the way from, on site from, until."""
        self.assertEqual(
            [
                (
                    stay.intervention_id,
                    *(
                        moment and fields.Datetime.to_string(moment)
                        for moment in (stay.travel_start, stay.on_site_start, stay.left_on)
                    ),
                )
                for stay in self._stays()
            ],
            list(expected),
        )

    def test_what_follows_from_taps_is_as_documented(self):
        self.assertEqual(doctest.testmod(presence).failed, 0)

    # === ONE TAP EACH === #

    def test_each_tap_leaves_its_moment(self):
        with self._at(at(7, 10)):
            self.assertEqual(self.mine.start_travel()["event_id"], self.visit.id)
            self.assertEqual(self.mine.my_presence, "travelling")
            self.assertEqual(self.job.state, "confirmed", "work hasn't begun")
        with self._at(at(8, 5)):
            self.mine.check_in()
            self.assertEqual(self.mine.my_presence, "on_site")
        with self._at(at(10, 40)):
            self.mine.check_out()
            self.assertFalse(self.mine.my_presence)
        self._assert_stays((self.job, at(7, 10), at(8, 5), at(10, 40)))
        attendee = self.visit.attendee_ids
        self.assertEqual(attendee.state, "accepted")
        self.assertEqual(fields.Datetime.to_string(attendee.checked_in_on), at(8, 5))
        self.assertEqual(fields.Datetime.to_string(attendee.checked_out_on), at(10, 40))

    def test_a_tap_out_of_order_gets_a_sentence(self):
        with self._at(at(7)):
            for act in (self.mine.check_out, self.mine.stop_travel):
                with self.assertRaises(UserError):
                    act()
            self.mine.start_travel()
            with self.assertRaisesRegex(UserError, "on your way here already"):
                self.mine.start_travel()
            with self.assertRaisesRegex(UserError, "Check in first"):
                self.mine.check_out()
            self.mine.check_in()
            for act in (self.mine.check_in, self.mine.start_travel):
                with self.assertRaisesRegex(UserError, "already checked in"):
                    act()
            self.mine.check_out()
            with self.assertRaisesRegex(UserError, "already checked out"):
                self.mine.check_out()
        self.assertEqual(len(self._stays()), 1)

    def test_a_tap_sent_twice_counts_once(self):
        with self._at(at(7)):
            first = self.mine.start_travel(request_uuid="presence-travel")
            self.mine.check_in(request_uuid="presence-in")
        with self._at(at(9)):
            again = self.mine.start_travel(request_uuid="presence-travel")
            self.mine.check_in(request_uuid="presence-in")
            self.mine.check_out(request_uuid="presence-out")
        with self._at(at(10)):
            self.mine.check_out(request_uuid="presence-out")
        self.assertEqual(first, again)
        self._assert_stays((self.job, at(7), at(7), at(9)))

    def test_whoever_arrives_elsewhere_has_left(self):
        with self._at(at(8)):
            self.mine.check_in()
        with self._at(at(11)):
            self.other.check_in()
        self._assert_stays((self.job, False, at(8), at(11)), (self.other_job, False, at(11), False))
        attendee = self.visit.attendee_ids
        self.assertEqual(fields.Datetime.to_string(attendee.checked_out_on), at(11))
        self.assertFalse(self.mine.is_on_site)
        self.assertTrue(self.other.is_on_site)

    def test_whoever_sets_off_has_left(self):
        with self._at(at(8)):
            self.mine.check_in()
        with self._at(at(11)):
            self.other.start_travel()
        self._assert_stays((self.job, False, at(8), at(11)), (self.other_job, at(11), False, False))

    def test_a_journey_ends_where_one_arrives(self):
        with self._at(at(7)):
            self.mine.start_travel()
        with self._at(at(7, 30)):
            self.other.start_travel()
        with self._at(at(8)):
            self.mine.check_in()
        self._assert_stays((self.job, at(7), at(8), False))

    def test_a_journey_that_was_none_is_taken_back(self):
        with self._at(at(7)):
            self.mine.start_travel()
        with self._at(at(7, 5)):
            self.mine.stop_travel()
            self.assertFalse(self.mine.my_presence)
        with self._at(at(8)):
            self.mine.check_in()
        self._assert_stays((self.job, at(7), False, at(7, 5)), (self.job, False, at(8), False))

    def test_a_forgotten_journey_stands_in_nobody_s_way(self):
        with self._at(at(7)):
            self.mine.start_travel()
        with self._at("2026-11-10 07:00:00"):
            self.assertFalse(self.mine.my_presence)
            self.assertFalse(self.job.presence_label)
            self.mine.check_in()
        self.assertEqual(self._stays().mapped("travel_start")[0], self._stays()[0].travel_start)
        self.assertFalse(self._stays()[1].travel_start, "nobody travels for a day")

    def test_who_comes_back_leaves_twice(self):
        for hour in (8, 10):
            with self._at(at(hour)):
                self.mine.check_in()
            with self._at(at(hour + 1)):
                self.mine.check_out()
        self._assert_stays((self.job, False, at(8), at(9)), (self.job, False, at(10), at(11)))

    def test_a_job_without_a_visit_keeps_its_times_too(self):
        job = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        with self._at(at(8)):
            self.assertFalse(job.with_user(self.user_technician).check_in()["event_id"])
        with self._at(at(9)):
            self.assertTrue(job.with_user(self.user_technician).is_on_site)
            job.with_user(self.user_technician).check_out()
        self._assert_stays((job, False, at(8), at(9)))

    def test_a_closed_job_can_be_left(self):
        with self._at(at(8)):
            self.mine.check_in()
            self.job.state = "done"
            self.mine.check_out()
            with self.assertRaisesRegex(UserError, "closed"):
                self.mine.start_travel()
        self.assertTrue(self._stays().left_on)

    def test_of_two_visits_the_one_not_left_yet_is_meant(self):
        later = self._plan(self.job, start=at(14), stop=at(15))
        with self._at(at(8)):
            self.mine.check_in()
        with self._at(at(9)):
            self.mine.check_out()
        with self._at(at(10)):
            self.assertEqual(self.mine.start_travel()["event_id"], later.id)

    @mute_logger("odoo.sql_db")
    def test_nobody_is_at_two_places(self):
        values = {"user_id": self.user_technician.id, "travel_start": at(8)}
        stays = self.env["service.presence"]
        stays.create({**values, "intervention_id": self.job.id})
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            stays.create({**values, "intervention_id": self.other_job.id})

    # === WHO IS TOLD, WHO MAY === #

    def test_the_desk_sees_who_is_on_the_way(self):
        with self._at(at(7)):
            self.mine.start_travel()
            desk = self.job.with_user(self.user_dispatcher)
            self.assertIn("Technician_T: on the way since 8:00", desk.presence_label)
            self.assertIn("Technician_T is on the way.", self.job.message_ids[0].body)
            self.mine.check_in()
            self.env.invalidate_all()
            self.assertIn("Technician_T: on site since", desk.presence_label)
            self.assertIn(
                self.job,
                self.env["service.intervention"].search(
                    [("presence_ids", "any", [("left_on", "=", False)])]
                ),
            )

    def test_only_the_crew_and_the_desk_act(self):
        acts = ("start_travel", "stop_travel", "check_in", "check_out")
        for user in (self.user_colleague, self.user_outside, self.user_employee):
            for act in acts:
                with self.subTest(user=user.login, act=act), self.assertRaises(AccessError):
                    getattr(self.job.with_user(user), act)()
        self._plan(self.job, self.colleague)
        self.job.with_user(self.user_colleague).start_travel()
        self.job.with_user(self.user_dispatcher).check_in()

    def test_stays_are_read_by_crew_and_desk_and_written_by_nobody(self):
        self.mine.start_travel()
        stay = self._stays()
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            self.assertTrue(stay.with_user(user).has_access("read"))
            for operation in ("write", "create", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertFalse(stay.with_user(user).has_access(operation))
        for user in (self.user_colleague, self.user_employee, self.user_outside):
            self.assertFalse(stay.with_user(user).has_access("read"))
        other_company = self.env["res.company"].create({"name": "Other firm"})
        self.user_dispatcher.company_ids |= other_company
        elsewhere = stay.with_user(self.user_dispatcher).with_context(
            allowed_company_ids=other_company.ids
        )
        self.assertFalse(elsewhere.has_access("read"))

    # === MY WORK === #

    def test_what_is_next_is_the_place_one_goes_to_else_the_next_visit(self):
        both = self.mine | self.other
        with self._at(at(6)):
            self.assertEqual(both.filtered("is_next"), self.mine)
        with self._at(at(12)):
            self.assertEqual(both.filtered("is_next"), self.other, "the other is over")
        with self._at(at(16)):
            self.assertEqual(both.filtered("is_next"), self.mine, "nobody has been there")
        with self._at(at(6)):
            self.other.start_travel()
            self.env.invalidate_all()
            self.assertEqual(both.filtered("is_next"), self.other)
        with self._at(at(8)):
            self.mine.check_in()
            self.mine.check_out()
            self.env.invalidate_all()
            self.assertEqual(both.filtered("is_next"), self.other)

    def _cost(self, act):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_more_jobs_cost_no_more_queries(self):
        names = ["my_presence", "is_on_site", "is_next", "presence_label"]
        mine = self.mine

        def read(jobs):
            jobs.read(names)

        def come_and_go():
            mine.check_in()
            mine.check_out()

        read(mine)
        come_and_go()
        few = self._cost(lambda: read(mine)), self._cost(come_and_go)
        jobs = self.job.browse()
        for day in range(20):
            job = self._create_intervention(name=f"Job {day}")
            self._plan(job, start=at(12 + day % 8), stop=at(20))
            jobs |= job
        self.env["service.presence"].create(
            [
                {
                    "intervention_id": job.id,
                    "user_id": self.user_technician.id,
                    "on_site_start": at(8),
                    "left_on": at(9),
                }
                for job in jobs
            ]
        )
        jobs = (self.job | jobs).with_user(self.user_technician)
        read(jobs)
        self.assertLessEqual(self._cost(lambda: read(jobs)), few[0])
        self.assertLessEqual(self._cost(come_and_go), few[1])

    # === THE HOURS THAT FOLLOW === #

    def _dialog(self, kind="labour"):
        context = {"default_intervention_id": self.job.id, "default_kind": kind}
        return Form(
            self.env["service.intervention.record.work"]
            .with_user(self.user_technician)
            .with_context(**context)
        )

    def _proposed(self, kind):
        stretch = self.mine._propose_stretch(kind)
        return stretch and tuple(fields.Datetime.to_string(moment) for moment in stretch)

    def _day_on_site(self):
        with self._at("2026-11-09 07:10:20"):
            self.mine.start_travel()
        with self._at("2026-11-09 08:05:40"):
            self.mine.check_in()

    def test_travel_and_labour_are_proposed_as_they_were_tapped(self):
        self._day_on_site()
        with self._at(at(10)):
            dialog = self._dialog()
            self.assertEqual(fields.Datetime.to_string(dialog.start), at(8, 5))
            self.assertEqual(fields.Datetime.to_string(dialog.stop), at(10))
            self.assertIn("not recorded yet", dialog.hint)
            dialog.kind = "travel"
            self.assertEqual(fields.Datetime.to_string(dialog.start), at(7, 10))
            self.assertEqual(fields.Datetime.to_string(dialog.stop), at(8, 5))
            dialog.save().action_confirm()
            self.assertFalse(self._dialog().hint)
            self.assertFalse(self._dialog("travel").start, "it is recorded")

    def test_what_the_timer_records_is_not_proposed(self):
        self._day_on_site()
        with self._at(at(9)):
            self.mine.start_timer()
        with self._at(at(10)):
            self.assertEqual(self._proposed("labour"), (at(8, 5), at(9)))
            self._record(self.job, {"kind": "labour", "start": at(8, 5), "stop": at(9)})
            self.assertIsNone(self._proposed("labour"))
            self.mine.stop_timer()
        with self._at(at(10, 30)):
            self.assertEqual(self._proposed("labour"), (at(10), at(10, 30)))

    def test_a_day_that_nobody_recorded_comes_first(self):
        self._day_on_site()
        with self._at(at(12)):
            self.mine.check_out()
        with self._at("2026-11-10 08:00:00"):
            self.mine.check_in()
        with self._at("2026-11-10 09:00:00"):
            self.assertEqual(self._proposed("labour"), (at(8, 5), at(12)))
            self._record(self.job, {"kind": "labour", "date": "2026-11-09", "quantity": 4})
            self.assertEqual(
                self._proposed("labour"), ("2026-11-10 08:00:00", "2026-11-10 09:00:00")
            )

    def test_a_check_out_that_was_forgotten_proposes_nothing(self):
        with self._at(at(8)):
            self.mine.check_in()
        with self._at(fields.Datetime.to_datetime(at(8)) + timedelta(days=1)):
            self.assertIsNone(self._proposed("labour"))
