from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.field_service.signed import MAILING, sign_link
from odoo.addons.mail.tests.common import MockEmail

from ..models.portal_act import ACTS_PER_HOUR
from .common import PortalCommon
from .test_pages import PagesCommon


class ColleaguesCommon(PortalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_user.partner_id.is_portal_manager = True
        cls.as_manager = cls.env["res.partner"].with_user(cls.company_user)

    def _invite(self, email="anna@alfa.example.com", **more):
        values = {"name": "Anna", "email": email, **more}
        partner_id = self.as_manager.invite_colleague(**values)["partner_id"]
        return self.env["res.partner"].browse(partner_id)

    def _shown(self, colleague):
        rows = self.as_manager._portal_colleagues()["colleagues"]
        (row,) = (row for row in rows if row["id"] == colleague.id)
        return row


@tagged("post_install", "-at_install")
class TestColleagues(MockEmail, ColleaguesCommon):
    def test_a_colleague_is_invited_with_a_login_and_a_mail(self):
        with self.mock_mail_gateway():
            anna = self._invite(email=" Anna@Alfa.example.com ", role="accountant")
        self.assertEqual(anna.commercial_partner_id, self.customer)
        self.assertEqual(anna.portal_role, "accountant")
        self.assertEqual(anna.user_ids.login, "anna@alfa.example.com")
        self.assertTrue(anna.user_ids.share)
        (mail,) = self._mails
        self.assertIn("anna@alfa.example.com", mail["email_to"][0])

    def test_an_invitation_sent_twice_is_one(self):
        first = self._invite(request_uuid="invite-anna-1")
        self.assertEqual(self._invite(request_uuid="invite-anna-1"), first)
        self.assertEqual(len(first.user_ids), 1)

    def test_a_contact_who_is_there_already_gets_the_login(self):
        self.contact.email = "giulia@alfa.example.com"
        self.assertEqual(self._invite(email="giulia@alfa.example.com"), self.contact)

    def test_whether_an_address_has_a_login_is_told_to_nobody(self):
        closed = self._portal_user("closed", self.other_customer, "own")
        closed.active = False
        shown = {}
        for name, user in (
            ("new", None),
            ("customer", self.other_user),
            ("ours", self.user_technician),
            ("closed", closed),
        ):
            email = f"{name}@elsewhere.example.com"
            if user:
                user.login = email
            with self.mock_mail_gateway():
                colleague = self._invite(email=email)
            row = self._shown(colleague)
            self.assertTrue(row["is_pending"])
            shown[name] = {key: row[key] for key in row if key not in ("id", "email", "invited_on")}
            with self.assertRaisesRegex(UserError, "was invited already"):
                self._invite(email=email)
            # Taken back it is as if it had never been, for each of them.
            colleague.with_user(self.company_user).withdraw_colleague_access()
            rows = self.as_manager._portal_colleagues()["colleagues"]
            self.assertNotIn(colleague.id, [row["id"] for row in rows])
            with self.mock_mail_gateway():
                self.assertEqual(self._invite(email=email), colleague)
        self.assertEqual(len({str(row) for row in shown.values()}), 1, shown)

    def test_who_was_here_since_they_were_invited_has_access(self):
        anna = self._invite()
        anna.portal_invited_on -= timedelta(days=1)
        anna.with_user(anna.user_ids).env.user._update_last_login()
        with self.assertRaisesRegex(UserError, "has access already"):
            self._invite()

    def test_a_colleague_s_login_is_known_whatever_their_address(self):
        self.own_user.login = "own@elsewhere.example.com"
        with self.assertRaisesRegex(UserError, "has access already"):
            self._invite(email="own@elsewhere.example.com")

    def test_a_login_of_ours_gives_a_customer_s_contact_nothing_and_the_office_knows(self):
        self.user_technician.login = "luca@ours.example.com"
        luca = self._invite(email="luca@ours.example.com", role="company")
        self.assertFalse(luca.portal_user_id | luca.user_ids)
        self.assertIn("somebody of ours", luca.message_ids[:1].body)

    def test_who_is_taken_off_here_stays_another_customer_s_contact(self):
        there = self.env["res.partner"].create(
            {
                "name": "Own at Monte",
                "parent_id": self.other_customer.id,
                "portal_role": "company",
                "portal_user_id": self.own_user.id,
            }
        )
        self.own_user.partner_id.with_user(self.company_user).withdraw_colleague_access()
        self.assertTrue(self.own_user.active)
        self.assertEqual(self.own_user.partner_id, there)
        self.assertTrue(self.other_ticket.with_user(self.own_user).has_access("read"))
        self.assertFalse(self.own_ticket.with_user(self.own_user).has_access("read"))

    def test_a_site_is_one_of_the_own_company(self):
        anna = self._invite(role="site", site_id=self.site.id)
        self.assertEqual(anna.parent_id, self.site)
        with self.assertRaisesRegex(ValidationError, "which site"):
            anna.with_user(self.company_user).set_colleague_role("site")
        foreign = self.env["res.partner"].create(
            {"name": "Gate", "parent_id": self.other_customer.id, "type": "delivery"}
        )
        with self.assertRaisesRegex(ValidationError, "which site"):
            anna.with_user(self.company_user).set_colleague_role("site", site_id=foreign.id)

    def test_a_role_holds_at_once(self):
        own = self.own_user.partner_id
        self.assertFalse(self.ticket.with_user(self.own_user).has_access("read"))
        own.with_user(self.company_user).set_colleague_role("company")
        self.assertTrue(self.ticket.with_user(self.own_user).has_access("read"))

    def test_access_is_taken_away_and_the_requests_stay(self):
        own = self.own_user.partner_id
        own.with_user(self.company_user).withdraw_colleague_access()
        self.assertFalse(self.own_user.active)
        self.assertTrue(self.own_ticket.with_user(self.company_user).has_access("read"))

    def test_what_is_missing_or_wrong_gets_a_sentence(self):
        for values in ({"name": " "}, {"email": "anna"}, {"email": None}, {"role": "admin"}):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._invite(**values)

    def test_so_many_invitations_an_hour_of_new_people_and_of_known_ones(self):
        self.env["portal.act"].with_user(self.company_user)._count(
            "invitation", ACTS_PER_HOUR["invitation"] - 1
        )
        self.contact.email = "giulia@alfa.example.com"
        self._invite(email="giulia@alfa.example.com")
        with self.assertRaisesRegex(ValidationError, "within an hour"):
            self._invite()

    def test_nobody_manages_themselves_or_others_people(self):
        manager = self.company_user
        for partner in (manager.partner_id, self.other_user.partner_id, self.customer):
            with self.subTest(partner=partner.name), self.assertRaises(AccessError):
                partner.with_user(manager).set_colleague_role("company")
        # Somebody of ours stays out of reach, whatever company their contact is put into.
        self.user_technician.partner_id.parent_id = self.customer
        with self.assertRaises(AccessError):
            self.user_technician.partner_id.with_user(manager).withdraw_colleague_access()

    def test_only_who_manages_the_access_does(self):
        self.own_user.partner_id.is_portal_manager = True  # sees own requests only: holds not
        for user in (self.own_user, self.other_user, self.outside_user, self.public):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["res.partner"].with_user(user).invite_colleague("Eve", "eve@example.com")

    def test_nobody_makes_themselves_manager(self):
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.site_user.partner_id.with_user(self.site_user).is_portal_manager = True


class InvitationCommon(MockEmail, ColleaguesCommon):
    """Paolo of Monte has a login; Alfa invites him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_user.login = "paolo@monte.example.com"
        cls.as_public = cls.env["res.partner"].with_user(cls.public)

    def _invite_paolo(self):
        with self.mock_mail_gateway():
            return self._invite(email="paolo@monte.example.com", role="company")

    def _token(self, contact):
        return contact.with_context(field_service_mailing=MAILING)._get_invitation_token()

    def _accept(self, token, **more):
        return self.as_public.accept_invitation(token, **more)

    def _assert_nothing_seen(self):
        self.assertFalse(self.ticket.with_user(self.other_user).has_access("read"))
        self.assertTrue(self.other_ticket.with_user(self.other_user).has_access("read"))


@tagged("post_install", "-at_install")
class TestInvitation(InvitationCommon):
    def test_a_login_at_another_customer_serves_here_once_its_owner_agrees(self):
        self.other_user.email = "private@monte.example.com"
        paolo = self._invite_paolo()
        self._assert_nothing_seen()
        self.assertTrue(self._shown(paolo)["is_pending"])
        (mail,) = self._mails
        # To where the owner of the login is reached, not to where somebody has typed.
        self.assertEqual(mail["email_to"], ["private@monte.example.com"])
        self.assertIn("/service/invitation/", mail["body"])
        self.assertNotIn("/service/invitation/", str(paolo.message_ids.mapped("body")))
        self._accept(self._token(paolo))
        self.assertTrue(self.ticket.with_user(self.other_user).has_access("read"))
        self.assertFalse(self._shown(paolo)["is_pending"])
        paolo.with_user(self.company_user).withdraw_colleague_access()
        self._assert_nothing_seen()

    def test_the_link_serves_once(self):
        token = self._token(self._invite_paolo())
        first = self._accept(token, request_uuid="accept-paolo")
        self.assertEqual(self._accept(token, request_uuid="accept-paolo"), first)
        with self.assertRaises(AccessError):
            self._accept(token)

    def test_a_link_that_was_taken_back_changed_or_is_old_gives_nothing(self):
        for spoil in (
            lambda paolo: paolo.with_user(self.company_user).withdraw_colleague_access(),
            lambda paolo: paolo.write({"active": False}),
            lambda paolo: paolo.write({"email": "eve@example.com"}),
            lambda paolo: self.other_user.partner_id.write({"email": "new@example.com"}),
            lambda paolo: self.other_user.partner_id.action_revoke_visit_links(),
            lambda paolo: self.other_user.write({"active": False}),
            lambda paolo: self.other_user.partner_id.write({"parent_id": self.customer.id}),
            lambda paolo: paolo.write({"portal_invited_on": "2026-01-01 10:00:00"}),
        ):
            with self.subTest(), self.env.cr.savepoint() as savepoint:
                paolo = self._invite_paolo()
                token = self._token(paolo)
                self.assertTrue(self.as_public._get_invitation_page(token))
                spoil(paolo)
                self.assertFalse(self.as_public._get_invitation_page(token))
                with self.assertRaises(AccessError):
                    self._accept(token)
                savepoint.close(rollback=True)
                self.env.invalidate_all()
        with freeze_time(fields.Datetime.now() - timedelta(days=15)):
            token = self._token(self._invite_paolo())
        self.assertFalse(self.as_public._get_invitation_page(token))

    def test_an_older_link_is_not_for_a_newer_invitation(self):
        with freeze_time(fields.Datetime.now() - timedelta(days=1)):
            paolo = self._invite_paolo()
            token = self._token(paolo)
        paolo.with_user(self.company_user).withdraw_colleague_access()
        self.assertEqual(self._invite_paolo(), paolo)
        self.assertFalse(self.as_public._get_invitation_page(token))

    def test_no_other_link_and_no_guess_opens_an_invitation(self):
        paolo = self._invite_paolo()
        values = paolo._get_invitation_values()
        for token in ("x", None, sign_link(self.env, "field_service.visit", values)):
            with self.subTest(token=token), self.assertRaises(AccessError):
                self._accept(token)
        self._assert_nothing_seen()

    def test_who_tries_the_mail_out_gets_no_link(self):
        paolo = self._invite_paolo()
        template = self.env.ref("portal_customer.mail_template_res_partner_invitation")
        body = template._render_field("body_html", paolo.ids)[paolo.id]
        self.assertNotIn("/service/invitation/", body)
        self.assertFalse(paolo._get_invitation_link())


@tagged("post_install", "-at_install")
class TestColleaguePages(ColleaguesCommon, PagesCommon):
    def test_colleagues_are_invited_changed_and_taken_off(self):
        self._login("company")
        self.assertIn("Colleagues", self._get("/my").text)
        self._post("/my/colleagues/invite", name="Anna", email="anna@alfa.example.com", role="own")
        anna = self.env["res.partner"].search([("email", "=", "anna@alfa.example.com")])
        self.assertIn("anna@alfa.example.com", self._get("/my/colleagues").text)
        self._post(f"/my/colleagues/{anna.id}/role", role="accountant")
        self.assertEqual(anna.portal_role, "accountant")
        self._post(f"/my/colleagues/{anna.id}/withdraw")
        self.assertNotIn("anna@alfa.example.com", self._get("/my/colleagues").text)

    def test_what_was_typed_is_still_there(self):
        self._login("company")
        answer = self._post(
            "/my/colleagues/invite", name="Anna", email="no-address", role="company"
        )
        self.assertIn("no-address", answer.text)
        self.assertIn("alert-danger", answer.text)

    def test_others_have_no_such_page(self):
        with mute_logger("odoo.http"):
            for name in ("own", "accountant", "other", "outside"):
                with self.subTest(name=name):
                    self._login(name)
                    self.assertEqual(self._get("/my/colleagues").status_code, 404)
                    answer = self._post(f"/my/colleagues/{self.own_user.partner_id.id}/withdraw")
                    self.assertEqual(answer.status_code, 404)
        self.assertTrue(self.own_user.active)


@tagged("post_install", "-at_install")
class TestInvitationPage(InvitationCommon, PagesCommon):
    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.paolo = self._invite_paolo()
        self.url = f"/service/invitation/{self._token(self.paolo)}"

    def test_the_page_shows_and_the_button_accepts(self):
        page = self._get(self.url)
        self.assertIn("Alfa", page.text)
        self.assertIn("paolo@monte.example.com", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self._assert_nothing_seen()
        self.assertIn("You now see", self._post(f"{self.url}/accept").text)
        self.assertEqual(self.paolo.portal_user_id, self.other_user)
        self.assertEqual(self._get(self.url).status_code, 404)

    @mute_logger("odoo.http")
    def test_nothing_is_accepted_without_the_form_s_token_or_with_another_link(self):
        self.assertEqual(self._post(f"{self.url}/accept", csrf=False, x="y").status_code, 400)
        self.assertEqual(self._post("/service/invitation/x/accept").status_code, 404)
        self.assertFalse(self.paolo.portal_user_id)

    @mute_logger("odoo.http")
    def test_what_is_refused_leaves_nothing_behind_and_is_refused_again(self):
        for _turn in range(2):
            answer = self._post("/service/invitation/x/accept", request_uuid="refused-twice")
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.env["idempotent.request"].search([("uuid", "=", "refused-twice")]))
        answer = self._post(f"{self.url}/accept", request_uuid="no name")
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.paolo.portal_user_id)

    def test_the_page_of_who_invites_tells_no_difference(self):
        self._invite(email="new@elsewhere.example.com")
        self._login("company")
        cards = self._get("/my/colleagues").text.split('<div class="card mb-3">')
        shown = []
        for email in ("paolo@monte.example.com", "new@elsewhere.example.com"):
            (card,) = (card for card in cards if email in card)
            shown.append(html2plaintext(card.partition("</section>")[0]).replace(email, "").split())
        self.assertEqual(*shown)
        self.assertIn("invitation", shown[0])
