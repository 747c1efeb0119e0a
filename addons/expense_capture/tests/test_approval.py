from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ExpenseCaptureCommon, picture


@tagged("post_install", "-at_install")
class TestApproval(ExpenseCaptureCommon):
    """Who is asked to approve, and all expenses of an intervention at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()
        cls.team_approver = cls._user(
            "team_approver_t", "hr_expense.group_hr_expense_team_approver"
        )

    def _become_the_manager_of_expenses(self):
        self.user_technician.group_ids = [
            Command.link(self.env.ref("hr_expense.group_hr_expense_manager").id)
        ]

    def _photo(self, colour):
        return [{"name": f"{colour}.jpg", "data": picture(colour)}]

    def test_the_type_of_work_names_who_approves(self):
        self.type_repair.expense_approver_id = self.team_approver
        expense = self._add(self.intervention, kind="motorway", amount=10)
        self.assertEqual(expense.manager_id, self.team_approver)

    def test_who_has_no_right_or_has_spent_it_is_not_asked(self):
        self.type_repair.expense_approver_id = self.user_technician
        expense = self._add(self.intervention, kind="motorway", amount=10)
        self.assertNotIn(expense.manager_id, (self.user_technician, self.env["res.users"]))
        self.assertEqual(expense.state, "submitted")

    def test_the_leader_of_the_team_is_asked_next(self):
        self.intervention.user_id = False
        self.intervention.team_id = self.env["helpdesk.team"].create(
            {"name": "Team of tests", "user_id": self.team_approver.id}
        )
        expense = self._add(self.intervention, kind="motorway", amount=10)
        self.assertEqual(expense.manager_id, self.team_approver)

    def test_without_intervention_handing_in_does_not_approve_either(self):
        self.assertFalse(self.technician.expense_manager_id | self.technician.parent_id.user_id)
        stamps = self.env["hr.expense"].create(
            {
                "name": "Stamps",
                "employee_id": self.technician.id,
                "product_id": self.categories["other"].id,
                "total_amount_currency": 12,
            }
        )
        stamps.with_user(self.user_technician).action_submit()
        self.assertEqual(stamps.state, "submitted")
        self.assertNotIn(stamps.manager_id, (self.user_technician, self.env["res.users"]))

    def test_all_expenses_of_an_intervention_are_approved_at_once(self):
        good = [
            self._add(self.intervention, kind="motorway", amount=amount, files=self._photo(colour))
            for amount, colour in ((10, "red"), (11, "blue"))
        ]
        bare = self._add(self.intervention, kind="motorway", amount=12)
        mine = self.intervention.with_user(self.user_approver)
        done = mine.approve_expenses(request_uuid="approve-0001")
        self.assertEqual(done["expense_ids"], [expense.id for expense in good])
        self.assertEqual([expense.state for expense in good], ["approved", "approved"])
        # What has no receipt is looked at by itself.
        self.assertEqual([item["name"] for item in done["left"]], [bare.name])
        self.assertEqual(bare.state, "submitted")
        self.assertEqual(mine.approve_expenses(request_uuid="approve-0001"), done)
        self.assertEqual(mine.action_approve_expenses()["params"]["type"], "warning")

    def test_twins_are_looked_at_one_by_one(self):
        self.intervention.technician_ids |= self.colleague
        first = self._add(self.intervention, kind="hotel", amount=90, files=self._photo("red"))
        self._add(
            self.intervention,
            user=self.user_colleague,
            kind="other",
            amount=90,
            files=self._photo("red"),
        )
        # Whoever approves comes later, with nothing in mind of what was there before.
        self.env.invalidate_all()
        done = self.intervention.with_user(self.user_approver).approve_expenses()
        self.assertFalse(done["expense_ids"])
        self.assertEqual(len(done["left"]), 2)
        self.assertEqual(first.state, "submitted")

    def test_nobody_approves_their_own_among_others(self):
        self._become_the_manager_of_expenses()
        own = self._add(self.intervention, kind="motorway", amount=10, files=self._photo("red"))
        done = self.intervention.with_user(self.user_technician).approve_expenses()
        self.assertEqual(done["left"], [{"name": own.name, "reason": "It is your own expense."}])
        self.assertEqual(own.state, "submitted")

    def test_with_every_right_nobody_approves_their_own_in_any_way(self):
        self._become_the_manager_of_expenses()
        own = self._add(self.intervention, kind="motorway", amount=10, files=self._photo("red"))
        mine = own.with_user(self.user_technician)
        self.assertFalse(mine.can_approve)
        ways = {
            "the button": mine.action_approve,
            "the program": mine._do_approve,
            "the field": lambda: mine.write({"approval_state": "approved"}),
            "the dialog on twins": self.env["hr.expense.approve.duplicate"]
            .with_user(self.user_technician)
            .create({"expense_ids": own.ids})
            .action_approve,
        }
        for way, act in ways.items():
            refused = self.assertRaisesRegex(UserError, "Somebody else has to")
            with self.subTest(way), refused, self.env.cr.savepoint():
                act()
        self.assertEqual(own.state, "submitted")
        own.with_user(self.user_approver).action_approve()
        self.assertEqual(own.state, "approved")

    def test_who_is_alone_in_the_firm_approves_by_a_press_not_by_handing_in(self):
        self._become_the_manager_of_expenses()
        for name in ("user", "manager"):
            group = self.env.ref(f"hr_expense.group_hr_expense_{name}")
            (group.all_user_ids - self.user_technician).active = False
        own = [
            self._add(self.intervention, kind="motorway", amount=amount, files=self._photo(colour))
            for amount, colour in ((10, "red"), (11, "blue"))
        ]
        self.assertEqual([expense.state for expense in own], ["submitted"] * 2)
        own[0].with_user(self.user_technician).action_approve()
        self.assertEqual(own[0].state, "approved")
        done = self.intervention.with_user(self.user_technician).approve_expenses()
        self.assertEqual(done, {"expense_ids": own[1].ids, "left": []})

    def test_a_longer_list_of_own_expenses_costs_no_more_queries(self):
        self._become_the_manager_of_expenses()

        def queries(expenses):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            expenses.with_user(self.user_technician).mapped("can_approve")
            return self.env.cr.sql_log_count - before

        own = self._add(self.intervention, kind="motorway", amount=1)
        queries(own)
        few = queries(own)
        for amount in range(2, 8):
            own |= self._add(self.intervention, kind="motorway", amount=amount)
        self.assertLessEqual(queries(own), few)

    def test_handing_in_does_not_approve_what_the_leader_of_the_department_has_spent(self):
        """Not even with every right to approve, nor because the company has paid."""
        self._become_the_manager_of_expenses()
        self.technician.department_id = self.env["hr.department"].create(
            {"name": "Led by who spends", "manager_id": self.technician.id}
        )
        own = self.env["hr.expense"]
        for mode, colour in (("own_account", "red"), ("company_account", "blue")):
            own |= self._add(
                self.intervention,
                kind="motorway",
                amount=10,
                payment_mode=mode,
                files=self._photo(colour),
            )
        self.assertEqual(own.mapped("state"), ["submitted"] * 2)
        self.assertNotIn(self.user_technician, own.manager_id)

    def test_who_may_not_approve_is_told(self):
        self._add(self.intervention, kind="motorway", amount=10, files=self._photo("red"))
        for person in ("technician", "dispatcher", "colleague"):
            with self.subTest(person=person), self.assertRaises(AccessError):
                self.intervention.with_user(getattr(self, f"user_{person}")).approve_expenses()

    def test_the_same_receipt_elsewhere_and_the_same_shop_are_noticed(self):
        other = self._working_intervention()
        self._add(other, kind="hotel", amount=90, vendor_vat="IT 01234567890")
        again = self._add(
            self.intervention, kind="other", amount=90, vendor="Inn", vendor_vat="IT01234567890"
        )
        self.assertIn("like this one", again.warning_text)
        elsewhere = self._add(self.intervention, kind="parking", amount=4, country="DE")
        self.assertIn("spent in Germany, the work is in Italy", elsewhere.warning_text)
        self.assertNotIn("like this one", elsewhere.warning_text)
