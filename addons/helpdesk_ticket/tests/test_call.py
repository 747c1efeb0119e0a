from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import HelpdeskCommon

NUMBER = "+390445360118"


@tagged("post_install", "-at_install")
class TestCall(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.it")
        cls.giulia.phone = "0445 360118"
        cls.tickets = cls.env["helpdesk.ticket"].with_user(cls.user_agent)

    def test_a_caller_is_found_however_the_number_is_written(self):
        for number in (
            "+39 0445 360118",
            "0445360118",
            "0039 0445 360 118",
            "0445/360-118",
            " 390445360118",
            f" {NUMBER} ",
        ):
            with self.subTest(number=number):
                found = self.tickets.find_caller(number)
                self.assertEqual(found["number"], NUMBER)
                self.assertTrue(found["valid"])
                self.assertEqual([c["id"] for c in found["callers"]], self.giulia.ids)

    def test_the_desk_sees_what_it_needs_at_once(self):
        open_ticket = self._create_ticket(name="Ferma", site_id=self.alfa_site.id)
        colleague_s = self._create_ticket(name="Del collega", partner_id=self.alfa.id)
        self._create_ticket(name="Chiusa").action_close(solution="x", cause="y")
        self._create_ticket(name="Altrui", partner_id=self.paolo.id)
        (caller,) = self.tickets.find_caller(NUMBER)["callers"]
        self.assertEqual((caller["name"], caller["company"]), ("Giulia Test", "Alfa Test S.r.l."))
        self.assertEqual(caller["verdict"], "unknown")
        self.assertTrue(caller["situation"])
        self.assertEqual(caller["sites"], [{"id": self.alfa_site.id, "name": self.alfa_site.name}])
        self.assertEqual(
            {ticket["id"] for ticket in caller["tickets"]}, {open_ticket.id, colleague_s.id}
        )
        self.assertEqual(caller["tickets"][0].keys(), {"id", "number", "name", "stage"})

    def test_a_shared_number_shows_all_who_have_it(self):
        self.paolo.phone = NUMBER
        found = self.tickets.find_caller(NUMBER)
        self.assertEqual(
            {caller["id"] for caller in found["callers"]}, {self.giulia.id, self.paolo.id}
        )

    def test_no_number_finds_nobody(self):
        for number in ("", "  ", None, False, 445, "abc", "+39", "anonimo"):
            with self.subTest(number=number):
                found = self.tickets.find_caller(number)
                self.assertEqual((found["valid"], found["callers"]), (False, []))

    def test_the_queries_do_not_grow_with_callers_and_tickets(self):
        def queries():
            self.env.invalidate_all()
            with self._queries() as found:
                self.tickets.find_caller(NUMBER)
            return len(found)

        self._create_ticket()
        queries()
        one = queries()
        for i in range(6):
            contact = self._create_partner(name=f"Collega {i}", phone=NUMBER)
            self._create_ticket(partner_id=contact.id)
        self.assertEqual(len(self.tickets.find_caller(NUMBER)["callers"]), 7)
        self.assertEqual(queries(), one)

    def test_only_the_desk_looks_up_callers(self):
        for user in (self.user_employee, self.user_portal):
            tickets = self.env["helpdesk.ticket"].with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                tickets.register_caller(NUMBER, "Qualcuno")
        with self.assertRaises(AccessError):
            self.env["helpdesk.ticket"].with_user(self.user_employee).find_caller(NUMBER)

    # === UNKNOWN CALLERS === #

    def test_an_unknown_caller_becomes_a_contact_of_the_customer(self):
        found = self.tickets.register_caller("049 8701234", " Luca Nuovo ", self.paolo.id)
        (caller,) = found["callers"]
        contact = self.env["res.partner"].browse(caller["id"])
        self.assertRecordValues(
            contact,
            [
                {
                    "name": "Luca Nuovo",
                    "parent_id": self.beta.id,
                    "phone_sanitized": "+390498701234",
                }
            ],
        )
        self.assertEqual(self.tickets.find_caller("+39 049 8701234"), found)

    def test_a_caller_without_customer_stands_alone(self):
        (caller,) = self.tickets.register_caller("049 8701234", "Luca")["callers"]
        self.assertFalse(self.env["res.partner"].browse(caller["id"]).parent_id)

    def test_a_number_known_meanwhile_makes_no_second_contact(self):
        found = self.tickets.register_caller(NUMBER, "Un'altra Giulia")
        self.assertEqual([caller["id"] for caller in found["callers"]], self.giulia.ids)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Un'altra Giulia")]))

    def test_bad_numbers_names_and_customers_are_refused(self):
        for number, name, company in (
            ("abc", "Luca", None),
            ("", "Luca", None),
            ("049 8701234", "  ", None),
            ("049 8701234", None, None),
        ):
            with self.subTest(number=number, name=name), self.assertRaises(UserError):
                self.tickets.register_caller(number, name, company)
