from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, ExpenseCaptureCommon


@tagged("post_install", "-at_install")
class TestSecurity(ExpenseCaptureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()
        cls.expense = cls._add(cls.intervention, kind="motorway", amount=10)
        cls.values = {"kind": "motorway", "amount": 5, "date": str(MONDAY)}
        # What `portal_customer` does: outside technicians read their own interventions.
        portal = cls.env.ref("base.group_portal")
        model = cls.env["ir.model"]._get("service.intervention")
        cls.env["ir.model.access"].create(
            {
                "name": "portal test",
                "model_id": model.id,
                "group_id": portal.id,
                "perm_read": True,
            }
        )
        cls.env["ir.rule"].create(
            {
                "name": "portal test",
                "model_id": model.id,
                "groups": [Command.link(portal.id)],
                "domain_force": "[('technician_ids.user_id', '=', user.id)]",
            }
        )

    def test_who_may_read_and_write_an_expense(self):
        matrix = {
            "technician": (True, False),
            "colleague": (False, False),
            "dispatcher": (False, False),
            "employee": (False, False),
            "outside": (False, False),
            "approver": (True, True),
        }
        for person, rights in matrix.items():
            seen = self.expense.with_user(getattr(self, f"user_{person}"))
            with self.subTest(person=person):
                self.assertEqual((seen.has_access("read"), seen.has_access("write")), rights)

    def test_only_who_works_here_captures(self):
        for person in ("colleague", "employee", "accountant", "outside"):
            user = getattr(self, f"user_{person}")
            with self.subTest(person=person), self.assertRaises(AccessError):
                self.intervention.with_user(user).add_expense(values=self.values)

    def test_an_outside_technician_captures_where_assigned(self):
        self.outside.settled_by_bill = True
        self.intervention.technician_ids |= self.outside
        added = self.intervention.with_user(self.user_outside).add_expense(values=self.values)
        expense = self.env["hr.expense"].browse(added["expense_id"])
        self.assertRecordValues(
            expense, [{"employee_id": self.outside.id, "settlement": "own_bill"}]
        )
        self.assertFalse(expense.with_user(self.user_outside).has_access("read"))
        # Whether the work itself is shown is the portal's to say; its price never is.
        with self.assertRaises(AccessError):
            expense.work_line_ids.with_user(self.user_outside).read(["price_unit"])

    def test_nobody_but_the_office_captures_for_others(self):
        self.intervention.technician_ids |= self.colleague
        values = {**self.values, "employee_id": self.colleague.id}
        with self.assertRaisesRegex(ValidationError, "spent yourself"):
            self.intervention.with_user(self.user_technician).add_expense(values=values)
        added = self.intervention.with_user(self.user_dispatcher).add_expense(values=values)
        expense = self.env["hr.expense"].browse(added["expense_id"])
        self.assertEqual(expense.employee_id, self.colleague)

    def test_nobody_links_an_expense_to_work_they_do_not_see(self):
        with self.assertRaises(AccessError):
            self.env["hr.expense"].with_user(self.user_colleague).create(
                {
                    "name": "Toll",
                    "employee_id": self.colleague.id,
                    "intervention_id": self.intervention.id,
                    "product_id": self.categories["motorway"].id,
                    "total_amount_currency": 12,
                }
            )

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        user = self.user_dispatcher.copy(
            {
                "login": "dispatcher_other",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        theirs = self.intervention.with_user(user).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            theirs.add_expense(values=self.values)
        for record in (self.expense, self.mileage_rate):
            seen = record.with_user(user).with_context(allowed_company_ids=other.ids)
            self.assertFalse(seen.has_access("read"))

    def test_rates_and_rules_are_kept_by_accountants(self):
        rule = self.env.ref("expense_capture.expense_traceability_rule_italy")
        for record in (self.mileage_rate, rule):
            for person, allowed in (
                ("technician", False),
                ("dispatcher", False),
                ("approver", True),
            ):
                seen = record.with_user(getattr(self, f"user_{person}"))
                with self.subTest(person=person, model=record._name):
                    self.assertEqual(seen.has_access("write"), allowed)

    def test_the_stops_of_a_trip_are_changed_until_it_is_handed_in(self):
        employee = self.user_technician.employee_id
        drive = (
            self.env["hr.expense"]
            .with_user(self.user_technician)
            .create(
                {
                    "name": "Drive",
                    "employee_id": employee.id,
                    "product_id": self.categories["own_car"].id,
                    "quantity": 10,
                    "stop_ids": [Command.create({"name": "Vicenza"})],
                }
            )
        )
        stop = drive.stop_ids
        stop.name = "Thiene"
        self.assertTrue(stop.with_user(self.user_approver).has_access("read"))
        self.assertFalse(stop.with_user(self.user_approver).has_access("write"))
        self.assertFalse(stop.with_user(self.user_colleague).has_access("read"))
        drive.action_submit()
        for operation, allowed in (("read", True), ("write", False), ("unlink", False)):
            with self.subTest(operation=operation):
                self.assertEqual(stop.has_access(operation), allowed)
        with self.assertRaises(AccessError):
            drive.write({"stop_ids": [Command.create({"name": "Milano"})]})
