from odoo.tests import tagged

from .common import HelpdeskTourCommon


@tagged("post_install", "-at_install")
class TestHelpdeskTours(HelpdeskTourCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.it")
        # The board shows what is made here.
        cls.env["helpdesk.ticket"].search([]).action_archive()

    def _solve(self, name, solution):
        ticket = self._create_ticket(name=name, description="<p>Sul display c'è E05</p>")
        ticket.action_close(solution=solution, cause="Usura")
        return self.env["knowledge.entry"].search([("res_id", "=", ticket.id)])

    def test_a_ticket_is_closed_with_what_solved_it_before(self):
        proven = self._solve("Caldaia in blocco E05", "Pulito l'elettrodo")
        other = self._solve("Altra caldaia con E05", "Rifatto l'impianto")
        ticket = self._create_ticket(name="Caldaia bloccata, display E-05")
        self.start_tour("/odoo/helpdesk", "helpdesk_ticket_similar_problems", login="hd_agent")
        self.assertEqual(ticket.stage_id, self.stage_solved)
        self.assertEqual(ticket.cause, "Elettrodo di nuovo ossidato")
        self.assertEqual(proven.solved_count, 1)
        events = self.env["knowledge.event"].search([("res_id", "=", ticket.id)])
        self.assertEqual(
            {(event.entry_id, event.kind) for event in events},
            {
                (proven, "shown"),
                (other, "shown"),
                (other, "useless"),
                (proven, "opened"),
                (proven, "used"),
                (proven, "solved"),
            },
        )

    def test_similar_problems_show_up_while_one_types(self):
        self._solve("Caldaia in blocco E05", "Pulito l'elettrodo")
        self.start_tour(
            "/odoo/helpdesk/new", "helpdesk_ticket_similar_while_typing", login="hd_agent"
        )

    def test_a_known_caller_is_two_taps_from_a_ticket(self):
        self.giulia.phone = "+39 0445 360118"
        self._create_ticket()
        for number in ("%2B390445360118", "0445360118"):
            with self.subTest(number=number):
                self.start_tour(
                    f"/odoo/helpdesk-call?number={number}",
                    "helpdesk_ticket_call_known",
                    login="hd_agent",
                )
                ticket = self.env["helpdesk.ticket"].search([("name", "=", "Nastro fermo")])
                self.assertRecordValues(
                    ticket,
                    [
                        {
                            "channel": "phone",
                            "partner_id": self.giulia.id,
                            "site_id": self.alfa_site.id,
                        }
                    ],
                )
                ticket.unlink()

    def test_an_unknown_caller_is_remembered(self):
        self.start_tour("/odoo/helpdesk-call", "helpdesk_ticket_call_unknown", login="hd_agent")
        contact = self.env["res.partner"].search([("phone_sanitized", "=", "+390498701234")])
        self.assertEqual((contact.name, contact.parent_id), ("Luca Nuovo", self.beta))

    def test_a_request_told_twice_is_added_to_the_first(self):
        ticket = self._create_ticket(name="Caldaia in blocco E05")
        self.start_tour("/odoo/helpdesk/new", "helpdesk_ticket_told_twice", login="hd_agent")
        self.assertIn("La caldaia è in blocco", ticket.message_ids[0].body)
        self.assertEqual(self.env["helpdesk.ticket"].search([]), ticket)

    def test_a_caller_who_asks_again_is_added_to_the_first(self):
        self.giulia.phone = "+39 0445 360118"
        ticket = self._create_ticket(name="Caldaia in blocco E05")
        self.start_tour(
            "/odoo/helpdesk-call?number=0445360118",
            "helpdesk_ticket_call_again",
            login="hd_agent",
        )
        self.assertIn("caldaia bloccata", ticket.message_ids[0].body)
        self.assertEqual(self.env["helpdesk.ticket"].search([]), ticket)
