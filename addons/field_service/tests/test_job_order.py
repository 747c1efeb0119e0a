import doctest
import random

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.mail.tools.discuss import Store

from .. import progress
from .common import at
from .test_profitability import JobOrderCommon


@tagged("post_install", "-at_install")
class TestJobOrder(JobOrderCommon):
    """A job order at a fixed price: budget, progress, retention, closing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project.write({"service_billing": "fixed_price", "service_price": 10000.0})

    def _milestones(self, *percents, **values):
        return self.env["service.job.milestone"].create(
            [
                {
                    "project_id": self.project.id,
                    "name": f"Part {number}",
                    "sequence": number,
                    "percent": percent,
                    **values,
                }
                for number, percent in enumerate(percents, start=1)
            ]
        )

    def _bill_to(self, percent):
        made = self.project.with_user(self.user_accountant).bill_progress(percent=percent)
        return self.env["account.move"].browse(made["invoice_ids"])

    def _invoice_milestones(self, milestones, method="create_invoices"):
        made = getattr(milestones.with_user(self.user_accountant), method)()
        invoice = self.env["account.move"].browse(made["invoice_ids"])
        invoice.invoice_date = "2026-11-30"
        return invoice

    def _actual(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return {kind: cost for kind, cost in self.project._get_actual_costs().items() if any(cost)}

    def test_whoever_has_the_list_opens_a_job_order_without_rights_of_odoo_s_projects(self):
        accountant = new_test_user(self.env, "plain", groups="account.group_account_invoice")
        for user in (self.user_manager, self.user_dispatcher, accountant):
            with self.subTest(user=user.login):
                self.assertFalse(user.has_group("project.group_project_user"))
                # What the page asks for beside the form: who follows, and who a project is shared
                # with.
                store = Store()
                self.project.with_user(user)._thread_to_store(store, [], request_list=["followers"])
                self.assertTrue(store.get_result())

    def test_the_rules_of_progress_hold_as_their_examples_say(self):
        self.assertEqual(doctest.testmod(progress).failed, 0)

    def test_progress_is_billed_up_to_a_percent_and_each_percent_once(self):
        first = self._bill_to(30)
        self.assertEqual((first.state, first.amount_untaxed), ("draft", 3000.0))
        self.assertEqual(first.invoice_line_ids.analytic_distribution, {str(self.account.id): 100})
        self.assertEqual(self._bill_to(75.5).amount_untaxed, 4550.0)
        with self.assertRaisesRegex(UserError, "75.5 % of job order"):
            self._bill_to(75.5)
        with self.assertRaisesRegex(UserError, "invoiced already"):
            self._bill_to(20)
        self.assertEqual(self._bill_to(100).amount_untaxed, 2450.0)
        self.assertEqual(self.project.service_billed_amount, 10000.0)

    def test_a_percent_that_is_none_is_refused(self):
        for percent in (0, -5, 100.5, "50", True, None):
            with self.subTest(percent=percent), self.assertRaises(ValidationError):
                self._bill_to(percent)

    def test_parts_make_the_price_to_the_cent_whatever_they_are(self):
        chance = random.Random(6)
        for _turn in range(20):
            self.project.service_milestone_ids.sudo().write({"invoice_line_id": False})
            self.project.service_milestone_ids.unlink()
            price = round(chance.uniform(10, 99999), 2)
            self.project.service_price = price
            cuts = sorted(chance.uniform(1, 99) for _cut in range(3))
            percents = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
            milestones = self._milestones(*percents, reached_on="2026-11-09")
            # One after the other, in any order.
            for milestone in chance.sample(milestones, len(milestones)):
                self._invoice_milestones(milestone)
            self.assertAlmostEqual(sum(milestones.mapped("billed_amount")), price, 2)
            invoiced = milestones.invoice_line_id.mapped("price_subtotal")
            self.assertAlmostEqual(sum(invoiced), price, 2)

    def test_milestones_are_billed_once_reached(self):
        milestones = self._milestones(40, 60)
        self.assertFalse(self._invoice_milestones(milestones))
        milestones[0].with_user(self.user_manager).action_reach()
        self.assertEqual(self._invoice_milestones(milestones).amount_untaxed, 4000.0)
        self.assertFalse(self._invoice_milestones(milestones))
        self.assertEqual(milestones.mapped("state"), ["billed", "planned"])
        with self.assertRaisesRegex(UserError, "billed by milestones"):
            self._bill_to(100)

    def test_a_milestone_may_be_written_as_an_amount(self):
        milestone = self._milestones(10)
        milestone.planned_amount = 3333.33
        self.assertEqual(round(milestone.percent, 4), 33.3333)
        milestone.reached_on = "2026-11-09"
        self.assertEqual(self._invoice_milestones(milestone).amount_untaxed, 3333.33)

    def test_milestones_are_never_more_than_the_price(self):
        with self.assertRaisesRegex(ValidationError, "cannot be more than its price"):
            self._milestones(60, 41)

    def test_what_is_invoiced_stays_as_it_is(self):
        milestone = self._milestones(40, reached_on="2026-11-09")
        self._invoice_milestones(milestone)
        with self.assertRaisesRegex(UserError, "Cancel the invoice first"):
            milestone.percent = 50
        with self.assertRaisesRegex(UserError, "Cancel the invoice first"):
            milestone.unlink()
        with self.assertRaisesRegex(ValidationError, "More than this price"):
            self.project.service_price = 3999
        with self.assertRaises(AccessError):
            milestone.with_user(self.user_manager).billed_amount = 1

    def test_a_cancelled_invoice_lets_its_part_be_billed_anew(self):
        invoice = self._bill_to(30)
        invoice.button_cancel()
        self.assertEqual(self.project.service_billed_percent, 0)
        self.assertEqual(self.project.service_milestone_ids.state, "reached")
        again = self._invoice_milestones(self.project.service_milestone_ids)
        again.action_post()
        again._reverse_moves([{"invoice_date": "2026-11-30"}], cancel=True)
        self.assertEqual(self.project.service_billed_percent, 0)
        self._invoice_milestones(self.project.service_milestone_ids).unlink()
        self.assertEqual(self.project.service_billed_amount, 0)

    def test_a_part_does_not_come_back_beside_the_invoice_that_bills_it_anew(self):
        invoice = self._bill_to(30)
        invoice.invoice_date = "2026-11-30"
        invoice.action_post()
        credit = self._credit(invoice)
        self.assertEqual(self.project.service_billed_percent, 30)
        credit.action_post()
        self.assertEqual(self.project.service_billed_percent, 0)
        milestone = self.project.service_milestone_ids
        again = self._invoice_milestones(milestone)
        again.button_cancel()
        self.assertEqual(self._invoice_milestones(milestone).amount_untaxed, 3000.0)
        for undo in (again.button_draft, invoice.button_draft, credit.button_draft):
            with self.assertRaisesRegex(UserError, "can be billed anew"):
                undo()
        self.assertEqual(self.project.service_billed_amount, 3000.0)

    def test_a_job_order_without_price_or_customer_says_so(self):
        self.project.service_price = 0
        with self.assertRaisesRegex(UserError, "write the price"):
            self._bill_to(10)
        self.project.write({"service_price": 100, "partner_id": False})
        self.project.service_milestone_ids.unlink()
        with self.assertRaisesRegex(UserError, "has no customer"):
            self._bill_to(10)

    # === RETENTION === #

    def test_retention_is_deducted_kept_in_the_register_and_released_once(self):
        self.project.write({"service_retention_percent": 5, "service_retention_date": "2027-11-30"})
        milestone = self._milestones(33.333333, reached_on="2026-11-09")
        invoice = self._invoice_milestones(milestone)
        self.assertEqual(
            invoice.invoice_line_ids.sorted("id").mapped("price_subtotal"), [3333.33, -166.67]
        )
        self.assertRecordValues(
            milestone,
            [{"retained_amount": 166.67, "retention_state": "retained", "billed_amount": 3333.33}],
        )
        self.assertEqual(str(milestone.release_date), "2027-11-30")
        with self.assertRaisesRegex(UserError, "still a draft"):
            self._invoice_milestones(milestone, "release_retention")
        invoice.action_post()
        release = self._invoice_milestones(milestone, "release_retention")
        self.assertEqual(release.amount_untaxed, 166.67)
        self.assertEqual(milestone.retention_state, "released")
        self.assertFalse(self._invoice_milestones(milestone, "release_retention"))
        with self.assertRaisesRegex(UserError, "Cancel that one first"):
            invoice.button_draft()
            invoice.button_cancel()
        release.button_cancel()
        self.assertEqual(milestone.retention_state, "retained")

    def test_a_part_taken_off_a_draft_takes_its_retention_along(self):
        self.project.service_retention_percent = 5
        first, second = milestones = self._milestones(20, 30, reached_on="2026-11-09")
        invoice = self._invoice_milestones(milestones)
        first.invoice_line_id.unlink()
        lines = second.invoice_line_id | second.retention_line_id
        self.assertEqual(invoice.invoice_line_ids, lines)
        self.assertFalse(first.retained_amount)

    def test_an_invoice_that_is_written_anew_bills_its_part_once(self):
        self.project.service_retention_percent = 5
        milestone = self._milestones(20, reached_on="2026-11-09")
        invoice = self._invoice_milestones(milestone)
        invoice.action_post()
        anew = self._write_anew(invoice)
        self.assertEqual(milestone.invoice_id, anew)
        self.assertEqual(
            (milestone.invoice_line_id.price_unit, milestone.retention_line_id.price_unit),
            (2000.0, -100.0),
        )
        self.assertFalse(self._invoice_milestones(milestone))

    def test_the_panel_knows_what_is_left_of_the_price(self):
        self.project.service_retention_percent = 5
        invoice = self._bill_to(30)
        # The draft without retention, what is left of the price, and the retention.
        self.assertEqual(self._panel()[:2], (0, 10000))
        invoice.action_post()
        self.assertEqual(self._panel()[:2], (2850, 7150))

    # === EXTRA WORK === #

    def test_extra_work_is_charged_beside_the_fixed_price(self):
        inside = self._work_on_job()
        self.assertEqual(sum(inside.work_line_ids.mapped("amount_invoice")), 0)
        extra = self._create_intervention(project_id=self.project.id, is_extra_work=True)
        self._plan(extra, start=at(12), stop=at(14))
        lines = self._record(extra, {"kind": "labour", "start": at(12), "stop": at(14)})
        self.assertEqual(set(lines.mapped("coverage_rule")), {"job_order_time_material"})
        self.assertEqual(
            lines.filtered(lambda line: line.kind == "labour").mapped("amount_invoice"), [100.0]
        )

    def test_work_that_turns_out_to_be_extra_is_decided_anew(self):
        intervention = self._work_on_job()
        intervention.is_extra_work = True
        # 1.25 × 38 + 2.5 × 50 + 86.50 + the call-out of 40.
        self.assertEqual(sum(intervention.work_line_ids.mapped("amount_invoice")), 299.0)
        intervention.is_extra_work = False
        self.assertEqual(sum(intervention.work_line_ids.mapped("amount_invoice")), 0)

    # === BUDGET === #

    def test_actual_costs_stand_by_kind_and_come_to_those_of_the_panel(self):
        self._work_on_job()
        self._work_of_contractor()
        self._bill(500.0, self.account).action_post()
        actual = self._actual()
        self.assertEqual(
            {kind: round(amount, 2) for kind, (_hours, amount) in actual.items()},
            {"labour": 65.33, "travel": 32.67, "part": 41.20, "subcontract": 64.0, "other": 500.0},
        )
        self.assertEqual(round(actual["labour"][0], 4), 2.3333)
        self.assertEqual(actual["subcontract"][0], 2)
        self.assertEqual(round(sum(cost for _hours, cost in actual.values()), 2), -self._panel()[2])

    def test_a_matched_bill_is_a_subcontract_and_nothing_else(self):
        work, bill = self._work_of_contractor(), self._bill(70.0)
        bill.invoice_line_ids.with_user(self.user_accountant).match_service_work(
            work_line_ids=work.ids
        )
        bill.action_post()
        self.assertEqual(self._actual(), {"subcontract": (2, 70.0)})

    def test_budget_and_actual_stand_side_by_side(self):
        budget = self.env["service.job.budget"].create(
            {
                "project_id": self.project.id,
                "kind": "labour",
                "planned_hours": 2,
                "planned_amount": 50,
            }
        )
        self._work_on_job()
        self.env.invalidate_all()
        self.assertEqual(round(budget.actual_hours, 4), 2.3333)
        self.assertEqual(round(budget.remaining_amount, 2), -15.33)
        self.project.with_user(self.user_manager).action_complete_budget()
        kinds = self.project.service_budget_ids.mapped("kind")
        self.assertEqual(set(kinds), {"labour", "travel", "part"})

    def test_expected_vendor_bills_are_known(self):
        self._work_of_contractor()
        self.env.invalidate_all()
        self.assertEqual(self.project.service_expected_bills, 64.0)

    def test_the_budget_costs_no_query_per_line(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.project._get_actual_costs()
            return self.env.cr.sql_log_count - before

        self._work_on_job()
        queries()
        few = queries()
        for _turn in range(3):
            self._work_on_job()
        self.assertLessEqual(queries(), few + 2)

    # === CLOSING === #

    def test_closing_says_what_is_missing(self):
        self._work_on_job()
        self._work_of_contractor()
        self._milestones(40)
        missing = {
            line["kind"]: line["count"]
            for line in self.project.with_user(self.user_dispatcher).get_closing_checklist()
        }
        self.assertEqual(missing["interventions"], 2)
        self.assertEqual(missing["progress"], 1)
        self.assertEqual(missing["bills"], 1)
        self.assertIn("work", missing)
        for kind in missing:
            action = self.project._get_closing_action(kind)
            self.assertEqual(
                self.env[action["res_model"]].search_count(action["domain"]), missing[kind]
            )

    def test_what_is_not_invoiced_or_released_is_missing_too(self):
        self.project.service_billing = "time_material"
        self._sign(self._work_on_job())
        self.project.service_retention_percent = 5
        self._bill_to(100).action_post()
        missing = {line["kind"] for line in self.project.get_closing_checklist()}
        self.assertLessEqual({"unbilled", "retention"}, missing)

    def test_an_incomplete_job_order_is_closed_by_a_manager_with_a_reason_only(self):
        self._work_on_job()
        with self.assertRaisesRegex(UserError, "Interventions not finished"):
            self.project.with_user(self.user_dispatcher).close_job(reason="It is over")
        with self.assertRaisesRegex(UserError, "is not complete"):
            self.project.with_user(self.user_manager).close_job(reason="  ")
        closed = self.project.with_user(self.user_manager).close_job(reason="The customer left")
        self.assertIn("interventions", closed["missing"])
        self.assertEqual(self.project.service_close_reason, "The customer left")
        self.assertIn("The customer left", self.project.message_ids[0].body)

    def test_a_complete_job_order_is_closed_by_the_office(self):
        self.project.with_user(self.user_dispatcher).close_job()
        self.assertTrue(self.project.service_closed_on)
        self.assertFalse(self.project.service_close_reason)

    def test_no_work_comes_to_a_closed_job_order_until_it_is_reopened(self):
        before = self._create_intervention(project_id=self.project.id)
        self._plan(before)
        self.project.with_user(self.user_manager).close_job(reason="Over")
        with self.assertRaisesRegex(UserError, "is closed"):
            self._create_intervention(project_id=self.project.id)
        with self.assertRaisesRegex(UserError, "is closed"):
            self._record(before, {"kind": "labour", "start": at(8), "stop": at(9)})
        with self.assertRaises(AccessError):
            self.project.with_user(self.user_dispatcher).action_reopen_job()
        self.project.with_user(self.user_manager).action_reopen_job()
        self._create_intervention(project_id=self.project.id)

    def test_the_dialog_shows_what_is_missing_and_opens_it(self):
        self._work_on_job()
        manager = self.project.with_user(self.user_manager)
        action = manager.action_close_job()
        dialog = self.env[action["res_model"]].with_user(self.user_manager).browse(action["res_id"])
        self.assertIn("interventions", dialog.line_ids.mapped("kind"))
        opened = dialog.line_ids.filtered(lambda ln: ln.kind == "interventions").action_open()
        self.assertEqual(opened["res_model"], "service.intervention")
        dialog.reason = "Over"
        dialog.action_confirm()
        self.assertTrue(self.project.service_closed_on)

    def test_the_dialog_of_progress_shows_the_amount_before(self):
        self._bill_to(30)
        dialog = Form(
            self.env["service.job.progress"]
            .with_user(self.user_accountant)
            .with_context(default_project_id=self.project.id)
        )
        dialog.percent = 50
        self.assertEqual(dialog.amount, 2000.0)
        dialog.save().action_confirm()
        self.assertEqual(self.project.service_billed_percent, 50)

    # === WHO MAY === #

    def test_only_accountants_invoice_and_release(self):
        milestone = self._milestones(40, reached_on="2026-11-09")
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.project.with_user(user).bill_progress(percent=10)
                with self.assertRaises(AccessError):
                    milestone.with_user(user).create_invoices()
                with self.assertRaises(AccessError):
                    milestone.with_user(user).release_retention()

    def test_prices_and_costs_of_a_job_order_are_not_for_technicians(self):
        for model in ("service.job.budget", "service.job.milestone"):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.user_technician).search([])
        with self.assertRaises(AccessError):
            self.project.with_user(self.user_technician).read(["service_price"])
        with self.assertRaises(AccessError):
            self.env["service.job.budget"].with_user(self.user_dispatcher).search([])
        with self.assertRaises(AccessError):
            self.project.with_user(self.user_technician).get_closing_checklist()
        with self.assertRaises(AccessError):
            self._milestones(40).with_user(self.user_dispatcher).name = "Mine"

    def test_another_company_sees_no_progress_of_ours(self):
        self._milestones(40)
        other = self.env["res.company"].create({"name": "Other firm"})
        stranger = new_test_user(
            self.env,
            "stranger_t",
            groups="field_service.field_service_group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(
            self.env["service.job.milestone"]
            .with_user(stranger)
            .with_context(allowed_company_ids=other.ids)
            .search([])
        )
