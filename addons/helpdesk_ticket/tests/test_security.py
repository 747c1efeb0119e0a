from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import HelpdeskCommon

# What each of these may do per model: create, read, write, unlink, by their first letters.
RIGHTS = {
    "helpdesk.ticket": {"agent": "crw", "manager": "crwu"},
    "helpdesk.ticket.segment": {"agent": "r", "manager": "r"},
    "helpdesk.ticket.merge": {"agent": "r", "manager": "r"},
    "helpdesk.ticket.template": {"agent": "r", "manager": "crwu"},
    "helpdesk.ticket.time": {"agent": "rw", "manager": "crwu"},
    "helpdesk.team": {"agent": "r", "manager": "crwu"},
    "helpdesk.stage": {"agent": "r", "manager": "crwu"},
    "helpdesk.category": {"agent": "r", "manager": "crwu"},
    "helpdesk.tag": {"agent": "crw", "manager": "crwu"},
    "helpdesk.ticket.report": {"agent": "r", "manager": "r"},
    "helpdesk.sla.policy": {"agent": "r", "manager": "crwu"},
    "helpdesk.sla.target": {"agent": "r", "manager": "crwu"},
    "helpdesk.ticket.question": {"agent": "r", "manager": "r"},
    "helpdesk.on.call.shift": {"agent": "r", "manager": "crwu"},
    "helpdesk.on.call.rota": {"agent": "", "manager": "crwu"},
    "requester.situation.log": {"agent": "", "manager": "r"},
    "idempotent.request": {"agent": "", "manager": ""},
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestHelpdeskRights(HelpdeskCommon):
    def test_matrix_of_rights(self):
        people = {
            "agent": self.user_agent,
            "manager": self.user_manager,
            "employee": self.user_employee,
            # What customers may read is given by the addon with their pages, and tested there.
            "public": self.env.ref("base.public_user"),
        }
        for model, rights in RIGHTS.items():
            for person, user in people.items():
                records = self.env[model].with_user(user)
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, person=person, operation=operation):
                        self.assertEqual(
                            records.has_access(operation), letter in rights.get(person, "")
                        )

    def test_another_company_s_tickets_are_not_there(self):
        other = self._create_company(name="Altra assistenza")
        foreign = self._create_ticket(company_id=other.id, partner_id=False)
        found = self.env["helpdesk.ticket"].with_user(self.user_agent).search([])
        self.assertNotIn(foreign, found)
        with self.assertRaises(AccessError):
            foreign.with_user(self.user_agent).read(["name"])

    def test_a_dialog_is_nobody_else_s(self):
        ticket = self._create_ticket()
        dialog = (
            self.env["helpdesk.ticket.close"]
            .with_user(self.user_agent)
            .create({"ticket_ids": ticket.ids, "cause": "x", "solution": "y"})
        )
        with self.assertRaises(AccessError):
            dialog.with_user(self.user_manager).action_confirm()
        self.assertFalse(ticket.closed)

    def test_an_employee_without_the_right_does_nothing(self):
        ticket = self._create_ticket().with_user(self.user_employee)
        for act in (
            ticket.find_similar,
            lambda: ticket.action_close(solution="x", cause="y"),
            lambda: ticket.reopen(reason="x"),
            lambda: ticket.add_files([]),
            lambda: ticket.find_caller("+390445360118"),
            lambda: ticket.read(["name"]),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_who_may_not_see_tickets_sees_no_count_of_them(self):
        self.assertNotIn(
            "ticket_count", self.env["res.partner"].with_user(self.user_employee).fields_get()
        )
        self._create_ticket()
        self.assertEqual(self.alfa.with_user(self.user_agent).ticket_count, 1)
