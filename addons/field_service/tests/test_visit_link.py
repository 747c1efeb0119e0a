import doctest
import re
from datetime import datetime, timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from .. import guesses
from ..guesses import GUESSES, WRONG
from ..signed import MAILING, read_link, sign_link
from .common import FieldServiceCommon

# A statement that changes something; the session store and the log of logins write beside it.
WRITING = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\b", re.I)


class VisitLinkCommon(FieldServiceCommon):
    """A visit in a month, to which a customer without a login and two technicians are asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = datetime.now().replace(hour=8, minute=0, second=0, microsecond=0)
        cls.start += timedelta(days=30)
        cls.intervention = cls._create_intervention()
        cls.visit = cls._plan(
            cls.intervention,
            cls.technician | cls.outside,
            start=fields.Datetime.to_string(cls.start),
            stop=fields.Datetime.to_string(cls.start + timedelta(hours=3)),
            invite_customer=True,
        )
        cls.attendee = cls._invitation(cls.contact)
        cls.token = cls._get_token(cls.contact)

    @classmethod
    def _invitation(cls, partner):
        return cls.visit.attendee_ids.filtered(lambda attendee: attendee.partner_id == partner)

    @classmethod
    def _get_token(cls, partner):
        attendee = cls._invitation(partner).with_context(field_service_mailing=MAILING)
        return attendee._get_visit_token()

    def _move(self, **shift):
        moment = self.visit.start + timedelta(**shift)
        self.visit.with_user(self.user_dispatcher).write(
            {"start": moment, "stop": moment + timedelta(hours=3)}
        )


@tagged("post_install", "-at_install")
class TestVisitLink(VisitLinkCommon):
    def _public_visit(self):
        return self.visit.with_user(self.env.ref("base.public_user"))

    def test_the_link_answers_for_the_person_it_was_mailed_to(self):
        self._public_visit().answer_visit(answer="accepted", token=self.token)
        self.assertEqual(self.attendee.state, "accepted")
        self.assertTrue(self.attendee.answered_by_link)
        self.assertFalse(self.attendee.answered_by_id)
        self.assertEqual(self.attendee.answered_version, self.visit.time_version)
        others = self.visit.attendee_ids - self.attendee
        self.assertEqual(set(others.mapped("state")), {"needsAction"})
        self.assertEqual(self.intervention.message_ids[0].author_id, self.contact)

    def test_an_outside_technician_confirms_the_commitment_by_the_link(self):
        token = self._get_token(self.user_outside.partner_id)
        self._invitation(self.user_technician.partner_id).state = "accepted"
        answered = self._public_visit().answer_visit(answer="accepted", token=token)
        self.assertEqual(answered["confirmation_state"], "confirmed")

    def test_a_repeated_answer_acts_once(self):
        asked = {"answer": "accepted", "token": self.token, "request_uuid": "link-answer-1"}
        before = len(self.intervention.message_ids)
        visit = self._public_visit()
        self.assertEqual(visit.answer_visit(**asked), visit.answer_visit(**asked))
        self.assertEqual(len(self.intervention.message_ids), before + 1)

    def test_tokens_that_are_worth_nothing(self):
        other_scope = sign_link(
            self.env, "field_service.feed", read_link(self.env, "field_service.visit", self.token)
        )
        forged = sign_link(self.env, "field_service.visit", [self.attendee.id, 1, 0, 1])
        for token in (
            "",
            "x",
            "à",
            self.token[:-2],
            f"{self.token[:-6]}AAAAAA",
            self.attendee.access_token,
            other_scope,
            forged,
            7,
            ["x"],
        ):
            with self.subTest(token=token):
                self.assertFalse(self.env["calendar.attendee"]._find_by_token(token))
        for token in ("x", other_scope, forged, True):
            with self.subTest(token=token), self.assertRaises(AccessError):
                self._public_visit().answer_visit(answer="accepted", token=token)

    def test_whoever_tries_the_mail_out_gets_no_link(self):
        template = self.env.ref("field_service.mail_template_calendar_attendee_visit")
        preview = (
            self.env["mail.template.preview"]
            .with_user(self.user_dispatcher)
            .create(
                {
                    "mail_template_id": template.id,
                    "resource_ref": f"calendar.attendee,{self.attendee.id}",
                }
            )
        )
        self.assertIn(self.visit.name, preview.body_html)
        self.assertNotIn("/service/visit/", preview.body_html)

    def test_a_link_is_for_one_visit_only(self):
        other = self._plan(self.intervention, self.outside)
        with self.assertRaises(AccessError):
            other.with_user(self.env.ref("base.public_user")).answer_visit(
                answer="accepted", token=self.token
            )

    def test_a_link_expires(self):
        with freeze_time(self.visit.stop + timedelta(days=8)):
            self.assertFalse(self.env["calendar.attendee"]._find_by_token(self.token))

    def test_a_visit_that_is_over_is_shown_and_not_answered(self):
        with freeze_time(self.visit.stop + timedelta(days=2)):
            page = self.env["calendar.attendee"]._get_link_page(self.token)
            self.assertIn("over", page["closed_because"])
            with self.assertRaisesRegex(UserError, "over"):
                self._public_visit().answer_visit(answer="accepted", token=self.token)

    def test_a_changed_address_revokes_the_links_of_the_old_one(self):
        self.contact.with_user(self.user_dispatcher).sudo().email = "new@example.com"
        self.assertFalse(self.env["calendar.attendee"]._find_by_token(self.token))
        token = self._get_token(self.contact)
        self.assertTrue(self.env["calendar.attendee"]._find_by_token(token))

    def test_the_same_address_written_again_revokes_nothing(self):
        self.contact.write({"email": self.contact.email, "phone": "0445 1"})
        self.assertTrue(self.env["calendar.attendee"]._find_by_token(self.token))

    def test_the_office_revokes_links_by_hand(self):
        with self.assertRaises(AccessError):
            self.contact.with_user(self.user_outside).action_revoke_visit_links()
        self.contact.action_revoke_visit_links()
        self.assertFalse(self.env["calendar.attendee"]._find_by_token(self.token))

    def test_nobody_brings_a_revoked_link_back(self):
        self.contact.action_revoke_visit_links()
        manager = self._user("partners_t", "base.group_partner_manager,base.group_system")
        with self.assertRaises(AccessError):
            self.contact.with_user(manager).visit_link_version = 0

    def test_who_needn_t_come_any_more_has_no_link(self):
        self.visit.with_user(self.user_dispatcher).partner_ids -= self.contact
        self.assertFalse(self.env["calendar.attendee"]._find_by_token(self.token))

    def test_nobody_answers_a_cancelled_visit(self):
        self.visit.with_user(self.user_dispatcher).active = False
        with self.assertRaisesRegex(UserError, "cancelled"):
            self._public_visit().answer_visit(answer="accepted", token=self.token)
        with self.assertRaisesRegex(UserError, "cancelled"):
            self.visit.with_user(self.user_technician).answer_visit(answer="accepted")

    def test_the_page_says_no_more_than_the_mail(self):
        self.intervention.access_note = "The key is under the mat"
        page = str(self.env["calendar.attendee"]._get_link_page(self.token))
        for secret in (self.intervention.name, "under the mat", self.customer.name, "Outside"):
            self.assertNotIn(secret, page)


@tagged("post_install", "-at_install")
class TestVisitLinkPage(HttpCase, VisitLinkCommon):
    def setUp(self):
        super().setUp()
        # A visitor without a login has a session too: forms carry its token.
        self.authenticate(None, None)
        self.url = f"/service/visit/{self.token}"

    def _answer(self, url=None, csrf=True, **typed):
        if csrf:
            typed["csrf_token"] = http.Request.csrf_token(self)
        typed.setdefault("start", fields.Datetime.to_string(self.visit.start))
        return self.url_open(f"{url or self.url}/answer", data=typed, allow_redirects=False)

    def test_whoever_tries_links_out_has_to_wait(self):
        GUESSES.forget()
        self.addCleanup(GUESSES.forget)
        self.assertEqual(doctest.testmod(guesses).failed, 0)
        for _number in range(WRONG - 1):
            GUESSES.note("127.0.0.1")
        self.assertEqual(self.url_open("/service/visit/x").status_code, 404)
        with mute_logger("odoo.http"):
            for address in ("visit/x", "report/x", "report/x/pdf", "feed/x.ics"):
                with self.subTest(address=address):
                    self.assertEqual(self.url_open(f"/service/{address}").status_code, 429)

    def test_opening_the_page_writes_nothing(self):
        self.url_open(self.url)
        self.env.flush_all()
        found = []
        for _turn in self._patchExecute(found):
            page = self.url_open(self.url)
        self.assertTrue(found)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.visit.name, page.text)
        self.assertFalse([query for query in found if WRITING.match(query)])
        self.assertEqual(self.attendee.state, "needsAction")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")

    def test_buttons_confirm_decline_and_propose(self):
        self.assertEqual(self._answer(answer="accepted").status_code, 303)
        self.assertEqual(self.attendee.state, "accepted")
        self._answer(answer="declined", reason="The plant is closed")
        self.assertEqual(self.attendee.state, "declined")
        self.assertEqual(self.attendee.answer_reason, "The plant is closed")
        self.contact.tz = "Europe/Rome"
        self._answer(answer="tentative", proposed_start="2027-01-12T10:30")
        self.assertEqual(self.attendee.state, "tentative")
        self.assertEqual(str(self.attendee.proposed_start), "2027-01-12 09:30:00")

    def test_who_has_no_zone_reads_times_where_the_company_is_at_home(self):
        self.contact.tz = False
        # As Odoo leaves it where nobody has chosen a zone.
        self.company.resource_calendar_id.tz = "UTC"
        self.company.partner_id.write({"tz": False, "country_id": self.env.ref("base.it").id})
        self.assertIn("(Europe/Rome)", self.url_open(self.url).text)
        self._answer(answer="tentative", proposed_start="2027-01-12T10:30")
        self.assertEqual(str(self.attendee.proposed_start), "2027-01-12 09:30:00")
        # A country with many zones says nothing; the company's own contact does.
        self.company.partner_id.country_id = self.env.ref("base.us")
        self.assertEqual(self.attendee._get_visit_timezone(), "UTC")
        self.company.partner_id.tz = "America/Denver"
        self.assertEqual(self.attendee._get_visit_timezone(), "America/Denver")
        self.company.partner_id.write({"tz": False, "country_id": False})
        self.assertEqual(self.attendee._get_visit_timezone(), "UTC")

    def test_what_is_missing_is_said_and_what_was_typed_stays(self):
        page = self._answer(answer="tentative", reason="Monday <is> full")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Say which time", page.text)
        self.assertIn("Monday &lt;is&gt; full", page.text)
        page = self._answer(answer="tentative", proposed_start="soon")
        self.assertIn("soon is not a time", page.text)
        self.assertEqual(self.attendee.state, "needsAction")

    def test_an_answer_to_an_older_time_is_refused_and_the_new_time_shown(self):
        old = fields.Datetime.to_string(self.visit.start)
        self._move(days=1)
        page = self._answer(answer="accepted", start=old)
        self.assertIn("has been moved meanwhile", page.text)
        self.assertIn(fields.Datetime.to_string(self.visit.start), page.text)
        self.assertEqual(self.attendee.state, "needsAction")
        page = self.url_open(self.url)
        self.assertIn("moved since that mail", page.text)
        self._answer(answer="accepted")
        self.assertEqual(self.attendee.state, "accepted")

    def test_nothing_is_answered_without_the_form_s_token(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self._answer(answer="accepted", csrf=False).status_code, 400)
            self.assertEqual(self.url_open(f"{self.url}/answer").status_code, 405)
        self.assertEqual(self.attendee.state, "needsAction")

    def test_a_worthless_link_gets_a_page_that_says_so(self):
        for token in ("x", f"{self.token}A", self.attendee.access_token):
            with self.subTest(token=token):
                page = self.url_open(f"/service/visit/{token}")
                self.assertEqual(page.status_code, 404)
                self.assertIn("does not work any more", page.text)
                self.assertNotIn(self.visit.name, page.text)
                page = self._answer(url=f"/service/visit/{token}", answer="accepted")
                self.assertEqual(page.status_code, 404)
        self.assertEqual(self.attendee.state, "needsAction")

    def test_the_page_speaks_the_person_s_language(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.contact.lang = "it_IT"
        self.assertIn('lang="it-IT"', self.url_open(self.url).text)

    def test_odoo_s_own_links_do_nothing_to_visits(self):
        for act in (
            "meeting/accept",
            "meeting/decline",
            "recurrence/accept",
            "recurrence/decline",
            "meeting/view",
        ):
            with self.subTest(act=act):
                page = self.url_open(
                    f"/calendar/{act}?token={self.attendee.access_token}&id={self.visit.id}"
                )
                self.assertIn("does not work any more", page.text)
                self.assertNotIn(self.user_technician.name, page.text)
        self.assertEqual(self.attendee.state, "needsAction")

    def test_odoo_s_own_links_work_for_ordinary_meetings(self):
        meeting = self.env["calendar.event"].create(
            {
                "name": "Lunch",
                "start": self.start,
                "stop": self.start + timedelta(hours=1),
                "partner_ids": [(6, 0, self.contact.ids)],
            }
        )
        invitation = meeting.attendee_ids
        self.url_open(f"/calendar/meeting/accept?token={invitation.access_token}&id={meeting.id}")
        self.assertEqual(invitation.state, "accepted")

    def test_nobody_joins_a_visit_by_its_token(self):
        self.visit.access_token = "a-token-of-the-event"
        self.authenticate(self.user_outside.login, self.user_outside.login)
        self.visit.partner_ids -= self.user_outside.partner_id
        with mute_logger("odoo.http"):
            page = self.url_open("/calendar/meeting/join?token=a-token-of-the-event")
        self.assertEqual(page.status_code, 404)
        self.assertNotIn(self.user_outside.partner_id, self.visit.partner_ids)
