from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import FieldServiceCommon, at, picture

# What each person may do with a record of an intervention they work on, or that is theirs to run.
MATRIX = {
    "service.intervention": {
        "technician": "r",
        "crew": "r",
        "colleague": "",
        "dispatcher": "rwc",
        "manager": "rwcu",
        "accountant": "r",
        "employee": "",
        "outside": "",
    },
    "service.work.line": {
        "technician": "r",
        "crew": "r",
        "colleague": "",
        "dispatcher": "rwu",
        "manager": "rwu",
        "accountant": "rw",
        "employee": "",
        "outside": "",
    },
    "service.report": {
        "technician": "r",
        "crew": "r",
        "colleague": "",
        "dispatcher": "rwcu",
        "manager": "rwcu",
        "accountant": "r",
        "employee": "",
        "outside": "",
    },
    "service.equipment": {
        "technician": "r",
        "crew": "r",
        "colleague": "r",
        "dispatcher": "rwc",
        "manager": "rwcu",
        "accountant": "r",
        "employee": "",
        "outside": "",
    },
    "service.contract": {
        "technician": "r",
        "crew": "r",
        "colleague": "r",
        "dispatcher": "rwc",
        "manager": "rwcu",
        "accountant": "rwc",
        "employee": "",
        "outside": "",
    },
    "service.rate": {
        "technician": "",
        "crew": "",
        "colleague": "",
        "dispatcher": "r",
        "manager": "rwcu",
        "accountant": "rwcu",
        "employee": "",
        "outside": "",
    },
    "service.document": {
        "technician": "r",
        "crew": "r",
        "colleague": "r",
        "dispatcher": "rwc",
        "manager": "rwcu",
        "accountant": "r",
        "employee": "",
        "outside": "",
    },
    # Odoo lets everybody in the house edit public events; who moves a visit is judged beside it.
    "calendar.event": {
        "technician": "rwcu",
        "crew": "rwcu",
        "colleague": "rwcu",
        "dispatcher": "rwcu",
        "manager": "rwcu",
        "accountant": "rwcu",
        "employee": "rwcu",
        "outside": "",
    },
}
# Events have no company, and every employee reads them: nothing in them is confidential.
FOR_ALL_COMPANIES = {"calendar.event"}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestSecurity(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._story_one()
        made = cls.intervention.with_user(cls.user_technician).make_report()
        cls.report = cls.env["service.report"].browse(made["report_id"])
        cls.contract = cls.env["service.contract"].create(
            {"name": "Maintenance", "partner_id": cls.customer.id}
        )
        cls.document = cls.env["service.document"].create(
            {
                "name": "Manual",
                "kind": "certificate",
                "res_model": "service.equipment",
                "res_id": cls.equipment.id,
            }
        )
        cls.user_crew = cls._user("crew_t", "field_service.field_service_group_user")
        mate = cls.env["hr.employee"].create(
            {"name": "Mate", "user_id": cls.user_crew.id, "company_id": cls.company.id}
        )
        cls.intervention.technician_ids |= mate
        cls.records = {
            "service.intervention": cls.intervention,
            "service.document": cls.document,
            "calendar.event": cls.intervention.event_ids,
            "service.work.line": cls.intervention.work_line_ids[:1],
            "service.report": cls.report,
            "service.equipment": cls.equipment,
            "service.contract": cls.contract,
            "service.rate": cls.env["service.rate"].search([], limit=1),
        }
        cls.other_company = cls.env["res.company"].create({"name": "Other firm"})

    def test_rights_are_as_the_matrix_says(self):
        for model, rights in MATRIX.items():
            for person, allowed in rights.items():
                user = getattr(self, f"user_{person}")
                record = self.records[model].with_user(user)
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, person=person, operation=operation):
                        self.assertEqual(record.has_access(operation), letter in allowed)

    def test_people_of_another_company_see_nothing(self):
        for person in ("technician", "dispatcher", "manager", "accountant"):
            user = getattr(self, f"user_{person}").copy(
                {
                    "login": f"{person}_other",
                    "company_ids": [(6, 0, self.other_company.ids)],
                    "company_id": self.other_company.id,
                }
            )
            for model, record in self.records.items():
                if model in FOR_ALL_COMPANIES:
                    continue
                with self.subTest(person=person, model=model):
                    seen = record.with_user(user).with_context(
                        allowed_company_ids=self.other_company.ids
                    )
                    self.assertFalse(seen.has_access("read"))

    def test_the_list_holds_what_one_may_read(self):
        self._create_intervention(name="Somebody else's")
        mine = self.env["service.intervention"].with_user(self.user_technician).search([])
        self.assertEqual(mine, self.intervention)

    def test_portal_users_read_no_visit_whatever_they_attend(self):
        visit = self._plan(self.intervention, self.outside)
        events = self.env["calendar.event"].with_user(self.user_outside)
        self.assertFalse(events.search([("id", "=", visit.id)]))

    def test_an_ordinary_event_stays_readable_for_its_portal_attendee(self):
        meeting = self.env["calendar.event"].create(
            {
                "name": "Training",
                "start": "2026-11-09 08:00:00",
                "stop": "2026-11-09 09:00:00",
                "partner_ids": [(6, 0, self.user_outside.partner_id.ids)],
            }
        )
        self.assertEqual(meeting.with_user(self.user_outside).name, "Training")

    def test_a_report_is_closed_by_signing_it_only(self):
        for values in ({"state": "signed"}, {"sha256": "0"}, {"signature": picture()}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.report.with_user(self.user_manager).write(values)
        forged = self.report.with_context(field_service_closing=True)
        with self.assertRaises(AccessError):
            forged.with_user(self.user_manager).write({"state": "signed"})

    def test_foreign_records_are_refused_by_every_public_method(self):
        calls = [
            (self.intervention, "start_travel", {}),
            (self.intervention, "stop_travel", {}),
            (self.intervention, "check_in", {}),
            (self.intervention, "check_out", {}),
            (self.intervention, "record_work", {"lines": []}),
            (self.intervention, "remove_work", {"line_ids": []}),
            (self.intervention, "add_files", {"files": []}),
            (self.intervention, "answer_checklist", {"answers": []}),
            (self.intervention, "make_report", {}),
            (self.intervention, "set_waiting", {"reason": "x"}),
            (self.intervention, "resume", {}),
            (self.intervention, "action_return_visit", {}),
            (self.intervention, "report_second_fault", {"description": "x"}),
            (self.intervention, "find_slots", {"start": at(8), "stop": at(17)}),
            (
                self.intervention,
                "plan",
                {"start": at(8), "stop": at(9), "employee_ids": self.technician.ids},
            ),
            (self.intervention, "action_done", {}),
            (self.intervention, "action_cancel", {}),
            (self.intervention, "action_reopen", {}),
            (self.report, "sign", {"name": "x", "image": picture()}),
            (self.report, "close_unsigned", {"reason": "x"}),
            (self.report, "verify", {}),
            (self.report, "create_invoices", {}),
            (
                self.intervention.work_line_ids,
                "set_coverage",
                {"coverage": "goodwill", "reason": "x"},
            ),
            (self.contract, "create_fee_invoices", {}),
            (self.intervention.event_ids, "answer_visit", {"answer": "accepted"}),
        ]
        stranger = self.user_dispatcher.copy(
            {
                "login": "dispatcher_elsewhere",
                "company_ids": [(6, 0, self.other_company.ids)],
                "company_id": self.other_company.id,
            }
        )
        for user in (self.user_colleague, self.user_outside, self.user_employee, stranger):
            for records, method, arguments in calls:
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    getattr(records.with_user(user), method)(**arguments)
