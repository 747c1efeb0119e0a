from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, ExpenseCaptureCommon, picture


@tagged("post_install", "-at_install")
class TestCharging(ExpenseCaptureCommon):
    def test_story_4_is_invoiced_to_the_cent(self):
        intervention = self._working_intervention()
        expenses = self._story_four(intervention)
        lines = expenses.work_line_ids
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines.mapped("kind"), ["expense", "expense", "expense", "mileage"])
        self.assertEqual(
            [line.amount_invoice for line in expenses.mapped("work_line_ids")],
            [87.27, 38.00, 21.40, 186.00],
        )
        invoice = self._invoice(self._sign(intervention))
        self.assertRecordValues(
            invoice, [{"amount_untaxed": 332.67, "amount_tax": 73.19, "amount_total": 405.86}]
        )
        self.assertEqual(set(lines.mapped("billing_state")), {"billed"})

    def test_story_4_pays_the_employee_and_leaves_the_margin(self):
        intervention = self._working_intervention()
        hotel, restaurant, tolls, car = self._story_four(intervention)
        own = restaurant | tolls | car
        self.assertAlmostEqual(sum(own.mapped("total_amount")), 189.60, 2)
        self.assertEqual(car.total_amount, 130.20)
        self.assertEqual(
            (hotel | own).mapped("traceability_state"),
            ["fine", "missing", "not_needed", "not_needed"],
        )
        self.assertAlmostEqual(intervention.amount_cost, 276.87, 2)
        margin = intervention.amount_to_invoice - intervention.amount_cost
        self.assertAlmostEqual(margin, 55.80, 2)

    def test_the_cost_stands_on_the_analytic_account_once(self):
        intervention = self._working_intervention()
        expenses = self._story_four(intervention)
        account = self.company._get_service_project().account_id
        lines = self.env["account.analytic.line"].search([("account_id", "=", account.id)])
        self.assertFalse(lines)
        self._approve(expenses)
        self._post(expenses)
        lines = self.env["account.analytic.line"].search([("account_id", "=", account.id)])
        self.assertAlmostEqual(sum(lines.mapped("amount")), -276.87, 2)
        self.assertEqual(len(lines), 4)
        reimbursed = expenses.filtered(lambda e: e.payment_mode == "own_account").account_move_id
        self.assertAlmostEqual(sum(reimbursed.mapped("amount_total")), 189.60, 2)
        self.assertAlmostEqual(intervention.amount_cost, 276.87, 2)

    def test_the_job_order_bears_the_cost(self):
        project = self.env["project.project"].create(
            {"name": "Line 3", "allow_timesheets": True, "company_id": self.company.id}
        )
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="motorway", amount=10)
        intervention.project_id = project
        self.assertEqual(expense.analytic_distribution, {str(project.account_id.id): 100.0})

    def test_kilometres_paid_by_the_company_are_billed_once(self):
        intervention = self._working_intervention()
        for mode in ("own_account", "company_account"):
            with self.subTest(mode=mode):
                expense = self._add(
                    intervention, kind="own_car", distance_km=120, payment_mode=mode
                )
                self.assertEqual(expense.total_amount, 50.40)
                self.assertEqual(expense.work_line_ids.amount_invoice, 72.00)
        self.assertEqual(self._invoice(self._sign(intervention)).amount_untaxed, 144.00)

    def test_kilometres_with_ones_own_car_cost_what_is_reimbursed_and_nothing_of_our_vehicles(self):
        self.company.service_km_cost = 0.35
        line = self._add(
            self._working_intervention(), kind="own_car", distance_km=120
        ).work_line_ids
        self.assertEqual((line.amount_cost, line.amount_invoice), (50.40, 72.00))
        self.assertFalse(line.analytic_line_id)

    def test_a_flat_price_of_kilometres_is_billed_once_a_visit(self):
        intervention = self._working_intervention()
        rates = self.env["service.rate"].search([("kind", "=", "mileage")])
        rates.write({"price": 30.0, "is_flat": True})
        first = self._add(intervention, kind="own_car", distance_km=84)
        second = self._add(intervention, kind="own_car", distance_km=20)
        lines = (first | second).work_line_ids
        self.assertEqual(sum(lines.mapped("amount_invoice")), 30.0)
        self.assertEqual(sum(lines.mapped("quantity")), 104.0)
        first.unlink()
        self.assertEqual(second.work_line_ids.amount_invoice, 30.0)

    def test_what_the_policy_charges(self):
        intervention = self._working_intervention()
        paths = {
            ("cost", "own_account", False): 96.00,
            ("cost", "own_account", True): 87.27,
            ("cost", "company_account", False): 96.00,
            ("cost", "company_account", True): 87.27,
            ("markup", "own_account", False): 105.60,
            ("markup", "company_account", True): 96.00,
            ("none", "own_account", False): 0.00,
            ("none", "company_account", True): 0.00,
        }
        self.company.expense_markup = 10
        for (policy, mode, invoiced), amount in paths.items():
            with self.subTest(policy=policy, mode=mode, invoiced=invoiced):
                self.company.expense_charge = policy
                expense = self._add(
                    intervention,
                    kind="hotel",
                    amount=96,
                    payment_mode=mode,
                    invoice_to_us=invoiced,
                )
                self.assertEqual(expense.work_line_ids.amount_invoice, amount)
        refused = expense.work_line_ids
        self.assertEqual((refused.coverage, refused.coverage_reason), self._not_charged())
        report = self._sign(intervention)
        self.assertEqual(self._invoice(report).amount_untaxed, round(sum(paths.values()), 2))

    def _not_charged(self):
        return ("goodwill", "Expenses are not charged.")

    def test_vat_that_cannot_be_deducted_is_a_cost(self):
        """As with Italian taxes: four tenths to the tax account, six tenths stay with the cost."""
        account = self.vat_10.invoice_repartition_line_ids.account_id
        parts = [
            Command.create({"repartition_type": "base"}),
            Command.create({"factor_percent": 40, "account_id": account.id}),
            Command.create({"factor_percent": 60}),
        ]
        half = self.env["account.tax"].create(
            {
                "name": "10% of which 40% is deducted",
                "amount": 10,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
            }
        )
        self.categories["hotel"].supplier_taxes_id = [Command.set(half.ids)]
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="hotel", amount=110, invoice_to_us=True)
        self.assertEqual(expense.work_line_ids.amount_invoice, 106.00)
        self._approve(expense)
        self._post(expense)
        costs = self.env["account.analytic.line"].search(
            [("account_id", "=", self.company._get_service_project().account_id.id)]
        )
        self.assertEqual(sum(costs.mapped("amount")), -106.00)

    def test_a_foreign_receipt_is_charged_at_the_rate_of_its_day(self):
        other = self.setup_other_currency("CHF", rates=[("2026-11-01", 2.0)])
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="train", amount=50, currency=other.name)
        self.assertEqual(expense.total_amount, 25.00)
        self.assertEqual(expense.work_line_ids.amount_invoice, 25.00)
        self._approve(expense)
        self._post(expense)
        self.assertEqual(expense.account_move_id.amount_total_signed, -25.00)

    def test_contract_and_job_order_decide_who_pays(self):
        self.env["service.contract"].create(
            {
                "name": "All in",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "expense_percent": 100,
            }
        ).action_open()
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="motorway", amount=10)
        self.assertEqual((expense.coverage, expense.billing_state), ("contract", "covered"))
        self.assertTrue(expense.coverage_reason)

    def test_the_line_follows_until_it_was_shown(self):
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="motorway", amount=10, description="A4")
        line = expense.work_line_ids
        expense.write({"total_amount_currency": 12, "name": "A4 and A31"})
        self.assertRecordValues(line, [{"price_unit": 12.0, "name": "A4 and A31"}])
        report = self._sign(intervention)
        expense.write({"total_amount_currency": 11, "name": "Something else"})
        self.assertRecordValues(line, [{"price_unit": 11.0, "name": "A4 and A31"}])
        self._invoice(report)
        expense.write({"total_amount_currency": 9})
        self.assertEqual(line.price_unit, 11)
        self.assertIn("after it was invoiced", intervention.message_ids[0].body)

    def test_another_kind_makes_another_line(self):
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="motorway", amount=10)
        first = expense.work_line_ids
        expense.write({"product_id": self.categories["own_car"].id, "quantity": 50})
        self.assertFalse(first.exists())
        self.assertRecordValues(
            expense.work_line_ids, [{"kind": "mileage", "quantity": 50, "amount_invoice": 30.0}]
        )

    def test_a_refused_expense_is_not_billed(self):
        intervention = self._working_intervention()
        gone, shown = (
            self._add(intervention, kind="motorway", amount=10),
            self._add(intervention, kind="parking", amount=5),
        )
        gone.with_user(self.user_approver)._do_refuse("Twice")
        self.assertFalse(gone.work_line_ids)
        report = self._sign(intervention)
        shown.with_user(self.user_approver)._do_refuse("Private")
        line = shown.work_line_ids
        self.assertEqual(line.billing_state, "blocked")
        self.assertEqual(line.blocked_reason, "The expense was refused.")
        self.assertFalse(self._invoice(report))
        shown.with_user(self.user_approver).action_reset()
        self.assertEqual(self._invoice(report).amount_untaxed, 5.00)

    def test_refused_by_mistake_is_charged_again(self):
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="motorway", amount=10)
        expense.with_user(self.user_approver)._do_refuse("Oh")
        expense.with_user(self.user_approver).action_reset()
        self.assertEqual(expense.work_line_ids.amount_invoice, 10)

    def test_a_firm_may_invoice_what_is_approved_only(self):
        self.company.expense_bill_approved_only = True
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="motorway", amount=10)
        report = self._sign(intervention)
        self.assertEqual(
            expense.work_line_ids.blocked_reason, "The expense has not been approved yet."
        )
        self.assertFalse(self._invoice(report))
        self._approve(expense)
        self.assertEqual(self._invoice(report).amount_untaxed, 10)

    def test_deleting_an_expense_takes_its_line_until_it_was_shown(self):
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="motorway", amount=10)
        line = expense.work_line_ids
        expense.with_user(self.user_approver).unlink()
        self.assertFalse(line.exists())
        kept = self._add(intervention, kind="motorway", amount=10)
        self._sign(intervention)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            kept.with_user(self.user_approver).unlink()

    def test_work_taken_back_takes_its_expense_with_it(self):
        intervention = self._working_intervention()
        draft = self._add(intervention, kind="motorway", amount=10)
        intervention.with_user(self.user_technician).remove_work(line_ids=draft.work_line_ids.ids)
        self.assertFalse(draft.exists())
        approved = self._add(intervention, kind="motorway", amount=10)
        self._approve(approved)
        with self.assertRaisesRegex(UserError, "approved already"):
            intervention.with_user(self.user_technician).remove_work(
                line_ids=approved.work_line_ids.ids
            )

    def _split(self, expense, *amounts):
        """Part the expense as the dialog does, the first amount stays with it."""
        expense = expense.with_user(self.user_approver)
        dialog = self.env["hr.expense.split.wizard"].browse(expense.action_split_wizard()["res_id"])
        for part, amount in zip(dialog.expense_split_line_ids, amounts, strict=True):
            part.total_amount_currency = amount
        dialog.with_user(self.user_approver).action_split_expense()
        return self.env["hr.expense"].search([("split_expense_origin_id", "=", expense.id)])

    def test_the_parts_of_an_expense_are_charged_as_the_whole_was(self):
        intervention = self._working_intervention()
        whole = self._add(intervention, kind="hotel", amount=100, nights=2)
        parts = self._split(whole, 70, 30)
        self.assertEqual(parts.intervention_id, intervention)
        self.assertEqual(sorted(parts.work_line_ids.mapped("amount_invoice")), [30, 70])
        self.assertEqual(sum(parts.mapped("nights")), 2)
        third = self._split(whole, 50, 20) - parts
        self.assertEqual(third.intervention_id, intervention)
        report = self._sign(intervention)
        self.assertEqual(self._invoice(report).amount_untaxed, 100)
        with self.assertRaisesRegex(UserError, "on an invoice already"):
            self._split(whole, 25, 25)

    def test_parts_keep_the_tax_and_the_country_that_were_chosen(self):
        intervention = self._working_intervention()
        tax = self.env["account.tax"].create(
            {"name": "10 % inside", "amount": 10, "type_tax_use": "purchase"}
        )
        whole = self._add(intervention, kind="hotel", amount=100, invoice_to_us=True, country="AT")
        dialog = self.env["hr.expense.split.wizard"].browse(
            whole.with_user(self.user_approver).action_split_wizard()["res_id"]
        )
        first, second = dialog.expense_split_line_ids
        first.total_amount_currency, second.total_amount_currency = 70, 30
        second.tax_ids = tax
        dialog.with_user(self.user_approver).action_split_expense()
        part = whole.search([("split_expense_origin_id", "=", whole.id)]) - whole
        self.assertEqual((part.tax_ids, part.country_id.code), (tax, "AT"))

    def test_what_was_signed_or_has_a_fixed_price_is_not_split(self):
        intervention = self._working_intervention()
        whole = self._add(intervention, kind="hotel", amount=100)
        self._sign(intervention)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            self._split(whole, 70, 30)
        self.env["expense.charge.policy"].create(
            {
                "charge": "fixed",
                "price": 25,
                "kind_ids": self.kinds["restaurant"].ids,
                "company_id": self.company.id,
                "date_from": "2026-01-01",
            }
        )
        meal = self._add(self._working_intervention(), kind="restaurant", amount=60)
        with self.assertRaisesRegex(UserError, "fixed price"):
            self._split(meal, 40, 20)

    def test_kilometres_and_days_are_not_split(self):
        intervention = self._working_intervention()
        for values in ({"kind": "own_car", "distance_km": 10}, {"kind": "allowance"}):
            expense = self._add(intervention, **values)
            with self.subTest(**values), self.assertRaisesRegex(UserError, "cannot be split"):
                self._split(expense, 1, 1)

    def test_what_is_posted_costs_what_the_work_line_says(self):
        """Paid by whom × in which currency × VAT inside deducted or not."""
        francs = self.setup_other_currency("CHF", rates=[("2026-11-01", 2.0)])
        intervention = self._working_intervention()
        expenses = self.env["hr.expense"]
        for mode in ("own_account", "company_account"):
            for currency in (self.company.currency_id, francs):
                for deducted in (True, False):
                    expenses |= self._add(
                        intervention,
                        kind="hotel",
                        amount=96,
                        currency=currency.name,
                        payment_mode=mode,
                        invoice_to_us=deducted,
                    )
        self._approve(expenses)
        self._post(expenses)
        for expense in expenses:
            booked = self.env["account.analytic.line"].search(
                [("move_line_id.expense_id", "=", expense.id)]
            )
            with self.subTest(mode=expense.payment_mode, currency=expense.currency_id.name):
                self.assertAlmostEqual(
                    -sum(booked.mapped("amount")), expense.work_line_ids.amount_cost, 2
                )

    def test_contractors_are_charged_and_never_posted(self):
        self.technician.settled_by_bill = True
        intervention = self._working_intervention()
        expense = self._add(intervention, kind="parking", amount=6)
        self.assertEqual(expense.settlement, "own_bill")
        # It comes with the contractor's own bill.
        self.assertRecordValues(
            expense.work_line_ids, [{"expects_bill": True, "expected_bill_amount": 6.0}]
        )
        self._approve(expense)
        with self.assertRaisesRegex(UserError, "neither posted nor reimbursed"):
            expense.with_user(self.user_approver).action_post()
        with self.assertRaisesRegex(UserError, "neither posted nor reimbursed"):
            self.env["hr.expense.post.wizard"].with_user(self.user_approver).with_context(
                active_ids=expense.ids
            ).create({}).action_post_entry()
        self.assertFalse(expense.account_move_id)
        self.assertEqual(self._invoice(self._sign(intervention)).amount_untaxed, 6)
        with self.assertRaisesRegex(ValidationError, "paid by the company"):
            expense.payment_mode = "company_account"
            expense.settlement = "own_bill"

    def test_capture_costs_no_more_queries_with_more_expenses(self):
        intervention = self._working_intervention()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._add(intervention, kind="motorway", amount=10)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for _turn in range(15):
            self._add(intervention, kind="motorway", amount=10, files=None)
        many = queries()
        self.assertLessEqual(many, few + 3)

    def test_the_receipt_is_the_expenses_own_file(self):
        intervention = self._working_intervention()
        expense = self._add(
            intervention, kind="motorway", amount=10, files=[{"name": "t.jpg", "data": picture()}]
        )
        self.assertEqual(expense.nb_attachment, 1)
        self.assertEqual(expense.message_main_attachment_id, expense.attachment_ids)
        self.assertEqual(expense.date, MONDAY)
