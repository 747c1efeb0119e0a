import re
from datetime import date, datetime, timedelta

import pytz
from icalendar import Calendar

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from .common import FieldServiceCommon, at

ROME = pytz.timezone("Europe/Rome")
# Summer time ends in Rome on Sunday 25 October 2026.
NOW = "2026-10-20 06:00:00"
FRIDAY, MONDAY = date(2026, 10, 23), date(2026, 10, 26)
WRITING = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\b", re.I)


class VisitFeedCommon(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.intervention = cls._create_intervention()

    def _visit(self, day=FRIDAY, hour=7, technicians=None, **values):
        return self._plan(
            self.intervention,
            technicians or self.technician | self.outside,
            start=at(hour, day=day),
            stop=at(hour + 2, day=day),
            **values,
        )

    def _events(self, user):
        """The feed read back by another program, by UID."""
        text = self.env["calendar.attendee"].sudo()._get_feed(user)
        return {str(event["UID"]): event for event in Calendar.from_ical(text).walk("VEVENT")}

    def _event(self, user):
        (event,) = self._events(user).values()
        return event

    def _stamp(self, user):
        self.env.flush_all()
        return self.env["calendar.attendee"].sudo()._get_feed_stamp(user)[0]


@tagged("post_install", "-at_install")
class TestVisitFeed(VisitFeedCommon):
    # === WHAT IS IN IT === #

    def test_everybody_gets_their_own_visits_and_no_others(self):
        both, alone = self._visit(), self._visit(day=MONDAY, technicians=self.colleague)
        self.env["calendar.event"].create(
            {
                "name": "Dentist",
                "start": at(7, day=FRIDAY),
                "stop": at(8, day=FRIDAY),
                "partner_ids": self.user_technician.partner_id.ids,
            }
        )
        for user, expected in (
            (self.user_technician, both),
            (self.user_outside, both),
            (self.user_colleague, alone),
        ):
            with self.subTest(user=user.login):
                (uid,) = self._events(user)
                self.assertTrue(uid.startswith(f"visit-{expected.id}@"))

    def test_the_feed_says_no_more_than_number_town_and_time(self):
        self.intervention.access_note = "The key is under the mat"
        visit = self._visit(invite_customer=True)
        text = self.env["calendar.attendee"].sudo()._get_feed(self.user_technician)
        event = self._event(self.user_technician)
        self.assertEqual(event["SUMMARY"], visit.name)
        self.assertEqual(event["LOCATION"], "Thiene")
        for name in ("ATTENDEE", "ORGANIZER", "DESCRIPTION", "CONTACT", "COMMENT"):
            self.assertNotIn(name, event)
        for secret in (self.intervention.name, "under the mat", self.customer.name, "Outside"):
            self.assertNotIn(secret, text)

    def test_nine_o_clock_is_nine_o_clock_before_and_after_summer_time(self):
        self._visit(day=FRIDAY, hour=7)
        self._visit(day=MONDAY, hour=8)
        starts = sorted(event.start for event in self._events(self.user_technician).values())
        self.assertEqual([start.astimezone(ROME).hour for start in starts], [9, 9])
        self.assertEqual([start.utcoffset() for start in starts], [timedelta(0)] * 2)

    def test_a_moved_visit_keeps_its_uid_and_raises_its_sequence(self):
        visit = self._visit()
        first = self._event(self.user_technician)
        visit.with_user(self.user_dispatcher).write({"start": at(9, day=FRIDAY)})
        second = self._event(self.user_technician)
        self.assertEqual(first["UID"], second["UID"])
        self.assertGreater(second["SEQUENCE"], first["SEQUENCE"])

    def test_the_mail_and_the_feed_are_the_same_visit(self):
        visit = self._visit()
        attendee = visit.attendee_ids.filtered(
            lambda a: a.partner_id == self.user_technician.partner_id
        )
        (mailed,) = Calendar.from_ical(attendee._get_visit_ics()).walk("VEVENT")
        event = self._event(self.user_technician)
        for name in ("UID", "SEQUENCE", "SUMMARY"):
            self.assertEqual(mailed[name], event[name])

    def test_a_cancelled_visit_is_said_to_be_cancelled(self):
        visit = self._visit()
        planned = self._event(self.user_technician)
        visit.with_user(self.user_dispatcher).active = False
        event = self._event(self.user_technician)
        self.assertEqual(event["STATUS"], "CANCELLED")
        self.assertEqual(event["UID"], planned["UID"])
        self.assertGreater(event["SEQUENCE"], planned["SEQUENCE"])

    def test_only_what_was_confirmed_is_certain(self):
        visit = self._visit()
        self.assertEqual(self._event(self.user_technician)["STATUS"], "TENTATIVE")
        visit.with_user(self.user_technician).answer_visit(answer="accepted")
        self.assertEqual(self._event(self.user_technician)["STATUS"], "CONFIRMED")
        self.assertEqual(self._event(self.user_outside)["STATUS"], "TENTATIVE")

    def test_a_declined_visit_and_old_ones_are_left_out(self):
        visit = self._visit()
        visit.with_user(self.user_technician).answer_visit(answer="declined", reason="Ill")
        self._visit(day=date(2026, 8, 3), technicians=self.technician)
        self.assertEqual(self._events(self.user_technician), {})

    def test_an_empty_feed_is_a_calendar_too(self):
        text = self.env["calendar.attendee"].sudo()._get_feed(self.user_technician)
        self.assertEqual(Calendar.from_ical(text)["X-WR-CALNAME"], "Visits")

    def test_awkward_towns_are_written_as_the_standard_wants(self):
        self.site.city = "San Martino; di Lupari, PD \\ è lontano\nmolto"
        self._visit()
        self.assertEqual(str(self._event(self.user_technician)["LOCATION"]), self.site.city)

    # === WHAT IT COSTS === #

    def test_the_stamp_changes_with_the_visits_and_with_nothing_else(self):
        visit = self._visit()
        stamps = [self._stamp(self.user_technician)]
        self.assertEqual(stamps[0], self._stamp(self.user_technician))
        self._visit(day=MONDAY, technicians=self.colleague)
        self.assertEqual(stamps[0], self._stamp(self.user_technician))

        def move():
            visit.with_user(self.user_dispatcher).write({"start": at(8, day=FRIDAY)})

        def add():
            self._visit(day=MONDAY, technicians=self.technician)

        def remove():
            visit.with_user(self.user_dispatcher).partner_ids -= self.user_technician.partner_id

        def cancel():
            self.intervention.with_user(self.user_dispatcher).action_cancel()

        for change in (move, add, remove, cancel):
            change()
            with self.subTest(change=change.__name__):
                stamp = self._stamp(self.user_technician)
                self.assertNotIn(stamp, stamps)
                stamps.append(stamp)

    def test_a_feed_costs_the_same_for_one_visit_and_for_many(self):
        visits = [self._visit() for _turn in range(2)]
        costs = []
        for more in (0, 20):
            visits += [self._visit(day=MONDAY, hour=turn % 10) for turn in range(more)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self._events(self.user_technician)), len(visits))
            costs.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*costs)

    # === WHOSE IT IS === #

    def test_an_address_is_one_person_s_and_dies_when_renewed(self):
        users = self.env["res.users"]
        url = self.user_outside.with_user(self.user_outside).visit_feed_url
        self.assertEqual(users._find_by_feed_token(_token(url)), self.user_outside)
        renewed = self.user_outside.with_user(self.user_outside).renew_visit_feed()["url"]
        self.assertNotEqual(url, renewed)
        self.assertFalse(users._find_by_feed_token(_token(url)))
        self.assertEqual(users._find_by_feed_token(_token(renewed)), self.user_outside)

    def test_nobody_sees_or_renews_another_person_s_address(self):
        manager = self._user("boss_t", "base.group_system,base.group_erp_manager")
        for user in (manager, self.user_colleague, self.user_dispatcher):
            technician = self.user_technician.with_user(user)
            with self.subTest(user=user.login):
                self.assertFalse(technician.visit_feed_url)
                with self.assertRaises(AccessError):
                    technician.renew_visit_feed()
        with self.assertRaises(AccessError):
            self.user_technician.with_user(self.user_outside).renew_visit_feed()

    def test_nobody_brings_an_old_address_back(self):
        with self.assertRaises(AccessError):
            self.user_technician.with_user(self.user_technician).visit_feed_version = 0

    def test_the_address_ends_with_the_login_and_with_the_employment(self):
        users = self.env["res.users"]
        token = _token(self.user_outside._get_visit_feed_url())
        self.outside.active = False
        self.assertFalse(users._find_by_feed_token(token))
        self.outside.active = True
        self.assertTrue(users._find_by_feed_token(token))
        self.user_outside.active = False
        self.assertFalse(users._find_by_feed_token(token))

    def test_who_goes_on_no_visits_has_no_feed(self):
        self.assertFalse(self.user_employee.with_user(self.user_employee).visit_feed_url)

    # === FREE AND BUSY === #

    def test_the_crew_are_those_one_works_with_now(self):
        self._visit()
        employees = self.env["hr.employee"]
        self.assertEqual(employees._get_crew(self.user_outside), self.technician)
        self.assertFalse(employees._get_crew(self.user_colleague))
        self.intervention.state = "done"
        self.assertFalse(employees._get_crew(self.user_outside))

    def test_busy_is_told_and_with_what_is_not(self):
        self._visit(hour=7)
        self._visit(hour=8)
        self.env["calendar.event"].create(
            {
                "name": "Dentist",
                "privacy": "private",
                "start": at(13, day=FRIDAY),
                "stop": at(14, day=FRIDAY),
                "partner_ids": self.user_technician.partner_id.ids,
            }
        )
        start = fields.Datetime.to_datetime(at(0, day=FRIDAY))
        busy = self.technician._get_busy_stretches(start, start + timedelta(days=1))
        self.assertEqual(
            busy[self.technician],
            [
                (datetime(2026, 10, 23, 7), datetime(2026, 10, 23, 10)),
                (datetime(2026, 10, 23, 13), datetime(2026, 10, 23, 14)),
            ],
        )
        self.assertEqual(self.colleague._get_busy_stretches(start, start)[self.colleague], [])


