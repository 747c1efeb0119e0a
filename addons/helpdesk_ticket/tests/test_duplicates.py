from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestDuplicates(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_customers_read_their_tickets()
        cls.boiler = cls._create_ticket(
            name="Caldaia in blocco, display E05", description="<p>Palazzo senza riscaldamento</p>"
        )
        cls.vpn = cls._create_ticket(name="VPN: certificato scaduto", partner_id=cls.alfa.id)
        cls.tickets = cls.env["helpdesk.ticket"].with_user(cls.user_agent)

    def _find(self, text, partner=None, tickets=None):
        found = (tickets if tickets is not None else self.tickets).find_duplicates(
            text, partner_id=(partner or self.giulia).id
        )
        return self.env["helpdesk.ticket"].browse([row["id"] for row in found])

    def test_the_same_in_other_words_is_found(self):
        for text in (
            "la caldaia è in blocco",
            "Caldaie bloccate E05",
            "caldaja in bloco E05",
            "Riscaldamento freddo\nLa caldaia mostra E05 sul display",
        ):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), self.boiler)

    def test_without_likeness_nothing_is_said(self):
        for text in ("Stampante senza toner", "", "  ", None, 5, "\x00", "di la in"):
            with self.subTest(text=text):
                self.assertFalse(self._find(text))

    def test_words_alone_do_where_letters_cannot_be_compared(self):
        self.patch(self.env.registry, "has_trigram", False)
        self.assertEqual(self._find("La caldaia è in blocco"), self.boiler)

    def test_the_desk_reads_what_it_needs_to_decide(self):
        self.boiler.user_id = self.user_agent
        (found,) = self.tickets.find_duplicates("Caldaia in blocco", self.giulia.id)
        self.assertGreater(found.pop("likeness"), 0.5)
        self.assertTrue(found.pop("opened_on"))
        self.assertEqual(
            found,
            {
                "id": self.boiler.id,
                "number": self.boiler.number,
                "name": self.boiler.name,
                "stage": self.stage_new.name,
                "agent": self.user_agent.name,
                "requester": "Giulia Test",
            },
        )

    def test_all_contacts_of_the_customer_count_and_no_other_customer(self):
        self.assertEqual(self._find("VPN certificato"), self.vpn)
        self.assertFalse(self._find("VPN certificato", self.paolo))
        for partner_id in (None, False, True, "1", 2**31 - 1):
            with self.subTest(partner_id=partner_id):
                self.assertEqual(self.tickets.find_duplicates("VPN", partner_id), [])

    def test_closed_tickets_and_the_ticket_itself_are_no_duplicates(self):
        self.assertFalse(
            self._find("Caldaia in blocco", tickets=self.boiler.with_user(self.user_agent))
        )
        self.boiler.action_close(solution="x", cause="y")
        self.assertFalse(self._find("Caldaia in blocco"))

    def test_another_company_s_tickets_are_not_told(self):
        other = self._create_company(name="Altra assistenza")
        self._create_ticket(name="Pompa ferma", company_id=other.id)
        self.assertFalse(self._find("Pompa ferma"))

    def test_customers_ask_for_their_own_only(self):
        own = self.env["helpdesk.ticket"].with_user(self.user_portal)
        foreign = self.env["helpdesk.ticket"].with_user(self.user_other_portal)
        self.assertEqual(self._find("Caldaia in blocco", tickets=own), self.boiler)
        self.assertFalse(self._find("Caldaia in blocco", tickets=foreign))
        with self.assertRaises(AccessError):
            self._find("x", tickets=self.env["helpdesk.ticket"].with_user(self.user_employee))

    def test_what_is_compared_grows_neither_with_the_closed_nor_with_others(self):
        """Among 20,000 closed tickets of the customer, and 20,000 open ones of another."""
        self.env.flush_all()
        for prefix, customer, stage in (
            ("P", self.alfa, self.stage_solved),
            ("Q", self.beta, self.stage_new),
        ):
            self.env.cr.execute(
                SQL(
                    """INSERT INTO helpdesk_ticket
                              (number, name, company_id, team_id, stage_id, closed, active,
                               channel, priority, partner_id, commercial_partner_id)
                       SELECT %s || i, 'Caldaia in blocco ' || i, %s, %s, %s, %s, TRUE,
                              'internal', '1', %s, %s
                         FROM generate_series(1, 20000) AS i""",
                    prefix,
                    self.env.company.id,
                    self.team.id,
                    stage.id,
                    stage.closed,
                    customer.id,
                    customer.id,
                )
            )
        self.env.cr.execute("ANALYZE helpdesk_ticket")
        self.assertEqual(self._find("Caldaia in blocco"), self.boiler)
        query = self.tickets._search(
            self.tickets._get_duplicates_domain(self.alfa), order="id desc", limit=200
        )
        plan = "\n".join(
            row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        )
        self.assertIn("open_customer_idx", plan)

    def test_as_many_queries_for_many_as_for_one(self):
        def queries():
            self.env.invalidate_all()
            with self._queries() as found:
                self._find("Caldaia in blocco")
            return len(found)

        queries()
        one = queries()
        for i in range(10):
            self._create_ticket(name=f"Caldaia in blocco {i}")
        self.assertEqual(len(self._find("Caldaia in blocco")), 5)
        self.assertEqual(queries(), one)

    # === IT IS THE SAME === #

    def test_the_text_is_added_for_the_desk_and_the_requester_reads_on(self):
        ticket = self.vpn.with_user(self.user_agent)
        answer = ticket.add_request("Ancora <b>fermi</b>\nda ieri", partner_id=self.giulia.id)
        self.assertEqual(answer, {"ticket_id": ticket.id, "number": ticket.number})
        message = self.vpn.message_ids[0]
        self.assertIn("Giulia Test", message.body)
        self.assertIn("&lt;b&gt;fermi", message.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertIn(self.giulia, self.vpn.message_partner_ids)
        self.assertFalse(self.vpn.first_response_date)

    def test_a_tap_repeated_adds_once(self):
        ticket = self.vpn.with_user(self.user_agent)
        before = len(self.vpn.message_ids)
        for _turn in range(2):
            ticket.add_request("x", request_uuid="same-0001")
        self.assertEqual(len(self.vpn.message_ids), before + 1)

    def test_nothing_is_added_where_it_does_not_belong(self):
        ticket = self.vpn.with_user(self.user_agent)
        for text in (None, "", " ", 5):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                ticket.add_request(text)
        with self.assertRaises(UserError):
            ticket.add_request("x", partner_id=self.paolo.id)
        for user in (self.user_portal, self.user_other_portal, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.vpn.with_user(user).add_request("x")
        self.vpn.action_close(solution="x", cause="y")
        with self.assertRaises(UserError):
            ticket.add_request("x")

    # === PRESENCE === #

    def test_a_customer_says_until_when_somebody_is_there(self):
        opened = (
            self.env["helpdesk.ticket"]
            .with_user(self.user_portal)
            .open_ticket({"name": "Perdita", "presence_until": "2099-11-09 17:00:00"})
        )
        ticket = self.env["helpdesk.ticket"].browse(opened["ticket_id"])
        self.assertEqual(str(ticket.presence_until), "2099-11-09 17:00:00")

    def test_a_moment_that_is_none_is_refused(self):
        customers = self.env["helpdesk.ticket"].with_user(self.user_portal)
        for moment in ("stasera", "2026-13-01 10:00:00", 5, True, ["x"]):
            with self.subTest(moment=moment), self.assertRaises(ValidationError):
                customers.open_ticket({"name": "Perdita", "presence_until": moment})
