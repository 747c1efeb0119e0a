from odoo.tests import tagged

from .common import ExpenseCaptureCommon


@tagged("post_install", "-at_install")
class TestProfitability(ExpenseCaptureCommon):
    """Expenses in the panel of a job order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.env["project.project"].create(
            {"name": "Plant", "allow_timesheets": True, "company_id": cls.company.id}
        )
        cls.user_accountant.group_ids += cls.env.ref("project.group_project_user")

    def _totals(self):
        self.env.flush_all()
        self.env.invalidate_all()
        items = self.project.with_user(self.user_accountant)._get_profitability_items()
        return [
            round(amount, 2)
            for side, names in (
                ("revenues", ("invoiced", "to_invoice")),
                ("costs", ("billed", "to_bill")),
            )
            for amount in (items[side]["total"][name] for name in names)
        ]

    def test_story_4_is_a_cost_of_276_87_once_and_leaves_55_80(self):
        intervention = self._working_intervention(project_id=self.project.id)
        expenses = self._story_four(intervention)
        self._approve(expenses)
        self._post(expenses)
        self.assertEqual(self._totals(), [0, 0, -276.87, 0])
        invoice = self._invoice(self._sign(intervention))
        invoice.invoice_date = "2026-11-30"
        self.assertEqual(self._totals(), [0, 332.67, -276.87, 0])
        invoice.action_post()
        self.assertEqual(self._totals(), [332.67, 0, -276.87, 0])

    def test_an_expense_is_an_actual_cost_once_and_its_approval_is_waited_for(self):
        intervention = self._working_intervention(project_id=self.project.id)
        expenses = self._story_four(intervention)
        open_kinds = [line["kind"] for line in self.project.get_closing_checklist()]
        self.assertIn("expenses", open_kinds)
        for posted in (False, True):
            if posted:
                self._approve(expenses)
                self._post(expenses)
            self.env.invalidate_all()
            costs = self.project._get_actual_costs()
            self.assertEqual(round(costs["expense"][1] + costs["mileage"][1], 2), 276.87)
            self.assertNotIn("other", costs)
        open_kinds = [line["kind"] for line in self.project.get_closing_checklist()]
        self.assertNotIn("expenses", open_kinds)
