from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import FieldServiceCommon, picture


@tagged("post_install", "-at_install")
class TestBlocking(FieldServiceCommon, AccountTestInvoicingCommon):
    """What stays uninvoiced says why, and is counted by it."""

    def _sign(self, intervention):
        made = intervention.with_user(self.user_technician).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    def _counts(self, intervention):
        groups = self.env["service.work.line"]._read_group(
            [("intervention_id", "=", intervention.id), ("billing_state", "=", "blocked")],
            ["blocked_kind"],
            ["__count"],
        )
        return dict(groups)

    def test_each_reason_is_counted(self):
        intervention = self._story_one()
        self.assertEqual(self._counts(intervention), {"unsigned": 5})
        labour = intervention.work_line_ids.filtered(lambda line: line.kind == "labour")
        labour.set_coverage(coverage="to_verify", reason="Ask the maker")
        part = intervention.work_line_ids.filtered(lambda line: line.kind == "part")
        part.price_unit = 0
        self._sign(intervention)
        self.assertEqual(self._counts(intervention), {"to_verify": 1, "no_price": 1})

    def test_more_than_authorised_waits_for_the_customer(self):
        intervention = self._story_one()
        intervention.amount_limit = 349.39
        report = self._sign(intervention)
        self.assertEqual(self._counts(intervention), {"over_limit": 5})
        for line in report.work_line_ids:
            self.assertIn("authorised", line.blocked_reason)
        accountant = report.with_user(self.user_accountant)
        self.assertFalse(accountant.create_invoices()["invoice_ids"])
        # Exactly what was authorised is fine.
        intervention.amount_limit = 349.40
        self.assertFalse(self._counts(intervention))
        invoice = self.env["account.move"].browse(accountant.create_invoices()["invoice_ids"])
        self.assertEqual(invoice.amount_untaxed, 349.40)

    def test_what_others_pay_is_not_counted_against_the_customer(self):
        intervention = self._story_one()
        intervention.amount_limit = 300
        part = intervention.work_line_ids.filtered(lambda line: line.kind == "part")
        part.payer_id = self.other_customer
        self._sign(intervention)
        self.assertFalse(self._counts(intervention))

    def test_no_limit_holds_nothing_back(self):
        intervention = self._story_one()
        self._sign(intervention)
        self.assertFalse(self._counts(intervention))

    def test_a_rate_names_what_stands_on_the_invoice(self):
        product = self.env["product.product"].create({"name": "Specialist", "type": "service"})
        self.env["service.rate"].search(
            [("kind", "=", "labour"), ("time_band", "=", "ordinary")]
        ).product_id = product
        intervention = self._story_one()
        labour = intervention.work_line_ids.filtered(lambda line: line.kind == "labour")
        travel = intervention.work_line_ids.filtered(lambda line: line.kind == "travel")
        self.assertEqual(labour.product_id, product)
        self.assertEqual(travel.product_id, self.env.ref("field_service.product_travel"))

    def test_place_job_order_and_contract_are_taxed_before_the_customer(self):
        positions = self.env["account.fiscal.position"].create(
            [
                {"name": name, "company_id": self.company.id}
                for name in ("Place", "Job order", "Contract")
            ]
        )
        place, job, contracted = positions
        contract = self.env["service.contract"].create(
            {"name": "C", "partner_id": self.customer.id, "fiscal_position_id": contracted.id}
        )
        project = self.env["project.project"].create(
            {"name": "J", "allow_timesheets": True, "fiscal_position_id": job.id}
        )
        intervention = self._create_intervention(contract_id=contract.id)
        self.assertEqual(intervention.fiscal_position_id, contracted)
        intervention.project_id = project
        self.assertEqual(intervention.fiscal_position_id, job)
        self.site.with_company(self.company).service_fiscal_position_id = place
        again = self._create_intervention(contract_id=contract.id, project_id=project.id)
        self.assertEqual(again.fiscal_position_id, place)

    def test_finding_blocks_costs_no_more_queries_per_line(self):
        def queries(count):
            intervention = self._story_one()
            intervention.amount_limit = 1_000
            part = intervention.work_line_ids.filtered(lambda line: line.kind == "part")
            extra = [
                {"kind": "part", "quantity": 1, "product_id": self.part.id, "name": str(number)}
                for number in range(count)
            ]
            intervention.write(
                {"work_line_ids": [Command.create({**part.copy_data()[0], **v}) for v in extra]}
            )
            self.env.flush_all()
            self.env.invalidate_all()
            lines = intervention.work_line_ids
            before = self.env.cr.sql_log_count
            lines._compute_billing_state()
            return self.env.cr.sql_log_count - before

        self.assertEqual(queries(1), queries(30))
