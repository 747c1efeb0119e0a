from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestOpenTicket(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_customers_read_their_tickets()
        cls.other_company = cls._create_company(name="Altra assistenza")
        cls.hidden_category = cls.env["helpdesk.category"].create(
            {"name": "Solo interno", "portal_visible": False}
        )
        cls.foreign_category = cls.env["helpdesk.category"].create(
            {"name": "Altra ditta", "company_id": cls.other_company.id}
        )
        cls.archived_category = cls.env["helpdesk.category"].create(
            {"name": "Vecchia", "active": False}
        )

    def _open(self, user, files=None, request_uuid=None, **values):
        tickets = self.env["helpdesk.ticket"].with_user(user)
        result = tickets.open_ticket(
            {"name": "Caldaia ferma", **values}, files=files, request_uuid=request_uuid
        )
        return self.env["helpdesk.ticket"].browse(result["ticket_id"])

    # === AGENTS === #

    def test_an_agent_opens_for_a_customer(self):
        ticket = self._open(
            self.user_agent,
            partner_id=self.giulia.id,
            site_id=self.alfa_site.id,
            category_id=self.hidden_category.id,
            channel="phone",
            priority="3",
            user_id=self.user_agent.id,
        )
        self.assertRecordValues(
            ticket,
            [
                {
                    "partner_id": self.giulia.id,
                    "site_id": self.alfa_site.id,
                    "channel": "phone",
                    "priority": "3",
                    "user_id": self.user_agent.id,
                    "create_uid": self.user_agent.id,
                }
            ],
        )

    def test_the_answer_names_the_ticket(self):
        answer = self.env["helpdesk.ticket"].with_user(self.user_agent).open_ticket({"name": "x"})
        ticket = self.env["helpdesk.ticket"].browse(answer["ticket_id"])
        self.assertEqual(answer, {"ticket_id": ticket.id, "number": ticket.number})
        self.assertEqual(ticket.channel, "internal")

    def test_text_stays_text(self):
        ticket = self._open(self.user_agent, description="<b>ferma</b> <script>x</script>\ndue")
        self.assertIn("&lt;b&gt;ferma&lt;/b&gt;", ticket.description)
        self.assertNotIn("<script", ticket.description)
        self.assertIn("<br", ticket.description)

    def test_a_long_subject_is_cut_not_refused(self):
        self.assertEqual(len(self._open(self.user_agent, name="x" * 5_000).name), 200)

    # === CUSTOMERS === #

    def test_a_customer_opens_for_themselves(self):
        ticket = self._open(
            self.user_portal,
            description="Da stamattina",
            site_id=self.alfa_site.id,
            category_id=self.category.id,
            channel="api",
        )
        self.assertRecordValues(
            ticket,
            [
                {
                    "partner_id": self.giulia.id,
                    "commercial_partner_id": self.alfa.id,
                    "channel": "portal",
                    "site_id": self.alfa_site.id,
                    "category_id": self.category.id,
                    "company_id": self.user_portal.company_id.id,
                    "team_id": self.team.id,
                }
            ],
        )

    def test_a_ticket_that_came_although_a_solution_was_on_offer_is_counted(self):
        entries = self.env["ir.model"]._get("knowledge.entry")
        self.env["ir.model.access"].create(
            {
                "name": "test: customers search",
                "model_id": entries.id,
                "group_id": self.env.ref("base.group_portal").id,
                "perm_read": True,
            }
        )
        article = self.env["knowledge.article"].create(
            {
                "name": "Caldaia ferma",
                "symptom": "<p>Non parte</p>",
                "solution": "<p>Premere il tasto di sblocco</p>",
                "audience": "public",
                "lang": "en_US",
            }
        )
        article.action_publish()
        ticket = self._open(self.user_portal)
        event = self.env["knowledge.event"].search([("kind", "=", "anyway")])
        self.assertEqual((event.res_model, event.res_id), (ticket._name, ticket.id))
        self.assertEqual(event.entry_id.res_id, article.id)

    def test_a_customer_does_not_decide_what_the_desk_decides(self):
        for values in (
            {"partner_id": self.paolo.id},
            {"team_id": self.team.id},
            {"user_id": self.user_agent.id},
            {"company_id": self.other_company.id},
            {"tag_ids": []},
            {"partner_email": "altro@example.com"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._open(self.user_portal, **values)

    # === BAD VALUES === #

    def test_bad_values_get_a_sentence(self):
        everybody = (
            {"name": ""},
            {"name": "   "},
            {"name": None},
            {"name": 7},
            {"number": "X-1"},
            {"stage_id": self.stage_solved.id},
            {"create_date": "2020-01-01 00:00:00"},
            {"priority": "9"},
            {"priority": ["1"]},
            {"site_id": self.beta_site.id},
            {"site_id": -1},
            {"site_id": "x"},
            {"site_id": [self.alfa_site.id]},
            {"category_id": self.foreign_category.id},
            {"category_id": self.archived_category.id},
            {"category_id": -1},
            {"category_id": "x"},
        )
        for user, values in [
            *((self.user_portal, values) for values in everybody),
            *((self.user_agent, {"partner_id": self.giulia.id, **v}) for v in everybody),
            (self.user_portal, {"category_id": self.hidden_category.id}),
            (self.user_agent, {"channel": "fax"}),
            (self.user_agent, {"partner_id": "x"}),
            (self.user_agent, {"partner_id": 2**31 + 5}),
        ]:
            with self.subTest(user=user.login, values=values), self.assertRaises(ValidationError):
                self._open(user, **values)

    def test_values_are_a_set_of_names(self):
        for values in (None, [], "caldaia", 3):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.env["helpdesk.ticket"].with_user(self.user_agent).open_ticket(values)

    # === RIGHTS === #

    def test_who_has_no_right_opens_nothing(self):
        with self.assertRaisesRegex(AccessError, "^Tickets are opened by people of the helpdesk"):
            self._open(self.user_employee)
        self.env["ir.model.access"].search(
            [
                ("model_id.model", "=", "helpdesk.ticket"),
                ("group_id", "=", self.env.ref("base.group_portal").id),
            ]
        ).unlink()
        with self.assertRaises(AccessError):
            self._open(self.user_portal)

    # === FILES === #

    def test_files_come_with_the_ticket(self):
        ticket = self._open(self.user_portal, files=[{"name": "film.png", "data": self._picture()}])
        self.assertEqual(
            self.env["ir.attachment"]
            .search([("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)])
            .mapped("name"),
            ["film.png"],
        )

    def test_a_bad_file_opens_no_ticket(self):
        before = self.env["helpdesk.ticket"].search_count([])
        with self.assertRaises(ValidationError):
            self._open(self.user_portal, files=[{"name": "a.png", "data": "%%%"}])
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)

    # === REPEATED === #

    def test_a_repeated_request_opens_one_ticket(self):
        first = self._open(self.user_portal, request_uuid="open-0001")
        again = self._open(self.user_portal, request_uuid="open-0001")
        self.assertEqual(first, again)
        self.assertEqual(
            self.env["helpdesk.ticket"].search([("partner_id", "=", self.giulia.id)]), first
        )

    def test_the_same_identifier_for_something_else_is_refused(self):
        self._open(self.user_portal, request_uuid="open-0001")
        with self.assertRaises(UserError):
            self._open(self.user_portal, request_uuid="open-0001", name="Altro")

    def test_identifiers_of_two_people_do_not_meet(self):
        first = self._open(self.user_portal, request_uuid="open-0001")
        other = self._open(self.user_other_portal, request_uuid="open-0001")
        self.assertNotEqual(first, other)
        self.assertEqual(other.partner_id, self.paolo)

    def test_a_strange_identifier_is_refused(self):
        for uuid in ("short", "x" * 65, "with space 1", "àèìòùàèì", 12345678, ["a" * 10]):
            with self.subTest(uuid=uuid), self.assertRaises(ValidationError):
                self._open(self.user_portal, request_uuid=uuid)
