from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import FieldServiceCommon


@tagged("post_install", "-at_install")
class TestVisitMail(FieldServiceCommon, MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nobody is told about a visit that is over.
        cls.start = datetime.now().replace(hour=8, minute=0, second=0, microsecond=0)
        cls.start += timedelta(days=30)
        cls.stop = cls.start + timedelta(hours=3)
        cls.user_giulia = cls._user("giulia_t", "base.group_portal", partner_id=cls.contact.id)
        for user in (cls.user_technician, cls.user_outside, cls.user_colleague):
            user.email = f"{user.login}@example.com"
        cls.intervention = cls._create_intervention()

    def _plan_visit(self, technicians=None, **values):
        with self.mock_mail_gateway():
            return self._plan(
                self.intervention,
                technicians or self.technician | self.outside,
                start=fields.Datetime.to_string(self.start),
                stop=fields.Datetime.to_string(self.stop),
                **values,
            )

    def _mail_to(self, user):
        """The one mail that somebody was sent meanwhile."""
        mails = [mail for mail in self._mails if user.email in mail["email_to"][0]]
        self.assertEqual(len(mails), 1, f"mails to {user.login}")
        return mails[0]

    def _ics(self, mail):
        """The event of the calendar file that is attached."""
        ((name, content, mimetype),) = mail["attachments"]
        self.assertEqual((name, mimetype), ("visit.ics", "text/calendar"))
        (event,) = Calendar.from_ical(content).walk("VEVENT")
        return event

    # === ONE MAIL EACH === #

    def test_each_person_gets_one_mail_of_their_own(self):
        visit = self._plan_visit(invite_customer=True)
        self.assertEqual(len(self._mails), 3)
        people = {
            self.user_technician: "/odoo/field-service-mine",
            self.user_outside: "/my/visits",
            self.user_giulia: f"/my/interventions/{self.intervention.id}",
        }
        for user, page in people.items():
            with self.subTest(user=user.login):
                mail = self._mail_to(user)
                self.assertEqual(len(mail["email_to"]), 1)
                self.assertIn(visit.name, mail["subject"])
                self.assertIn(page, mail["body"])
                for other in people.keys() - {user}:
                    told = f"{mail['body']}{mail['attachments']}{mail['headers']}"
                    self.assertNotIn(other.email, told)
                    self.assertNotIn(other.name, mail["body"])

    def test_whoever_plans_is_told_nothing(self):
        planner = self.env["hr.employee"].create(
            {
                "name": "Planner",
                "user_id": self.user_dispatcher.id,
                "company_id": self.company.id,
            }
        )
        self.user_dispatcher.email = "dispatcher@example.com"
        self._plan_visit(planner | self.technician)
        self.assertEqual(len(self._mails), 1)
        self._mail_to(self.user_technician)

    def test_a_mail_says_no_more_than_number_town_and_time(self):
        self.intervention.access_note = "The key is under the mat"
        self._plan_visit()
        mail = self._mail_to(self.user_technician)
        told = f"{mail['subject']}{mail['body']}{mail['attachments']}"
        for secret in (self.intervention.name, "under the mat", self.customer.name):
            self.assertNotIn(secret, told)

    def test_the_time_is_told_where_the_recipient_is(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.user_outside.partner_id.write({"tz": "Asia/Tokyo", "lang": "it_IT"})
        self._plan_visit(self.outside)
        mail = self._mail_to(self.user_outside)
        # Japan has no summer time.
        self.assertIn(f"{self.start:%d/%m/%Y} 17:00–20:00 (Asia/Tokyo)", mail["body"])
        self.assertIn("17:00–20:00", mail["subject"])

    def test_somebody_without_a_login_gets_the_signed_link_and_no_page_behind_a_login(self):
        nobody = self.env["hr.employee"].create({"name": "Guest", "company_id": self.company.id})
        nobody.work_contact_id.email = "guest@example.com"
        self._plan_visit(nobody)
        (mail,) = self._mails
        self.assertEqual(mail["email_to"], ['"Guest" <guest@example.com>'])
        self.assertEqual(mail["body"].count("<a "), 1)
        self.assertIn("/service/visit/", mail["body"])

    def test_people_of_the_house_answer_behind_their_login_only(self):
        self._plan_visit()
        self.assertNotIn("/service/visit/", self._mail_to(self.user_technician)["body"])
        self.assertIn("/service/visit/", self._mail_to(self.user_outside)["body"])

    def test_links_answer_nothing_by_themselves(self):
        self._plan_visit()
        for mail in self._mails:
            self.assertNotIn("/calendar/meeting", mail["body"])
            self.assertNotIn("token=", mail["body"])

    def test_the_sender_is_the_firm(self):
        self.company.email = "service@example.com"
        self._plan_visit()
        for mail in self._mails:
            self.assertIn("service@example.com", mail["email_from"])
            self.assertNotIn(self.user_dispatcher.name, mail["email_from"])

    # === THE CALENDAR FILE === #

    def test_the_calendar_file_tells_the_time_in_utc_and_nobody_else(self):
        visit = self._plan_visit()
        event = self._ics(self._mail_to(self.user_technician))
        self.assertEqual(event.start, self.start.replace(tzinfo=UTC))
        self.assertEqual(event.end, self.stop.replace(tzinfo=UTC))
        self.assertEqual(event["SUMMARY"], visit.name)
        self.assertEqual(event["STATUS"], "CONFIRMED")
        for name in ("ATTENDEE", "ORGANIZER", "DESCRIPTION", "CONTACT"):
            self.assertNotIn(name, event)
        self.assertNotIn(self.env.cr.dbname, event["UID"])

    def test_a_moved_visit_keeps_its_uid_and_raises_its_sequence(self):
        visit = self._plan_visit()
        first = self._ics(self._mail_to(self.user_technician))
        with self.mock_mail_gateway():
            visit.with_user(self.user_dispatcher).write(
                {
                    "start": self.start + timedelta(days=1),
                    "stop": self.stop + timedelta(days=1),
                }
            )
        self.assertEqual(len(self._mails), 2)
        mail = self._mail_to(self.user_technician)
        second = self._ics(mail)
        self.assertIn("moved", mail["body"])
        self.assertEqual(second["UID"], first["UID"])
        self.assertGreater(second["SEQUENCE"], first["SEQUENCE"])
        self.assertEqual(second.start, self.start.replace(tzinfo=UTC) + timedelta(days=1))

    def test_two_visits_have_two_uids(self):
        first, second = self._plan_visit(), self._plan_visit()
        uids = {self._read_uid(visit) for visit in (first, second)}
        self.assertEqual(len(uids), 2)

    def _read_uid(self, visit):
        (event,) = Calendar.from_ical(visit.attendee_ids[0]._get_visit_ics()).walk("VEVENT")
        return event["UID"]

    # === WHO COMES LATER, WHO NEEDN'T COME === #

    def test_whoever_is_asked_later_is_told_and_the_others_are_not(self):
        visit = self._plan_visit()
        with self.mock_mail_gateway():
            visit.with_user(self.user_dispatcher).write(
                {"partner_ids": [Command.link(self.user_colleague.partner_id.id)]}
            )
        self.assertEqual(len(self._mails), 1)
        self._mail_to(self.user_colleague)

    def test_asking_somebody_and_moving_at_once_makes_one_mail_each(self):
        visit = self._plan_visit()
        with self.mock_mail_gateway():
            visit.with_user(self.user_dispatcher).write(
                {
                    "partner_ids": [Command.link(self.user_colleague.partner_id.id)],
                    "start": self.start + timedelta(days=1),
                    "stop": self.stop + timedelta(days=1),
                }
            )
        self.assertEqual(len(self._mails), 3)
        for user in (self.user_technician, self.user_outside, self.user_colleague):
            self._mail_to(user)

    def test_who_was_to_come_is_told_not_to(self):
        def archive(visit):
            visit.with_user(self.user_dispatcher).active = False

        def delete(visit):
            visit.with_user(self.user_dispatcher).unlink()

        def cancel(visit):
            visit.intervention_id.with_user(self.user_dispatcher).action_cancel()

        for way in (archive, delete, cancel):
            with self.subTest(way=way.__name__):
                visit = self._plan_visit(self.technician)
                planned = self._ics(self._mail_to(self.user_technician))
                with self.mock_mail_gateway():
                    way(visit)
                mail = self._mail_to(self.user_technician)
                event = self._ics(mail)
                self.assertIn("cancelled", mail["body"])
                self.assertEqual(event["STATUS"], "CANCELLED")
                self.assertEqual(event["UID"], planned["UID"])
                self.assertGreater(event["SEQUENCE"], planned["SEQUENCE"])

    def test_nobody_is_told_about_a_visit_that_is_over(self):
        visit = self._plan_visit()
        past = fields.Datetime.now() - timedelta(days=3)
        with self.mock_mail_gateway():
            visit.with_user(self.user_dispatcher).write(
                {"start": past, "stop": past + timedelta(hours=1)}
            )
        self.assertFalse(self._mails)

    def test_mails_of_the_calendar_can_be_switched_off(self):
        self.env["ir.config_parameter"].set_param("calendar.block_mail", "True")
        self._plan_visit()
        self.assertFalse(self._mails)

    # === ODOO'S OWN MAILS === #

    def test_odoo_sends_nothing_of_its_own_about_visits(self):
        visit = self._plan_visit()
        messages = visit.message_ids
        self.assertFalse(messages.notification_ids)
        self.assertFalse(self._new_mails.filtered(lambda mail: mail.model == "calendar.event"))
        with self.mock_mail_gateway():
            visit.with_user(self.user_dispatcher).action_sendmail()
        for mail in self._mails:
            self.assertEqual(mail["attachments"][0][0], "visit.ics")

    def test_ordinary_meetings_are_invited_to_as_ever(self):
        with self.mock_mail_gateway():
            meeting = (
                self.env["calendar.event"]
                .with_user(self.user_employee)
                .create(
                    {
                        "name": "Budget",
                        "start": self.start,
                        "stop": self.stop,
                        "partner_ids": [
                            Command.set((self.user_employee | self.user_technician).partner_id.ids)
                        ],
                    }
                )
            )
        mail = self._mail_to(self.user_technician)
        self.assertEqual(mail["attachments"][0][0], "invitation.ics")
        self.assertIn("Budget", mail["body"])
        with self.mock_mail_gateway():
            meeting.with_user(self.user_employee).write(
                {"start": self.start + timedelta(days=1), "stop": self.stop + timedelta(days=1)}
            )
        self.assertEqual(self._mail_to(self.user_technician)["attachments"][0][0], "invitation.ics")
