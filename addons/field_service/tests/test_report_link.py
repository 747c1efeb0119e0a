import re
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from ..models.service_report import ServiceReport
from ..signed import MAILING, read_link, sign_link
from .common import MONDAY, FieldServiceCommon, picture
from .test_report_form import read_pdf

# A statement that changes something; the session store and the log of logins write beside it.
WRITING = re.compile(r"^\s*(INSERT|UPDATE|DELETE)\b", re.I)
SCOPE = "field_service.report"


class ReportLinkCommon(FieldServiceCommon):
    """A draft report that Giulia, who was on site, has been asked to sign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact.write({"function": "Production manager", "lang": "en_US"})
        cls.intervention = cls._story_one()
        cls.report = cls._make_report(cls.intervention)
        cls.public = cls.env.ref("base.public_user")
        cls.reports = cls.env["service.report"].with_user(cls.public)
        cls.token = cls._ask()

    @classmethod
    def _make_report(cls, intervention):
        made = intervention.with_user(cls.user_technician).make_report()
        return cls.env["service.report"].browse(made["report_id"])

    @classmethod
    def _ask(cls, partner=None):
        # Long enough ago.
        cls.report.sign_asked_on = False
        cls.report.with_user(cls.user_technician).ask_signature(partner_id=partner and partner.id)
        return cls._get_token()

    @classmethod
    def _get_token(cls):
        return cls.report.with_context(field_service_mailing=MAILING)._get_sign_token()

    def _arguments(self, token=None, **values):
        return {"token": token or self.token, "shown": self.report._get_shown_hash(), **values}

    def _sign(self, **values):
        return self.reports.sign_by_link(
            **self._arguments(**{"name": "Giulia", "image": picture("black"), **values})
        )

    def _refuse(self, **values):
        return self.reports.refuse_by_link(**self._arguments(**{"reason": "No", **values}))


@tagged("post_install", "-at_install")
class TestReportLink(ReportLinkCommon):
    def setUp(self):
        super().setUp()
        # What the form looks like is for others to test.
        self.startPatcher(patch.object(ServiceReport, "_render_pdf", lambda self: b"%PDF-1.7 form"))

    # === SIGNING === #

    def test_the_person_who_was_asked_signs_without_a_login(self):
        signed = self._sign(role="Manager")
        self.assertEqual(self.report.state, "signed")
        self.assertEqual(self.report.number, signed["number"])
        self.assertEqual(self.report.signed_by, "Giulia")
        self.assertEqual(self.report.signer_role, "Manager")
        self.assertTrue(self.report.is_closed_by_link)
        self.assertFalse(self.report.is_with_reservation)
        self.assertFalse(self.report.closed_by_id)
        self.assertTrue(self.report.verify()["intact"])
        note = self.intervention.message_ids[0]
        self.assertEqual(note.author_id, self.contact)
        self.assertIn(self.report.number, note.body)

    def test_a_remark_makes_it_signed_with_a_reservation(self):
        self._sign(remark="The travel time is too long.")
        self.assertTrue(self.report.is_with_reservation)
        self.assertIn("too long", self.report.remark)

    def test_whoever_refuses_says_why_and_the_dispatcher_hears_of_it(self):
        with self.assertRaisesRegex(ValidationError, "why the report is not signed"):
            self._refuse(reason=" ")
        self._refuse(reason="We were not told of the part")
        self.assertEqual(self.report.state, "unsigned")
        self.assertIn("not told", self.report.refusal_reason)
        note = self.intervention.message_ids[0]
        self.assertIn("not told", note.body)
        self.assertIn(self.user_dispatcher.partner_id, note.notified_partner_ids)

    def test_a_repeated_signature_acts_once_and_is_answered_the_same(self):
        asked = self._arguments(name="Giulia", image=picture("black"), request_uuid="sign-link-1")
        first = self.reports.sign_by_link(**asked)
        self.assertEqual(self.reports.sign_by_link(**asked), first)

    def test_of_two_signatures_the_second_is_refused(self):
        self._sign()
        with self.assertRaises(AccessError):
            self._sign(name="Somebody else")
        with self.assertRaises(AccessError):
            self._refuse()
        with self.assertRaisesRegex(UserError, "closed"):
            self.report.with_user(self.user_technician).sign(name="Giulia", image=picture())
        self.assertEqual(self.report.signed_by, "Giulia")

    def test_what_was_changed_while_it_was_read_is_not_signed(self):
        asked = self._arguments(name="Giulia", image=picture("black"))
        self._record(
            self.intervention, {"kind": "mileage", "date": str(MONDAY), "quantity": 500}
        ).report_id = self.report
        with self.assertRaisesRegex(UserError, "changed since you opened"):
            self.reports.sign_by_link(**asked)
        self.assertEqual(self.report.state, "draft")
        self._sign()

    def test_a_photo_that_came_meanwhile_has_to_be_seen_too(self):
        asked = self._arguments(name="Giulia", image=picture("black"))
        self.intervention.with_user(self.user_technician).add_files(
            files=[{"name": "a.jpg", "data": picture(), "kind": "after"}]
        )
        with self.assertRaisesRegex(UserError, "changed since you opened"):
            self.reports.sign_by_link(**asked)

    def test_a_signature_needs_a_name_and_a_picture(self):
        with self.assertRaisesRegex(ValidationError, "name of who signs"):
            self._sign(name=" ")
        for image in (None, "", "x", "bm8gaW1hZ2U="):
            with self.subTest(image=image), self.assertRaisesRegex(ValidationError, "sign again"):
                self._sign(image=image)
        self.assertEqual(self.report.state, "draft")

    # === WHAT A LINK IS WORTH === #

    def _assert_worthless(self, token):
        self.assertEqual(self.reports._get_sign_page(token), {})
        self.assertEqual(self.reports._get_sign_pdf(token), b"")
        for act in (self._sign, self._refuse):
            with self.assertRaisesRegex(AccessError, "does not work any more"):
                act(token=token)

    def test_tokens_that_are_worth_nothing_are_all_told_the_same(self):
        values = read_link(self.env, SCOPE, self.token)
        other = self._make_report(self._story_one())
        for token in (
            "x",
            "à",
            7,
            ["x"],
            self.token[:-2],
            f"{self.token[:-6]}AAAAAA",
            sign_link(self.env, "field_service.visit", values),
            sign_link(self.env, SCOPE, [other.id, *values[1:]]),
            sign_link(self.env, SCOPE, [values[0], self.customer.id, *values[2:]]),
            sign_link(self.env, SCOPE, values[:3]),
        ):
            with self.subTest(token=token):
                self._assert_worthless(token)

    def test_a_link_expires_after_thirty_days(self):
        with freeze_time(self.report.sign_asked_on + timedelta(days=29)):
            self.assertTrue(self.reports._find_by_sign_token(self.token))
        with freeze_time(self.report.sign_asked_on + timedelta(days=31)):
            self._assert_worthless(self.token)

    def test_a_newer_link_replaces_the_one_before(self):
        newer = self._ask()
        self._assert_worthless(self.token)
        self.assertTrue(self.reports._find_by_sign_token(newer))

    def test_the_office_and_the_crew_withdraw_a_link(self):
        self.report.with_user(self.user_technician).action_withdraw_signature()
        self._assert_worthless(self.token)
        self.assertFalse(self.report.sign_asked_id)

    def test_a_changed_address_and_revoked_links_of_a_person_end_it(self):
        self.contact.email = "new@example.com"
        self._assert_worthless(self.token)
        token = self._ask()
        self.contact.action_revoke_visit_links()
        self._assert_worthless(token)

    def test_a_report_that_was_signed_on_the_screen_has_no_link(self):
        self.report.with_user(self.user_technician).sign(name="Giulia", image=picture())
        self._assert_worthless(self.token)

    def test_an_amended_report_has_no_link_and_its_draft_needs_one_of_its_own(self):
        self._sign()
        amended = self.report.with_user(self.user_dispatcher).amend(reason="Wrong kilometres")
        draft = self.env["service.report"].browse(amended["report_id"])
        self.assertFalse(draft.sign_asked_id)
        self._assert_worthless(self.token)

    def test_a_deleted_draft_and_a_cancelled_intervention_have_no_link(self):
        self.intervention.state = "cancelled"
        self._assert_worthless(self.token)
        self.intervention.state = "in_progress"
        self.assertTrue(self.reports._find_by_sign_token(self.token))
        shown = self.report._get_shown_hash()
        self.report.unlink()
        self.assertEqual(self.reports._get_sign_page(self.token), {})
        with self.assertRaises(AccessError):
            self.reports.sign_by_link(token=self.token, shown=shown, name="Giulia", image=picture())

    def test_nobody_writes_by_hand_who_was_asked_or_that_a_link_closed_it(self):
        values = {
            "is_closed_by_link": True,
            "sign_asked_id": self.customer.id,
            "sign_asked_on": "2026-01-01",
            "closed_by_id": self.user_technician.id,
        }
        for user in (self.user_dispatcher, self.user_manager):
            reports = self.report.with_user(user)
            for name, value in values.items():
                with self.subTest(user=user.login, field=name):
                    with self.assertRaises(AccessError):
                        reports[name] = value
                    with self.assertRaises(AccessError):
                        reports.create({"intervention_id": self.intervention.id, name: value})
        self.assertEqual(self.report.sign_asked_id, self.contact)

    def test_nobody_brings_an_old_link_back(self):
        self._ask()
        manager = self._user("reports_t", "field_service.field_service_group_manager")
        with self.assertRaises(AccessError):
            self.report.with_user(manager).sign_link_version = 1

    def test_the_page_shows_the_form_without_prices_and_nothing_internal(self):
        self.intervention.access_note = "The key is under the mat"
        page = str(self.reports._get_sign_page(self.token))
        for shown in ("Temperature sensor", "Alfa S.r.l.", "84.00", "ST-2201"):
            self.assertIn(shown, page)
        for secret in ("under the mat", "86.5", "349.4", "28.0"):
            self.assertNotIn(secret, page)

    # === ASKING === #

    def test_who_may_ask_for_a_signature(self):
        for user in (self.user_dispatcher, self.user_technician):
            self.report.sign_asked_on = False
            self.report.with_user(user).ask_signature()
        for user in (
            self.user_colleague,
            self.user_outside,
            self.user_employee,
            self.user_accountant,
        ):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.report.with_user(user).ask_signature()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.report.with_user(user).withdraw_signature()

    def test_only_people_of_the_customer_are_asked(self):
        stranger = self.env["res.partner"].create({"name": "Eve", "email": "eve@example.com"})
        mute = self.env["res.partner"].create({"name": "Mute", "parent_id": self.customer.id})
        for partner_id in (stranger.id, mute.id, self.user_employee.partner_id.id, "1", True, -1):
            with self.subTest(partner=partner_id), self.assertRaises(ValidationError):
                self.report.with_user(self.user_technician).ask_signature(partner_id=partner_id)
        boss = self.env["res.partner"].create(
            {"name": "Boss", "parent_id": self.customer.id, "email": "boss@example.com"}
        )
        self.report.sign_asked_on = False
        asked = self.report.with_user(self.user_technician).ask_signature(partner_id=boss.id)
        self.assertEqual(asked["name"], "Boss")

    def test_nobody_is_asked_again_within_a_minute(self):
        mine = self.report.with_user(self.user_technician)
        with self.assertRaisesRegex(UserError, "Giulia has just been asked"):
            mine.ask_signature()
        self.assertTrue(self.reports._find_by_sign_token(self.token))
        with freeze_time(self.report.sign_asked_on + timedelta(seconds=61)):
            self.assertEqual(mine.ask_signature()["name"], "Giulia")

    def test_a_link_withdrawn_and_asked_for_again_is_asked_twice(self):
        mine = self.report.with_user(self.user_technician)
        mine.withdraw_signature()
        with self.assertRaisesRegex(UserError, "has just been asked"):
            mine.ask_signature()
        with freeze_time(self.report.sign_asked_on + timedelta(seconds=61)):
            self.assertEqual(mine.ask_signature()["name"], "Giulia")

    def test_without_an_address_of_anybody_it_is_said(self):
        self.contact.email = False
        with self.assertRaisesRegex(ValidationError, "Nobody of Alfa"):
            self._ask()

    def test_an_empty_report_and_a_closed_one_are_not_mailed(self):
        empty = self._make_report(self._create_intervention(technician_ids=self.technician.ids))
        with self.assertRaisesRegex(UserError, "no work"):
            empty.with_user(self.user_technician).ask_signature()
        self._sign()
        with self.assertRaisesRegex(UserError, "closed"):
            self._ask()

    def test_the_link_goes_to_the_person_by_mail_and_into_no_chatter(self):
        before = self.report.message_ids
        self._ask()
        mail = self.env["mail.mail"].search([], limit=1, order="id desc")
        self.assertEqual(mail.recipient_ids, self.contact)
        self.assertIn(f"/service/report/{self._get_token()}", mail.body_html)
        self.assertTrue(mail.auto_delete)
        self.assertFalse(mail.res_id)
        self.assertEqual(self.report.message_ids, before)

    def test_whoever_tries_the_mail_out_gets_no_link(self):
        template = self.env.ref("field_service.mail_template_service_report_to_sign")
        for user in (self.user_technician, self.user_dispatcher):
            preview = (
                self.env["mail.template.preview"]
                .with_user(user)
                .create(
                    {
                        "mail_template_id": template.id,
                        "resource_ref": f"service.report,{self.report.id}",
                    }
                )
            )
            self.assertIn(self.contact.name, preview.body_html)
            self.assertNotIn("/service/report/", preview.body_html)
            for forged in (True, 1, "MAILING", {}):
                report = self.report.with_user(user).with_context(field_service_mailing=forged)
                self.assertEqual((report._get_sign_link(), report._get_sign_token()), ("", ""))

    def test_the_copy_goes_to_whoever_signed_and_to_whoever_was_there(self):
        boss = self.env["res.partner"].create(
            {"name": "Boss", "parent_id": self.customer.id, "email": "boss@example.com"}
        )
        self._sign(token=self._ask(boss))
        mail = self.env["mail.mail"].search(
            [("res_id", "=", self.report.id), ("model", "=", "service.report")]
        )
        self.assertEqual(mail.recipient_ids, boss | self.contact)
        self.assertEqual(mail.attachment_ids, self.report.attachment_id)

    def test_the_dialog_proposes_whoever_was_there(self):
        self.report.with_user(self.user_technician).withdraw_signature()
        self.report.sign_asked_on = False
        asks = self.env["service.report.ask"].with_user(self.user_technician)
        with Form(asks.with_context(default_report_id=self.report.id)) as dialog:
            self.assertEqual(dialog.partner_id, self.contact)
        dialog.record.action_confirm()
        self.assertEqual(self.report.sign_asked_id, self.contact)

    def test_of_a_foreign_report_no_dialog_tells_anything(self):
        asks = self.env["service.report.ask"].with_user(self.user_colleague)
        with self.assertRaises(AccessError):
            asks.create({"report_id": self.report.id})
        dialog = asks.with_user(self.user_technician).create({"report_id": self.report.id})
        with self.assertRaises(AccessError):
            dialog.with_user(self.user_dispatcher).read(["partner_id"])

    def test_the_same_pdf_is_made_once_at_a_time(self):
        self.assertTrue(self.reports._get_sign_pdf(self.token))
        with (
            patch.object(type(self.reports), "_take_pdf_turn", lambda self: False),
            self.assertRaisesRegex(UserError, "being made"),
        ):
            self.reports._get_sign_pdf(self.token)

    def test_another_company_s_intervention_stays_closed(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        dispatcher = self._user("elsewhere_t", "field_service.field_service_group_dispatcher")
        dispatcher.write({"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id})
        for method, arguments in (("ask_signature", {}), ("sign", {"name": "x"})):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.report.with_user(dispatcher), method)(**arguments)


@tagged("post_install", "-at_install")
class TestReportLinkPage(HttpCase, ReportLinkCommon):
    def setUp(self):
        super().setUp()
        # A visitor without a login has a session too: forms carry its token.
        self.authenticate(None, None)
        self.url = f"/service/report/{self.token}"

    def _post(self, act, csrf=True, **typed):
        if csrf:
            typed["csrf_token"] = http.Request.csrf_token(self)
        typed.setdefault("shown", self.report._get_shown_hash())
        return self.url_open(f"{self.url}/{act}", data=typed, allow_redirects=False)

    def _let_reports_store_their_style(self):
        """The first PDF of a database stores style sheets, also by Odoo's own read-only route."""
        self.set_registry_readonly_mode(False)
        self.addCleanup(self.set_registry_readonly_mode, True)

    def test_opening_the_page_writes_nothing(self):
        self.url_open(self.url)
        self.env.flush_all()
        found = []
        for _turn in self._patchExecute(found):
            page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Temperature sensor", page.text)
        self.assertTrue(found)
        self.assertFalse([query for query in found if WRITING.match(query)])
        self.assertEqual(self.report.state, "draft")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")

    def test_it_is_signed_on_the_page_and_the_link_is_used_up(self):
        self._let_reports_store_their_style()
        signature = f"data:image/png;base64,{picture('black')}"
        page = self._post("sign", name="Giulia", role="Manager", signature=signature)
        self.assertIn(self.report.number, page.text)
        self.assertEqual(self.report.state, "signed")
        text = " ".join(read_pdf(self.report.attachment_id.raw))
        self.assertIn("Giulia, Manager", text)
        self.assertIn("By the link mailed to Giulia (giulia@example.com)", text)
        self.assertNotIn("Closed by", text)
        for path in ("", "/pdf"):
            gone = self.url_open(f"{self.url}{path}")
            self.assertEqual(gone.status_code, 404)
            self.assertIn("does not work any more", gone.text)
        forged = self.url_open("/service/report/x")
        self.assertEqual(
            re.sub(r"csrf_token.*", "", forged.text), re.sub(r"csrf_token.*", "", gone.text)
        )

    def test_it_is_refused_on_the_page(self):
        self._let_reports_store_their_style()
        self._post("refuse", reason="The hours are wrong")
        self.assertEqual(self.report.state, "unsigned")
        self.assertEqual(self.report.refusal_reason, "The hours are wrong")

    def test_what_is_missing_is_said_and_what_was_typed_and_drawn_stays(self):
        drawn = "data:image/png;base64,bm8gaW1hZ2U="
        page = self._post("sign", name="Gio <b>", remark="So & so", signature=drawn)
        self.assertEqual(page.status_code, 200)
        self.assertIn("no image", page.text)
        self.assertIn("Gio &lt;b&gt;", page.text)
        self.assertIn("So &amp; so", page.text)
        self.assertIn(drawn, page.text)
        self.assertEqual(self.report.state, "draft")

    @mute_logger("odoo.http")
    def test_a_form_from_elsewhere_and_a_get_sign_nothing(self):
        signature = f"data:image/png;base64,{picture('black')}"
        self.assertEqual(
            self._post("sign", csrf=False, name="Giulia", signature=signature).status_code, 400
        )
        self.assertEqual(self.url_open(f"{self.url}/sign?name=Giulia").status_code, 405)
        self.assertEqual(self.report.state, "draft")

    def test_the_pdf_is_the_draft_without_prices(self):
        self._let_reports_store_their_style()
        answer = self.url_open(f"{self.url}/pdf", timeout=90)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        text = " ".join(read_pdf(answer.content))
        self.assertIn("DRAFT", text)
        self.assertIn("Temperature sensor", text)
        self.assertNotIn("86.50", text)
