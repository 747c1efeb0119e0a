from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import at
from .test_profitability import JobOrderCommon


class CostCommon(JobOrderCommon):
    """A machine in warranty of ours whose manufacturer is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = cls.env["res.partner"].create({"name": "Maker", "is_company": True})
        cls.term = cls.env["service.warranty.term"].create(
            {
                "name": "Ours",
                "months": 24,
                "covers_travel": True,
                "manufacturer_id": cls.maker.id,
            }
        )
        cls.equipment.write(
            {
                "warranty_term_id": cls.term.id,
                "installation_date": "2026-01-10",
                "product_id": cls.part.id,
            }
        )

    def _work(self, **values):
        """Two hours at 28.00 of the technician, in warranty; the report is signed."""
        intervention = self._create_intervention(**values)
        self._plan(intervention)
        labour = {"kind": "labour", "start": at(8), "stop": at(10)}
        lines = self._record(intervention, labour)
        self._sign(intervention)
        return lines.filtered(lambda line: line.kind == "labour")


@tagged("post_install", "-at_install")
class TestCosts(CostCommon):
    """What service costs: warranty, goodwill, contracts, claims, and how often a repair holds."""

    def _figures(self, domain, groupby, *measures, user=None):
        self.env.flush_all()
        report = self.env["service.cost.report"].with_user(user or self.user_manager)
        rows = report._read_group(domain, groupby, [f"{name}:sum" for name in measures])
        return [tuple(row) for row in rows]

    def test_costs_of_warranty_and_goodwill_stand_by_manufacturer_and_machine(self):
        self._work()
        goodwill = self._work()
        goodwill.set_coverage(coverage="goodwill", reason="An old customer")
        rows = self._figures(
            [("manufacturer_id", "=", self.maker.id)],
            ["manufacturer_id", "product_id", "serial_number"],
            "warranty_cost",
            "goodwill_cost",
            "hours",
        )
        self.assertEqual(rows, [(self.maker, self.part, "ST-2201", 56.0, 56.0, 4.0)])

    def test_what_the_manufacturer_pays_is_no_cost_of_warranty(self):
        self.term.payer = "manufacturer"
        self._work()
        rows = self._figures([("partner_id", "=", self.customer.id)], [], "warranty_cost", "cost")
        self.assertEqual(rows, [(0.0, 56.0)])

    def test_a_contractors_bill_is_the_cost(self):
        self.equipment.warranty_term_id = False
        work = self._work_of_contractor()
        domain = [("project_id", "=", self.project.id)]
        self.assertEqual(self._figures(domain, [], "cost"), [(64.0,)])
        bill = self._bill(70.0)
        bill.invoice_line_ids.with_user(self.user_accountant).match_service_work(
            work_line_ids=work.ids
        )
        bill.action_post()
        self.assertEqual(self._figures(domain, [], "cost"), [(70.0,)])

    def test_the_result_of_a_contract_is_its_fees_less_its_work(self):
        self.equipment.warranty_term_id = False
        contract = self.env["service.contract"].create(
            {
                "name": "All in",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "fee_amount": 300.0,
                "fee_period": "month",
                "call_out_included": True,
            }
        )
        contract.action_open()
        accountant = contract.with_user(self.user_accountant)
        accountant.create_fee_invoices(until="2026-01-31")
        accountant.top_up(hours=2, price=90.0)
        self._work(contract_id=contract.id)
        rows = self._figures(
            [("contract_id", "=", contract.id)], [], "revenue", "cost", "margin", "hours"
        )
        self.assertEqual(rows, [(390.0, 56.0, 334.0, 2.0)])

    # === CLAIMS === #

    def test_a_cost_is_claimed_once_and_recovered(self):
        work = self._work()
        made = work.with_user(self.user_manager).claim_from_manufacturer()
        claim = self.env["service.warranty.claim"].browse(made["claim_ids"])
        self.assertRecordValues(
            claim,
            [
                {
                    "manufacturer_id": self.maker.id,
                    "equipment_id": self.equipment.id,
                    "amount": 56.0,
                    "state": "to_claim",
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "nothing to claim"):
            work.with_user(self.user_manager).claim_from_manufacturer()
        with self.assertRaisesRegex(UserError, "Only what is"):
            claim.action_refuse()
        claim.action_claim()
        claim.recovered_amount = 40.0
        claim.action_recover()
        self.assertEqual((claim.state, claim.recovered_amount), ("recovered", 40.0))
        rows = self._figures(
            [("manufacturer_id", "=", self.maker.id)], [], "warranty_cost", "recovered", "revenue"
        )
        # The call-out is not in warranty.
        self.assertEqual(rows, [(56.0, 40.0, 40.0)])
        with self.assertRaisesRegex(UserError, "stays"):
            claim.unlink()

    def test_a_claim_that_is_deleted_lets_its_cost_be_claimed_anew(self):
        work = self._work()
        made = work.claim_from_manufacturer()
        self.env["service.warranty.claim"].browse(made["claim_ids"]).unlink()
        self.assertTrue(work.claim_from_manufacturer()["claim_ids"])

    def test_a_claim_needs_somebody_it_is_against(self):
        self.term.manufacturer_id = False
        work = self._work()
        with self.assertRaisesRegex(ValidationError, "which manufacturer"):
            work.claim_from_manufacturer()
        made = work.claim_from_manufacturer(manufacturer_id=self.maker.id)
        self.assertEqual(len(made["claim_ids"]), 1)

    def test_what_is_claimed_is_billed_to_no_customer(self):
        work = self._work()
        made = work.with_user(self.user_manager).claim_from_manufacturer()
        claim = self.env["service.warranty.claim"].browse(made["claim_ids"])
        change = {"coverage": "out_of_warranty", "coverage_note": "They pay", "price_unit": 50.0}
        work.write({**change, "discount": 0})
        self.assertEqual((work.billing_state, work.blocked_kind), ("blocked", "claimed"))
        self.assertIn("paid twice", work.blocked_reason)
        self.assertFalse(work.sudo()._lock_to_invoice())
        claim.action_claim()
        claim.action_refuse()
        self.assertEqual(work.billing_state, "to_bill")

    def test_work_that_somebody_pays_is_not_claimed(self):
        work = self._work()
        work.set_coverage(coverage="out_of_warranty", reason="Misuse")
        with self.assertRaisesRegex(UserError, "nothing to claim"):
            work.claim_from_manufacturer()

    # === FIXES === #

    def test_one_visit_that_holds_is_a_first_time_fix(self):
        first, second, third = (self._create_intervention() for _turn in range(3))
        self._plan(first)
        self._plan(second)
        self._plan(second, start=at(13), stop=at(14))
        self._plan(third)
        (first | second | third).write({"state": "done", "close_date": "2026-11-10 10:00:00"})
        self._create_intervention(rework_of_id=third.id)
        self.env.flush_all()
        rows = self.env["service.fix.report"].search(
            [("intervention_id", "in", (first | second | third).ids)], order="id"
        )
        self.assertEqual(rows.mapped("first_time_fix"), [100.0, 0.0, 0.0])
        self.assertEqual(rows.mapped("returned"), [0.0, 0.0, 100.0])
        self.assertEqual(rows.product_id, self.part)

    # === WHO MAY === #

    def test_costs_are_for_those_who_may_see_them(self):
        work = self._work()
        for user in (self.user_technician, self.user_dispatcher, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._figures([], [], "cost", user=user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                work.with_user(user).claim_from_manufacturer()
        with self.assertRaises(AccessError):
            self.env["service.fix.report"].with_user(self.user_technician).search([])
        self.assertTrue(self._figures([], [], "cost", user=self.user_accountant))

    def test_another_company_sees_none_of_our_costs(self):
        self._work()
        other = self.env["res.company"].create({"name": "Other firm"})
        stranger = self._user("stranger_t", "field_service.field_service_group_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for model in ("service.cost.report", "service.fix.report", "service.warranty.claim"):
            seen = (
                self.env[model]
                .with_user(stranger)
                .with_context(allowed_company_ids=other.ids)
                .search([])
            )
            self.assertFalse(seen)
