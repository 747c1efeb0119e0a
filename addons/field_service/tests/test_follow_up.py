import doctest

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..wizard import service_intervention_follow_up
from .common import FieldServiceCommon, picture
from .test_screens import signature


@tagged("post_install", "-at_install")
class TestFollowUp(FieldServiceCommon):
    """The technician on site asks for a return visit, and reports what else is broken."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.env["service.contract"].create(
            {"name": "Care", "partner_id": cls.customer.id}
        )
        cls.contract.action_open()
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {"name": "The film tears", "partner_id": cls.customer.id}
        )
        cls.job = cls._create_intervention(ticket_id=cls.ticket.id, contract_id=cls.contract.id)
        cls._plan(cls.job)
        cls.other_machine = cls.env["service.equipment"].create(
            {"name": "Conveyor", "partner_id": cls.customer.id}
        )

    def setUp(self):
        super().setUp()
        self.mine = self.job.with_user(self.user_technician)

    def _made(self, result):
        return self.env["service.intervention"].browse(result["intervention_id"])

    def test_the_lines_of_a_dialog_are_parts(self):
        self.assertEqual(doctest.testmod(service_intervention_follow_up).failed, 0)

    # === RETURN VISITS === #

    def test_a_return_visit_takes_over_what_the_first_one_knows(self):
        parts = [{"product_id": self.part.id, "quantity": 2}, {"name": "A long ladder"}]
        job = self._made(self.mine.action_return_visit(parts=parts, reason="The belt is worn"))
        self.assertRecordValues(
            job,
            [
                {
                    "origin_id": self.job.id,
                    "follow_up_kind": "return",
                    "name": "Return visit: The film tears",
                    "state": "draft",
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "contact_id": self.contact.id,
                    "equipment_ids": self.equipment.ids,
                    "contract_id": self.contract.id,
                    "ticket_id": self.ticket.id,
                    "technician_ids": self.technician.ids,
                    "user_id": self.user_dispatcher.id,
                    "rework_refused": True,
                }
            ],
        )
        for text in ("The belt is worn", "2 × Temperature sensor", "1 × A long ladder"):
            self.assertIn(text, job.description)
        self.assertEqual(job.activity_ids.user_id, self.user_dispatcher)
        self.assertIn(job.number, self.job.message_ids[0].body)

    def test_asking_again_adds_to_the_return_visit_that_has_no_date(self):
        first = self._made(self.mine.action_return_visit(parts=[{"name": "Sensor"}]))
        again = self._made(self.mine.action_return_visit(parts=[{"name": "Belt"}]))
        self.assertEqual(first, again)
        self.assertIn("Sensor", first.description)
        self.assertIn("Belt", first.description)
        self._plan(first)
        self.assertNotEqual(first, self._made(self.mine.action_return_visit()))

    def test_the_same_request_counts_once(self):
        for _turn in range(2):
            result = self.mine.action_return_visit(
                parts=[{"name": "Sensor"}], request_uuid="follow-up-return"
            )
            fault = self.mine.report_second_fault("Lamp is dark", request_uuid="follow-up-fault")
        self.assertEqual(self._made(result).description.count("Sensor"), 1)
        self.assertEqual(self.job.follow_up_ids, self._made(result) | self._made(fault))

    def test_the_ticket_stays_open_until_the_return_visit_is_done(self):
        self.job.type_id.needs_signature = False
        self.mine.action_return_visit()
        self.mine.action_done(cause="Worn", solution="Provisional belt")
        self.assertFalse(self.ticket.closed)

    def test_parts_that_are_none_get_a_sentence(self):
        for parts in (
            "sensor",
            [{}],
            [{"name": "x", "price": 3}],
            [{"name": "x", "quantity": -1}],
            [{"product_id": 999999999}],
            [{"name": "x"}] * 51,
        ):
            with self.subTest(parts=parts), self.assertRaises(ValidationError):
                self.mine.action_return_visit(parts=parts)
        self.assertFalse(self.job.follow_up_ids)

    # === SECOND FAULTS === #

    def test_a_second_fault_is_a_job_of_its_own(self):
        reported = self.mine.report_second_fault(
            "The lamp is dark\nSince Monday",
            equipment_id=self.other_machine.id,
            files=[{"name": "lamp.jpg", "data": picture(), "kind": "before"}],
        )
        job = self._made(reported)
        self.assertRecordValues(
            job,
            [
                {
                    "name": "The lamp is dark",
                    "follow_up_kind": "fault",
                    "equipment_ids": self.other_machine.ids,
                    "site_id": self.site.id,
                    "ticket_id": False,
                    "state": "draft",
                    "attachment_count": 1,
                }
            ],
        )
        self.assertIn("Since Monday", job.description)
        self.assertEqual(job.activity_ids.user_id, self.user_dispatcher)
        self.assertTrue(job.with_user(self.user_technician).is_mine)

    def test_a_fault_needs_words_and_the_customer_s_machine(self):
        foreign = self.env["service.equipment"].create(
            {"name": "Press", "partner_id": self.other_customer.id}
        )
        for arguments in (
            {"description": " "},
            {"description": None},
            {"description": "Dark", "equipment_id": foreign.id},
            {"description": "Dark", "equipment_id": "x"},
            {"description": "Dark", "files": [{"name": "a.jpg", "data": "bm8="}]},
        ):
            with (
                self.subTest(arguments=arguments),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                self.mine.report_second_fault(**arguments)
        self.assertFalse(self.job.follow_up_ids)

    # === RIGHTS AND SCREENS === #

    def test_only_the_crew_and_the_desk_ask(self):
        for user in (self.user_colleague, self.user_outside, self.user_employee):
            job = self.job.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    job.action_return_visit()
                with self.assertRaises(AccessError):
                    job.report_second_fault("Dark")
        self.job.with_user(self.user_dispatcher).action_return_visit()
        self.job.state = "cancelled"
        with self.assertRaises(UserError):
            self.mine.action_return_visit()

    def test_the_dialogs_ask_once_however_often_they_are_confirmed(self):
        dialogs = self.env["service.intervention.return.visit"].with_user(self.user_technician)
        action = self.mine.action_open_return_visit_dialog()
        with Form(dialogs.with_context(**action["context"])) as form:
            form.parts = "Sensor\nBelt"
        form.record.action_confirm()
        told = form.record.action_confirm()
        self.assertIn(self.job.follow_up_ids.number, told["params"]["message"])
        self.assertEqual(self.job.follow_up_ids.description.count("Belt"), 1)
        faults = self.env["service.intervention.second.fault"].with_user(self.user_technician)
        action = self.mine.action_open_second_fault_dialog()
        with Form(faults.with_context(**action["context"])) as form:
            form.description = "The lamp is dark"
            form.equipment_id = self.other_machine
        form.record.action_confirm()
        form.record.action_confirm()
        self.assertEqual(self.job.follow_up_count, 2)

    def test_a_report_that_leaves_work_asks_for_the_return_visit(self):
        self._record(self.job, {"kind": "mileage", "quantity": 3})
        action = self.mine.action_report()
        dialogs = self.env["service.report.sign"].with_user(self.user_technician)
        with Form(dialogs.with_context(**action["context"])) as form:
            form.outcome = "waiting_parts"
            form.asks_return = True
            form.missing_parts = "Sensor"
            form.signature = signature()
        form.record.action_confirm()
        self.assertEqual(self.job.report_ids.state, "signed")
        self.assertIn("Sensor", self.job.follow_up_ids.description)
        report = self.job.report_ids.with_user(self.user_technician)
        self.assertEqual(
            report.action_open_return_visit_dialog()["res_model"],
            "service.intervention.return.visit",
        )
