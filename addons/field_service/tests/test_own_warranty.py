from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import MONDAY, FieldServiceCommon, at, picture


@tagged("post_install", "-at_install")
class TestOwnWarranty(FieldServiceCommon):
    """What we repaired or installed ourselves, and have to do again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wear, cls.misuse = cls.env["service.cause"].create(
            [
                {"name": "Loose contact"},
                {"name": "Misuse", "excludes_warranty": True},
            ]
        )
        cls.part.service_warranty_months = 12

    def _repaired(self, cause=None, days_ago=10, **values):
        """A repair of the same machine, finished some days ago."""
        repair = self._create_intervention(**values)
        repair.write(
            {
                "cause_id": (cause or self.wear).id,
                "state": "done",
                "close_date": self.env.cr.now() - timedelta(days=days_ago),
            }
        )
        return repair

    def _work(self, intervention, **values):
        return self._record(
            intervention, {"kind": "labour", "start": at(8), "stop": at(10), **values}
        )

    def _planned(self, **values):
        intervention = self._create_intervention(**values)
        self._plan(intervention)
        return intervention

    # === REWORK === #

    def test_the_same_cause_within_the_days_of_rework_is_at_our_expense(self):
        before = self._repaired()
        again = self._planned(cause_id=self.wear.id)
        again.cause_id = self.wear
        lines = self._work(again)
        self.assertEqual(again.rework_of_id, before)
        for line in lines:
            self.assertEqual((line.coverage, line.amount_invoice), ("warranty", 0))
            self.assertIn(before.number, line.coverage_reason)

    def test_another_cause_or_a_repair_long_ago_or_elsewhere_is_charged(self):
        other = self.equipment.copy({"name": "Other", "serial_number": "X"})
        self._repaired(days_ago=31)
        self._repaired(equipment_ids=[(6, 0, other.ids)])
        self._repaired(cause=self.misuse)
        again = self._planned()
        again.cause_id = self.wear
        self.assertFalse(again.rework_of_id)
        self.assertEqual(set(self._work(again).mapped("coverage")), {"out_of_warranty"})

    def test_the_company_decides_how_long(self):
        self._repaired(days_ago=31)
        again = self._planned()
        self.company.service_rework_days = 40
        self.assertTrue(again.rework_candidate_id)
        self.company.service_rework_days = 0
        again.invalidate_recordset()
        self.assertFalse(again.rework_candidate_id)

    def test_work_recorded_before_the_cause_was_known_is_charged_again(self):
        before = self._repaired()
        again = self._planned()
        lines = self._work(again)
        self.assertEqual(set(lines.mapped("coverage")), {"out_of_warranty"})
        self.assertEqual(again.rework_candidate_id, before)
        again.with_user(self.user_dispatcher).action_confirm_rework()
        self.assertEqual(set(lines.mapped("coverage_rule")), {"rework"})
        self.assertEqual(sum(lines.mapped("amount_invoice")), 0)
        again.with_user(self.user_dispatcher).rework_of_id = False
        self.assertEqual(set(lines.mapped("coverage")), {"out_of_warranty"})

    def test_misuse_is_paid_even_shortly_after_a_repair(self):
        self._repaired()
        again = self._planned()
        lines = self._work(again)
        again.with_user(self.user_dispatcher).action_confirm_rework()
        again.with_user(self.user_dispatcher).cause_id = self.misuse
        self.assertEqual(set(lines.mapped("coverage_rule")), {"rework_excluded_by_cause"})
        self.assertGreater(sum(lines.mapped("amount_invoice")), 0)

    def test_another_fault_is_not_asked_about_again(self):
        self._repaired()
        again = self._planned()
        again.with_user(self.user_dispatcher).action_refuse_rework()
        self.assertFalse(again.rework_candidate_id)
        again.cause_id = self.wear
        self.assertFalse(again.rework_of_id)

    def test_it_is_an_earlier_intervention_of_the_same_customer(self):
        foreign = self._repaired(
            partner_id=self.other_customer.id,
            site_id=False,
            contact_id=False,
            equipment_ids=False,
        )
        again = self._planned()
        with self.assertRaises(ValidationError):
            again.rework_of_id = foreign
        with self.assertRaises(ValidationError):
            again.rework_of_id = again

    def test_technicians_don_t_decide_it(self):
        self._repaired()
        again = self._planned().with_user(self.user_technician)
        self.assertTrue(again.rework_candidate_id)
        with self.assertRaises(AccessError):
            again.action_confirm_rework()
        with self.assertRaises(AccessError):
            again.action_refuse_rework()

    # === WHAT CHANGES AFTERWARDS === #

    def test_a_decision_by_hand_outlives_a_changed_cause(self):
        again = self._planned()
        line = self._work(again).filtered(lambda ln: ln.kind == "labour")
        line.set_coverage(coverage="goodwill", reason="Late arrival")
        self._repaired()
        again.cause_id = self.wear
        self.assertEqual((line.coverage, line.coverage_reason), ("goodwill", "Late arrival"))

    def test_what_the_customer_has_signed_is_verified_by_the_office(self):
        before = self._repaired()
        again = self._planned()
        lines = self._work(again)
        made = again.with_user(self.user_technician).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).sign(name="Giulia", image=picture())
        digest = report.sha256
        again.cause_id = self.wear
        self.assertEqual(again.rework_of_id, before)
        self.assertEqual(set(lines.mapped("coverage")), {"to_verify"})
        self.assertIn(before.number, lines[0].coverage_reason)
        self.assertEqual(report.verify()["intact"], True)
        self.assertEqual(report.sha256, digest)

    def test_a_warranty_is_voided_by_the_cause_written_at_the_end(self):
        term = self.env["service.warranty.term"].create({"name": "Ours", "months": 24})
        self.equipment.write({"warranty_term_id": term.id, "installation_date": MONDAY})
        intervention = self._planned()
        labour = self._work(intervention).filtered(lambda ln: ln.kind == "labour")
        self.assertEqual(labour.coverage, "warranty")
        intervention.cause_id = self.misuse
        self.assertEqual(labour.coverage_rule, "warranty_excluded_by_cause")
        self.assertGreater(labour.amount_invoice, 0)

    def test_hours_of_a_contract_stay_decided(self):
        contract = self.env["service.contract"].create(
            {
                "name": "Bank",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "has_hours_bank": True,
                "included_hours": 3,
            }
        )
        contract.action_open()
        intervention = self._planned(contract_id=contract.id)
        lines = self._work(intervention) | self._work(intervention)
        rules = lines.mapped("coverage_rule")
        self.assertIn("contract_hours", rules)
        intervention.cause_id = self.misuse
        self.assertEqual(lines.mapped("coverage_rule"), rules)
        self.assertEqual(contract.remaining_hours, 0)

    # === PARTS === #

    def _install_part(self, days_ago=100):
        earlier = self._planned()
        (part,) = self._record(
            earlier,
            {
                "kind": "part",
                "date": str(MONDAY - timedelta(days=days_ago)),
                "quantity": 1,
                "product_id": self.part.id,
            },
        ).filtered(lambda ln: ln.kind == "part")
        return part

    def _replace_part(self, **values):
        return self._record(
            self._planned(**values),
            {"kind": "part", "date": str(MONDAY), "quantity": 1, "product_id": self.part.id},
        ).filtered(lambda ln: ln.kind == "part")

    def test_a_part_that_we_installed_is_replaced_for_free_within_its_warranty(self):
        before = self._install_part()
        line = self._replace_part()
        self.assertEqual((line.coverage, line.amount_invoice), ("warranty", 0))
        self.assertIn(before.intervention_id.number, line.coverage_reason)

    def test_the_replacement_doesn_t_begin_a_warranty_of_its_own(self):
        self._install_part(days_ago=300)
        self._replace_part()
        self.part.service_warranty_months = 9
        self.assertEqual(self._replace_part().coverage_rule, "part_warranty_expired")

    def test_parts_elsewhere_or_of_long_ago_are_charged(self):
        other = self.equipment.copy({"name": "Other", "serial_number": "X"})
        self._install_part()
        self.assertEqual(
            self._replace_part(equipment_ids=[(6, 0, other.ids)]).coverage, "out_of_warranty"
        )
        self.part.service_warranty_months = 0
        self.assertEqual(self._replace_part().coverage_rule, "nothing_applies")

    def test_looking_parts_up_costs_one_query_for_any_number(self):
        self._install_part()
        intervention = self._planned()

        parts = self.part.copy() + self.env["product.product"].create(
            [{"name": f"Part {n}", "service_warranty_months": 6} for n in range(40)]
        )

        def cost(count):
            pairs = {(self.equipment.id, part.id) for part in parts[:count]}
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            intervention._get_part_warranties(pairs)
            return self.env.cr.sql_log_count - before

        self.assertEqual(cost(1), cost(40))

    def test_the_office_sets_the_days_of_rework(self):
        settings = Form(self.env["res.config.settings"])
        settings.service_rework_days = 15
        settings.save().execute()
        self.assertEqual(self.company.service_rework_days, 15)

    def test_nothing_is_confirmed_that_is_not_there(self):
        with self.assertRaises(UserError):
            self._planned().action_confirm_rework()
