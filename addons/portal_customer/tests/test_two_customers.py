import json
import re

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.res_users import CONTACT_KEY
from .common import PortalCommon
from .test_downloads import StatementCommon


class TwoCustomersCommon(PortalCommon):
    """``company_user`` sees all of Alfa; at Monte the same person is a second contact."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third_customer = cls.env["res.partner"].create({"name": "Terza", "is_company": True})
        cls.third_ticket = cls.env["helpdesk.ticket"].create(
            {"name": "The roof leaks", "partner_id": cls.third_customer.id}
        )
        cls.there = cls.env["res.partner"].create(
            {
                "name": "Company at Monte",
                "email": "company@monte.example.com",
                "parent_id": cls.other_customer.id,
                "portal_role": "company",
                "portal_user_id": cls.company_user.id,
            }
        )
        cls.other_equipment = cls.env["service.equipment"].create(
            {"name": "Boiler of Monte", "partner_id": cls.other_customer.id}
        )
        cls.other_intervention = cls._create_intervention(
            partner_id=cls.other_customer.id,
            contact_id=cls.there.id,
            site_id=False,
            equipment_ids=False,
        )
        cls.here = cls.company_user.partner_id

    def _as(self, contact):
        return self.company_user.with_context(**{CONTACT_KEY: contact.id})

    def _article_for(self, customer):
        return self.article.copy(
            {
                "name": f"Only {customer.name}",
                "state": "published",
                "audience": "customer",
                "audience_partner_ids": [Command.set(customer.ids)],
            }
        )


@tagged("post_install", "-at_install")
class TestTwoCustomers(TwoCustomersCommon):
    def test_one_login_reads_what_is_theirs_at_both_and_nothing_of_a_third(self):
        for ticket, readable in (
            (self.ticket, True),
            (self.other_ticket, True),
            (self.third_ticket, False),
        ):
            with self.subTest(ticket=ticket.name):
                self.assertEqual(ticket.with_user(self.company_user).has_access("read"), readable)
        self.assertFalse(self.ticket.with_user(self.other_user).has_access("read"))

    def test_each_contact_has_a_role_of_its_own(self):
        self.there.portal_role = "accountant"
        self.assertFalse(self.other_ticket.with_user(self.company_user).has_access("read"))
        self.assertTrue(self._as(self.there)._may_see_statement())
        self.there.portal_role = "own"
        self.assertFalse(self._as(self.there)._may_see_statement())
        self.assertTrue(self._as(self.here)._may_see_statement())
        mine = self.other_ticket.copy({"partner_id": self.there.id})
        self.assertTrue(mine.with_user(self.company_user).has_access("read"))

    def test_nobody_chooses_a_contact_that_is_not_theirs(self):
        for contact in (self.other_user.partner_id, self.third_customer, self.own_user.partner_id):
            with self.subTest(contact=contact.name):
                self.assertEqual(self._as(contact)._get_acting_contact(), self.here)
        for nonsense in ("x", [1], {"a": 1}, -1, 10**12):
            user = self.company_user.with_context(**{CONTACT_KEY: nonsense})
            self.assertEqual(user._get_acting_contact(), self.here)

    def test_what_is_unlinked_or_archived_is_over_at_once(self):
        ticket = self.other_ticket.with_user(self.company_user)
        for values, before in (
            ({"portal_user_id": False}, {"portal_user_id": self.company_user.id}),
            ({"active": False}, {"active": True}),
        ):
            with self.subTest(values=values):
                self.assertTrue(ticket.has_access("read"))
                self.there.write(values)
                self.assertFalse(ticket.has_access("read"))
                self.assertEqual(self._as(self.there)._get_acting_contact(), self.here)
                self.there.write(before)

    def test_an_archived_contact_is_nobody_however_one_asks(self):
        self.there.is_portal_manager = True
        self.there.active = False
        article = self._article_for(self.other_customer).with_user(self.company_user)
        asking = {"active_test": False, CONTACT_KEY: self.there.id}
        user = self.company_user.with_context(**asking)
        self.assertEqual(user._get_acting_contact(), self.here)
        self.assertFalse(article.with_context(**asking).has_access("read"))
        people = self.env["res.partner"].with_user(self.company_user).with_context(**asking)
        with self.assertRaises(AccessError):
            people.invite_colleague("Eve", "eve@example.com")

    def test_a_withdrawn_login_does_not_become_an_archived_contact_s(self):
        self.there.active = False
        self.accountant_user.partner_id.write({"portal_role": "company", "is_portal_manager": True})
        colleague = self.here.with_user(self.accountant_user).with_context(active_test=False)
        colleague.withdraw_colleague_access()
        self.assertEqual(self.company_user.partner_id, self.here)
        self.assertFalse(self.company_user.active)
        self.assertFalse(self.other_ticket.with_user(self.company_user).has_access("read"))

    def test_who_was_a_contact_that_is_deleted_reads_nothing_there(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Company at Terza",
                "parent_id": self.third_customer.id,
                "portal_role": "company",
                "portal_user_id": self.company_user.id,
            }
        )
        ticket = self.third_ticket.with_user(self.company_user)
        self.assertTrue(ticket.has_access("read"))
        contact.unlink()
        self.env.invalidate_all()
        self.assertFalse(ticket.has_access("read"))

    def test_how_a_customer_pays_is_for_the_role_at_that_customer(self):
        monte = self.other_customer.with_user(self.company_user)
        alfa = self.customer.with_user(self.company_user)
        names = ["service_block", "situation_verdict", "situation_label"]
        self.assertTrue(monte.read(names))
        self.assertIn("amounts", monte.requester_situation()[0])
        self.there.portal_role = "own"
        with self.assertRaises(AccessError):
            monte.requester_situation()
        self.assertIn("amounts", alfa.requester_situation()[0])
        for name in names:
            with self.subTest(name=name), self.assertRaises(AccessError):
                monte.read([name])
        self.there.portal_role, self.here.portal_role = "accountant", "own"
        self.assertIn("amounts", monte.requester_situation()[0])
        with self.assertRaises(AccessError):
            alfa.requester_situation()

    def test_a_contact_of_ours_or_of_the_same_customer_is_refused(self):
        partners = self.env["res.partner"]
        for values in (
            {"portal_user_id": self.user_technician.id},
            {"parent_id": self.customer.id},
            {"is_company": True},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                partners.create(
                    {
                        "name": "Twin",
                        "parent_id": self.third_customer.id,
                        "portal_user_id": self.company_user.id,
                        **values,
                    }
                )
        with self.assertRaises(ValidationError):
            self.own_user.partner_id.portal_user_id = self.other_user

    def test_nobody_outside_links_or_reads_links(self):
        there = self.there.with_user(self.company_user)
        with mute_logger("odoo.addons.base.models.ir_model"):
            with self.assertRaises(AccessError):
                there.portal_user_id = self.other_user
            with self.assertRaises(AccessError):
                there.read(["portal_user_id"])
            with self.assertRaises(AccessError):
                self.company_user.with_user(self.company_user).read(["portal_contact_ids"])

    def test_a_request_is_opened_as_the_contact_who_was_chosen(self):
        tickets = self.env["helpdesk.ticket"].with_user(self.company_user)
        as_there = tickets.with_context(**{CONTACT_KEY: self.there.id})
        opened = as_there.open_ticket(
            {"name": "Cold radiators", "equipment_id": self.other_equipment.id}
        )
        self.assertEqual(tickets.browse(opened["ticket_id"]).sudo().partner_id, self.there)
        with self.assertRaises(ValidationError):
            tickets.open_ticket({"name": "Cold", "equipment_id": self.other_equipment.id})

    def test_what_is_written_is_written_by_the_contact_there(self):
        self.other_ticket.partner_id = self.there
        self.other_ticket.action_close(solution="Oiled.", cause="Dry.")
        self.other_ticket.with_user(self.company_user).reopen(reason="Stuck again.")
        self.assertEqual(self.other_ticket.message_ids[0].author_id, self.there)
        answer = self.other_ticket.with_user(self.company_user).sudo()
        self.assertEqual(answer.message_post(body="Again.").author_id, self.there)
        answer = self.ticket.with_user(self.company_user).sudo()
        self.assertEqual(answer.message_post(body="Here.").author_id, self.here)

    def test_a_visit_is_answered_by_whoever_was_invited(self):
        intervention = self._create_intervention(
            partner_id=self.other_customer.id, contact_id=self.there.id, site_id=False,
            equipment_ids=False,
        )  # fmt: skip
        visit = self._plan(intervention, self.outside)
        visit.sudo().partner_ids += self.there
        visit.with_user(self.company_user).answer_visit(answer="accepted")
        attendee = visit.sudo().attendee_ids.filtered(lambda one: one.partner_id == self.there)
        self.assertEqual(attendee.state, "accepted")

    def test_cases_of_both_are_found_by_right_and_offered_of_the_chosen_one(self):
        entries = self.env["knowledge.entry"].with_user(self.company_user)
        for contact, found in ((self.here, True), (self.there, False)):
            chosen = entries.with_context(**{CONTACT_KEY: contact.id})
            offered = chosen.search_similar(text="the conveyor squeaks")
            self.assertEqual(self.entry.id in [entry["id"] for entry in offered], found)

    def test_an_article_for_one_of_them_is_theirs_and_listed_there(self):
        article = self._article_for(self.other_customer)
        self.assertTrue(article.with_user(self.company_user).has_access("read"))
        self.assertFalse(article.with_user(self.own_user).has_access("read"))
        for contact, listed in ((self.here, False), (self.there, True)):
            articles = self.env["knowledge.article"].with_user(self.company_user)
            domain = self._as(contact)._portal_list_domain("knowledge.article")
            self.assertEqual(article in articles.search(domain), listed)

    def test_a_login_is_managed_at_the_customer_where_its_contact_manages(self):
        self.there.is_portal_manager = True
        people = self.env["res.partner"].with_user(self.company_user)
        with self.assertRaises(AccessError):
            people.invite_colleague("Eve", "eve@example.com")
        there = people.with_context(**{CONTACT_KEY: self.there.id})
        eve_id = there.invite_colleague("Eve", "eve@example.com")["partner_id"]
        self.assertEqual(people.sudo().browse(eve_id).parent_id, self.other_customer)
        self.assertNotIn(
            self.there.id, [one["id"] for one in there._portal_colleagues()["colleagues"]]
        )


@tagged("post_install", "-at_install")
class TestTwoCustomersPages(TwoCustomersCommon, StatementCommon):
    def setUp(self):
        super().setUp()
        self._login("company")

    def _choose(self, contact):
        return self._post("/my/customer", contact_id=contact.id)

    def test_lists_and_pages_follow_the_choice(self):
        own, other = self.invoice.name, self.foreign_invoice.name
        pages = {
            "/my/tickets": (self.ticket.name, self.other_ticket.name),
            "/my/equipment": (self.equipment.name, self.other_equipment.name),
            "/my/interventions": (self.intervention.number, self.other_intervention.number),
            "/my/tickets/new": (self.equipment.name, self.other_equipment.name),
            "/my/statement": (own, other),
            "/my/statement/csv": (own, other),
            "/my/invoices": (own, other),
        }
        for contact, shown, hidden in ((None, 0, 1), (self.there, 1, 0), (self.here, 0, 1)):
            if contact:
                self.assertEqual(self._choose(contact).status_code, 303)
            for url, texts in pages.items():
                with self.subTest(contact=contact and contact.name, url=url):
                    page = self._get(url).text
                    self.assertIn(texts[shown], page)
                    self.assertNotIn(texts[hidden], page)
            counted = self.make_jsonrpc_request("/my/counters", {"counters": ["ticket_count"]})
            expected = self.env["helpdesk.ticket"].search_count(
                [
                    ("commercial_partner_id", "=", (contact or self.here).commercial_partner_id.id),
                    ("closed", "=", False),
                ]
            )
            self.assertEqual(counted["ticket_count"], expected)

    def test_the_choice_is_shown_on_every_page_and_to_those_only_who_have_one(self):
        self.assertIn("Monte", self._get("/my").text)
        for url in ("/my", "/my/tickets", "/my/invoices", "/my/account"):
            with self.subTest(url=url):
                self.assertIn('action="/my/customer"', self._get(url).text)
        self._login("other")
        self.assertNotIn('action="/my/customer"', self._get("/my").text)

    def test_a_foreign_contact_changes_nothing(self):
        for contact in (self.other_user.partner_id, self.third_customer):
            self._choose(contact)
            page = self._get("/my/tickets").text
            self.assertIn(self.ticket.name, page)
            self.assertNotIn(self.third_ticket.name, page)
            self.assertNotIn(self.other_ticket.name, page)
        self._post("/my/customer", contact_id="x")
        self.assertEqual(self._get(f"/my/tickets/{self.third_ticket.id}").status_code, 404)

    def test_a_choice_that_is_not_theirs_any_more_is_forgotten(self):
        self._choose(self.there)
        self.assertIn(self.other_ticket.name, self._get("/my/tickets").text)
        self.there.portal_user_id = False
        page = self._get("/my/tickets").text
        self.assertIn(self.ticket.name, page)
        self.assertNotIn(self.other_ticket.name, page)
        self.assertEqual(self._get(f"/my/tickets/{self.other_ticket.id}").status_code, 404)

    def test_a_link_to_the_other_customer_s_record_opens_it_and_says_whose_it_is(self):
        page = self._get(f"/my/tickets/{self.other_ticket.id}")
        self.assertEqual(page.status_code, 200)
        self.assertRegex(page.text, rf'value="{self.there.id}"[^>]*selected')
        # The lists stay where they were.
        self.assertIn(self.ticket.name, self._get("/my/tickets").text)

    def test_the_choice_is_made_by_a_form_of_ours_only(self):
        with mute_logger("odoo.http", "werkzeug"):
            answer = self._post("/my/customer", csrf=False, contact_id=self.there.id)
            self.assertEqual(answer.status_code, 400)
            self.assertIn(
                self._get(f"/my/customer?contact_id={self.there.id}").status_code, (404, 405)
            )
        self.assertNotIn(self.other_ticket.name, self._get("/my/tickets").text)

    def test_the_conversation_of_both_is_read_and_written(self):
        self._choose(self.there)
        for ticket, author in ((self.ticket, self.here), (self.other_ticket, self.there)):
            self.make_jsonrpc_request(
                "/mail/message/post",
                {
                    "thread_model": "helpdesk.ticket",
                    "thread_id": ticket.id,
                    "post_data": {
                        "body": "Seen.",
                        "message_type": "comment",
                        "subtype_xmlid": "mail.mt_comment",
                    },
                },
            )
            self.assertEqual(ticket.message_ids[0].author_id, author)
            fetched = self.make_jsonrpc_request(
                "/mail/chatter_fetch",
                {"thread_model": "helpdesk.ticket", "thread_id": ticket.id},
            )
            self.assertIn("Seen.", json.dumps(fetched))

    def test_choosing_costs_no_more_for_many_records(self):
        self._choose(self.there)
        self._get("/my/tickets")
        few = self._count("/my/tickets")
        self.env["helpdesk.ticket"].create(
            [{"name": f"Number {number}", "partner_id": self.there.id} for number in range(15)]
        )
        self._get("/my/tickets")
        self.assertLessEqual(self._count("/my/tickets"), few + 1)


@tagged("post_install", "-at_install")
class TestInvoicesByRole(StatementCommon):
    """Odoo shows each portal user all invoices of their company."""

    def test_who_reads_the_company_s_invoices(self):
        for person in self.PERSONS:
            invoice = self.invoice.with_user(self._person(person))
            with self.subTest(person=person):
                readable = person in ("company", "accountant")
                self.assertEqual(invoice.has_access("read"), readable)
                lines = self.invoice.invoice_line_ids.with_user(self._person(person))
                self.assertEqual(lines.has_access("read"), readable)

    def test_what_is_addressed_to_oneself_is_read(self):
        mine = self._invoice(self.own_user.partner_id)
        self.assertTrue(mine.with_user(self.own_user).has_access("read"))
        self.assertFalse(mine.with_user(self.site_user).has_access("read"))

    def test_the_list_shows_what_one_may_read(self):
        for person, shown in (("accountant", True), ("own", False)):
            self._login(person)
            page = self._get("/my/invoices").text
            self.assertEqual(bool(re.search(re.escape(self.invoice.name), page)), shown)

    def test_a_bill_of_one_s_own_firm_is_read_as_before(self):
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.outside_user.partner_id.id}
        )
        # A bill needs accounts and lines to be posted in earnest; only who reads it is asked.
        bill.with_context(skip_readonly_check=True).state = "posted"
        self.assertTrue(bill.with_user(self.outside_user).has_access("read"))
