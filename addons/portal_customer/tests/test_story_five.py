from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.expense_capture.tests.common import ExpenseCaptureCommon
from odoo.addons.field_service.tests.common import MONDAY, at, picture


@tagged("post_install", "-at_install")
class TestStoryFive(ExpenseCaptureCommon, HttpCase):
    """Acceptance story 5: two payers, one subcontractor, each euro once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["account.analytic.account"].create(
            {
                "name": "Job order",
                "plan_id": cls.env.ref("analytic.analytic_plan_projects").id,
                "company_id": cls.company.id,
            }
        )
        cls.company.service_project_id = cls.env["project.project"].create(
            {
                "name": "Service",
                "allow_timesheets": True,
                "account_id": cls.account.id,
                "company_id": cls.company.id,
            }
        )
        cls.maker = cls.env["res.partner"].create({"name": "Maker", "is_company": True})
        term = cls.env["service.warranty.term"].create(
            {
                "name": "The maker's",
                "months": 24,
                "payer": "manufacturer",
                "manufacturer_id": cls.maker.id,
                "covers_travel": True,
            }
        )
        cls.equipment.write({"warranty_term_id": term.id, "installation_date": "2026-01-10"})
        cls.env["service.rate"].create(
            [
                {
                    "kind": kind,
                    "price": price,
                    "partner_id": cls.maker.id,
                    "company_id": cls.company.id,
                    "date_from": "2026-01-01",
                }
                for kind, price in (("flat_fee", 65.0), ("mileage", 0.35))
            ]
        )
        # The sensor comes free from the maker.
        cls.part.standard_price = 0
        cls.outside.write({"settled_by_bill": True, "hourly_cost": 32.0})
        cls.company.expense_charge = "none"

    def _analytic(self):
        self.env.flush_all()
        lines = self.env["account.analytic.line"].search([("account_id", "=", self.account.id)])
        cost = -sum(line.amount for line in lines if line.amount < 0)
        return round(cost, 2), round(sum(lines.mapped("amount")), 2)

    def _work(self):
        """What the subcontractor records on the job, repair and cleaning."""
        job = self._create_intervention(
            type_id=self.type_repair.id, technician_ids=[Command.set(self.outside.ids)]
        )
        self._record(
            job,
            {"kind": "labour", "start": at(8), "stop": at(9, 30), "name": "Repair"},
            {"kind": "labour", "start": at(9, 30), "stop": at(10), "name": "Cleaning"},
            {"kind": "mileage", "date": str(MONDAY), "quantity": 50},
            {"kind": "part", "date": str(MONDAY), "quantity": 1, "product_id": self.part.id},
            {"kind": "flat_fee", "date": str(MONDAY), "quantity": 1, "name": "Flat fee"},
            user=self.user_outside,
        )
        parking = self._add(job, user=self.user_outside, kind="parking", amount=6.00)
        return job, parking

    def _settle(self, job):
        """The office says who pays for what."""
        lines = {line.name: line.with_user(self.user_dispatcher) for line in job.work_line_ids}
        of_kind = {line.kind: line.with_user(self.user_dispatcher) for line in job.work_line_ids}
        lines["Repair"].set_coverage("goodwill", "Included in the maker's flat fee")
        of_kind["part"].set_coverage("goodwill", "Supplied free by the maker")
        lines["Cleaning"].set_coverage("out_of_warranty", "The customer asked for it")
        lines["Cleaning"].payer_id = self.customer
        lines["Flat fee"].set_coverage("out_of_warranty", "The maker pays a flat fee")
        lines["Flat fee"].payer_id = self.maker

    def test_two_payers_a_subcontractor_and_each_euro_once(self):
        job, parking = self._work()
        report = self.env["service.report"].browse(
            job.with_user(self.user_outside).make_report()["report_id"]
        )
        report.with_user(self.user_outside).sign(name="Giulia", image=picture("black"))
        self._settle(job)
        invoices = self._invoice(report)
        self.assertEqual(
            {
                invoice.partner_id: (
                    invoice.amount_untaxed,
                    invoice.amount_tax,
                    invoice.amount_total,
                )
                for invoice in invoices
            },
            {self.maker: (82.50, 18.15, 100.65), self.customer: (25.00, 5.50, 30.50)},
        )
        billed = job.work_line_ids.filtered("invoice_line_id")
        self.assertEqual(sum(billed.mapped("amount_invoice")), 107.50)
        for line in job.work_line_ids - billed:
            self.assertEqual((line.billing_state, line.amount_invoice), ("covered", 0))
            self.assertTrue(line.coverage_reason)
        invoices.invoice_date = MONDAY
        invoices.with_user(self.user_accountant).action_post()
        self.assertEqual(sum(invoices.mapped("amount_residual")), 131.15)

        self._bill(job, parking)
        self.assertEqual(self._analytic(), (70.00, 37.50))
        self._check_what_the_subcontractor_sees(job)

    def _bill(self, job, parking):
        """The pre-bill is 70.00; his bill takes its place, and nothing is reimbursed."""
        self._approve(parking)
        with self.assertRaisesRegex(UserError, "neither posted nor reimbursed"):
            parking.with_user(self.user_approver).action_post()
        expected = job.work_line_ids.filtered("expects_bill")
        self.assertEqual(sum(expected.mapped("expected_bill_amount")), 70.00)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.user_outside.partner_id.id,
                "invoice_date": "2026-11-30",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "November", "quantity": 1, "price_unit": 70.0, "tax_ids": False}
                    )
                ],
            }
        )
        bill.invoice_line_ids.with_user(self.user_accountant).match_service_work(
            work_line_ids=expected.ids
        )
        bill.action_post()
        self.assertEqual(sum(expected.mapped("amount_cost")), 70.00)
        self.assertFalse(parking.account_move_id)

    def _check_what_the_subcontractor_sees(self, job):
        own = job.work_line_ids.with_user(self.user_outside)
        for name in ("price_unit", "amount_invoice", "amount_cost", "invoice_line_id"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                own.read([name])
        self.authenticate(self.user_outside.login, self.user_outside.login)
        page = self.url_open(f"/my/interventions/{job.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(job.number, page.text)
        for amount in ("82.50", "82,50", "25.00", "25,00", "65.00", "65,00"):
            self.assertNotIn(amount, page.text)