def _token(url):
    return url.rpartition("/")[2].removesuffix(".ics")


@tagged("post_install", "-at_install")
class TestVisitFeedRoute(HttpCase, VisitFeedCommon):
    def setUp(self):
        super().setUp()
        self.url = "/service/feed/" + _token(self.user_technician._get_visit_feed_url()) + ".ics"

    def test_a_calendar_program_reads_it_without_a_login(self):
        visit = self._visit()
        self.url_open(self.url)
        self.env.flush_all()
        queries = []
        for _turn in self._patchExecute(queries):
            answer = self.url_open(self.url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "text/calendar; charset=utf-8")
        self.assertIn("no-cache", answer.headers["Cache-Control"])
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        self.assertEqual(event["SUMMARY"], visit.name)
        self.assertFalse([query for query in queries if WRITING.match(str(query))])

    def test_what_has_not_changed_is_not_sent_again(self):
        visit = self._visit()
        first = self.url_open(self.url)
        asked = {"If-None-Match": first.headers["ETag"]}
        self.assertTrue(first.headers["Last-Modified"])
        again = self.url_open(self.url, headers=asked)
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertEqual(again.headers["ETag"], first.headers["ETag"])
        visit.with_user(self.user_dispatcher).write({"start": at(8, day=FRIDAY)})
        self.env.flush_all()
        self.assertEqual(self.url_open(self.url, headers=asked).status_code, 200)

    def test_worthless_addresses_all_get_the_same_answer(self):
        old = self.url
        self.user_technician.with_user(self.user_technician).renew_visit_feed()
        answers = set()
        for url in (old, "/service/feed/x.ics", f"{old[:-5]}A.ics"):
            with mute_logger("odoo.http"):
                answer = self.url_open(url)
            answers.add((answer.status_code, "VEVENT" in answer.text))
        self.assertEqual(answers, {(404, False)})
