from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import HelpdeskCommon


@tagged("post_install", "-at_install")
class TestTicketActions(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_customers_read_their_tickets()
        cls.ticket = cls._create_ticket()
        cls.as_agent = cls.ticket.with_user(cls.user_agent)
        cls.as_customer = cls.ticket.with_user(cls.user_portal)
        cls.as_other = cls.ticket.with_user(cls.user_other_portal)

    # === CLOSE === #

    def test_closing_takes_cause_and_solution(self):
        answer = self.as_agent.action_close(solution=" Pulito ", cause=" Sporco ")
        self.assertEqual(answer, {"state": "solved", "ticket_ids": self.ticket.ids})
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "stage_id": self.stage_solved.id,
                    "closed": True,
                    "solution": "Pulito",
                    "cause": "Sporco",
                }
            ],
        )
        self.assertTrue(self.ticket.close_date)

    def test_closing_without_saying_how_is_refused(self):
        for solution, cause in (("", "x"), ("x", ""), ("  ", "x"), (None, None), (False, "x")):
            with self.subTest(solution=solution, cause=cause), self.assertRaises(ValidationError):
                self.as_agent.action_close(solution=solution, cause=cause)
        self.assertFalse(self.ticket.closed)

    def test_several_tickets_close_at_once(self):
        tickets = self.as_agent + self._create_ticket().with_user(self.user_agent)
        tickets.action_close(solution="Pulito", cause="Sporco")
        self.assertTrue(all(ticket.closed for ticket in tickets))

    def test_what_is_closed_is_not_closed_again(self):
        self.as_agent.action_close(solution="Pulito", cause="Sporco")
        both = self.as_agent + self._create_ticket().with_user(self.user_agent)
        with self.assertRaisesRegex(UserError, self.ticket.number):
            both.action_close(solution="Altro", cause="Altro")
        self.assertEqual(self.ticket.solution, "Pulito")
        self.assertFalse(both[1].closed)

    def test_a_customer_closes_own_request_without_knowing_why(self):
        self.as_customer.action_close(solution="Ripartita da sola", cause=None)
        self.assertTrue(self.ticket.closed)
        self.assertFalse(self.ticket.cause)

    def test_nobody_else_closes_it(self):
        for stranger in (self.as_other, self.ticket.with_user(self.user_employee)):
            with self.subTest(who=stranger.env.user.login), self.assertRaises(AccessError):
                stranger.action_close(solution="x", cause="y")

    def test_a_customer_who_can_read_more_still_acts_on_own_only(self):
        self.env["ir.rule"].create(
            {
                "name": "test: portal reads all",
                "model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "groups": self.env.ref("base.group_portal").ids,
                "domain_force": "[(1, '=', 1)]",
            }
        )
        self.assertTrue(self.as_other.name)
        with self.assertRaises(AccessError):
            self.as_other.action_close(solution="x", cause="y")

    def test_the_dialog_proposes_what_is_known_and_closes(self):
        self.ticket.write({"cause": "Sporco"})
        action = self.as_agent.action_open_close_dialog()
        wizards = self.env["helpdesk.ticket.close"].with_user(self.user_agent)
        with Form(wizards.with_context(**action["context"])) as form:
            self.assertEqual(form.cause, "Sporco")
            form.solution = "Pulito"
        form.record.action_confirm()
        self.assertEqual(self.ticket.solution, "Pulito")
        self.assertTrue(self.ticket.closed)

    # === REOPEN === #

    def test_reopening_says_why_and_keeps_what_was_written(self):
        self.as_agent.action_close(solution="Pulito", cause="Sporco")
        answer = self.as_customer.reopen(reason="Di nuovo <ferma>")
        self.assertEqual(answer, {"state": "open", "ticket_ids": self.ticket.ids})
        self.assertRecordValues(
            self.ticket,
            [
                {
                    "stage_id": self.stage_progress.id,
                    "closed": False,
                    "close_date": False,
                    "reopen_count": 1,
                    "solution": "Pulito",
                }
            ],
        )
        message = self.ticket.message_ids[0]
        self.assertEqual(message.author_id, self.giulia)
        self.assertIn("&lt;ferma&gt;", message.body)

    def test_reopening_needs_a_reason_and_a_closed_ticket(self):
        with self.assertRaises(UserError):
            self.as_agent.reopen(reason="Di nuovo")
        self.as_agent.action_close(solution="Pulito", cause="Sporco")
        for reason in ("", "  ", None):
            with self.subTest(reason=reason), self.assertRaises(ValidationError):
                self.as_agent.reopen(reason=reason)
        with self.assertRaises(AccessError):
            self.as_other.reopen(reason="Di nuovo")
        self.assertTrue(self.ticket.closed)

    def test_the_dialog_reopens(self):
        self.as_agent.action_close(solution="Pulito", cause="Sporco")
        action = self.as_agent.action_open_reopen_dialog()
        wizards = self.env["helpdesk.ticket.reopen"].with_user(self.user_agent)
        with Form(wizards.with_context(**action["context"])) as form:
            form.reason = "Di nuovo"
        form.record.action_confirm()
        self.assertFalse(self.ticket.closed)

    # === FILES === #

    def test_a_customer_adds_files_to_own_request_only(self):
        file = {"name": "a.png", "data": self._picture()}
        answer = self.as_customer.add_files([file])
        attachment = self.env["ir.attachment"].browse(answer["attachment_ids"])
        self.assertEqual((attachment.res_id, attachment.name), (self.ticket.id, "a.png"))
        with self.assertRaises(AccessError):
            self.as_other.add_files([file])

    # === REPEATED === #

    def test_a_repeated_close_answers_the_same(self):
        first = self.as_agent.action_close("Pulito", "Sporco", request_uuid="close-001")
        again = self.as_agent.action_close("Pulito", "Sporco", request_uuid="close-001")
        self.assertEqual(first, again)

    def test_positional_and_named_arguments_are_the_same_request(self):
        self.as_agent.action_close("Pulito", "Sporco", request_uuid="close-001")
        self.as_agent.action_close(cause="Sporco", solution="Pulito", request_uuid="close-001")

    def test_another_ticket_with_the_same_identifier_is_refused(self):
        self.as_agent.action_close("Pulito", "Sporco", request_uuid="close-001")
        other = self._create_ticket().with_user(self.user_agent)
        with self.assertRaises(UserError):
            other.action_close("Pulito", "Sporco", request_uuid="close-001")
        self.assertFalse(other.closed)

    def test_a_refused_request_may_be_repeated(self):
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.as_agent.action_close("", "", request_uuid="close-001")
        self.as_agent.action_close("Pulito", "Sporco", request_uuid="close-001")
        self.assertTrue(self.ticket.closed)

    def test_old_requests_are_forgotten(self):
        self.as_agent.action_close("Pulito", "Sporco", request_uuid="close-001")
        requests = self.env["idempotent.request"]
        self.env.cr.execute(
            "UPDATE idempotent_request SET requested_on = now() - interval '91 days'"
        )
        self.env.invalidate_all()
        requests._gc_requests()
        self.assertFalse(requests.search([("uuid", "=", "close-001")]))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_reads_the_requests_of_others(self):
        for user in (self.user_agent, self.user_manager, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["idempotent.request"].with_user(user).search([])

    def test_every_act_of_customer_or_technician_may_be_repeated(self):
        model = self.env["helpdesk.ticket"]
        for name in ("open_ticket", "add_files", "action_close", "reopen"):
            with self.subTest(method=name):
                self.assertTrue(hasattr(getattr(type(model), name), "__wrapped__"))
