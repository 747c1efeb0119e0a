from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import FieldServiceCommon, at, picture


class JobOrderCommon(FieldServiceCommon, AccountTestInvoicingCommon):
    """A job order with an analytic account of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.tax_sale_a.copy({"name": "22% test", "amount": 22})
        products = cls.env["product.product"].search([("type", "=", "service")]) | cls.part
        products.taxes_id = [Command.set(cls.tax.ids)]
        cls.account = cls.env["account.analytic.account"].create(
            {
                "name": "Plant",
                "plan_id": cls.env.ref("analytic.analytic_plan_projects").id,
                "company_id": cls.company.id,
            }
        )
        cls.project = cls.env["project.project"].create(
            {
                "name": "Plant",
                "allow_timesheets": True,
                "account_id": cls.account.id,
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
            }
        )
        cls.user_accountant.group_ids += cls.env.ref("project.group_project_user")
        cls.user_technician.group_ids += cls.env.ref("project.group_project_user")
        cls.outside.write({"settled_by_bill": True, "hourly_cost": 32.0})

    @classmethod
    def _sign(cls, intervention):
        made = intervention.with_user(cls.user_dispatcher).make_report()
        report = cls.env["service.report"].browse(made["report_id"])
        report.with_user(cls.user_dispatcher).sign(name="Giulia", image=picture("black"))
        return report

    @classmethod
    def _invoice(cls, reports):
        made = reports.with_user(cls.user_accountant).create_invoices()
        invoice = cls.env["account.move"].browse(made["invoice_ids"])
        invoice.invoice_date = "2026-11-30"
        return invoice

    @classmethod
    def _work_on_job(cls):
        intervention = cls._create_intervention(project_id=cls.project.id)
        cls._plan(intervention)
        cls._record(
            intervention,
            {"kind": "travel", "start": at(7), "stop": at(8, 10)},
            {"kind": "labour", "start": at(8, 10), "stop": at(10, 30)},
            {"kind": "part", "date": "2026-11-09", "quantity": 1, "product_id": cls.part.id},
        )
        return intervention

    @classmethod
    def _work_of_contractor(cls):
        """Two hours at 32.00 that a vendor bill is expected for."""
        intervention = cls._create_intervention(project_id=cls.project.id)
        cls._plan(intervention, cls.outside, start=at(12), stop=at(15))
        lines = cls._record(
            intervention,
            {
                "kind": "labour",
                "start": at(12),
                "stop": at(14),
                "employee_id": cls.outside.id,
            },
            user=cls.user_dispatcher,
        )
        return lines.filtered(lambda line: line.kind == "labour")

    @classmethod
    def _bill(cls, amount, account=None):
        return cls.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": cls.user_outside.partner_id.id,
                "invoice_date": "2026-11-30",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "November",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": False,
                            "analytic_distribution": account and {str(account.id): 100},
                        }
                    )
                ],
            }
        )

    def _panel(self, user=None):
        """Totals of Odoo's panel: revenue invoiced and to come, cost billed and to come."""
        self.env.flush_all()
        self.env.invalidate_all()
        data = self.project.with_user(user or self.user_accountant).get_panel_data()
        items = data["profitability_items"]
        for side in ("revenues", "costs"):
            for key, total in items[side]["total"].items():
                self.assertAlmostEqual(
                    sum(section.get(key, 0) for section in items[side]["data"]), total
                )
            labels = data["profitability_labels"]
            self.assertTrue(all(labels.get(s["id"]) for s in items[side]["data"]))
        revenue, cost = items["revenues"]["total"], items["costs"]["total"]
        return tuple(
            round(amount, 2)
            for amount in (
                revenue["invoiced"],
                revenue["to_invoice"],
                cost["billed"],
                cost["to_bill"],
            )
        )


@tagged("post_install", "-at_install")
class TestProfitability(JobOrderCommon):
    """Revenue, cost and margin of a job order in Odoo's own panel: no euro is missing, none stands
    there twice, with or without Odoo's sales apps.
    """

    def test_hours_and_parts_are_costs_and_signed_work_is_revenue_to_come(self):
        intervention = self._work_on_job()
        self.assertEqual(self._panel(), (0, 0, -139.20, 0))
        self._sign(intervention)
        # 1.25 × 38 + 2.5 × 50 + 86.50 + the call-out of 40.
        self.assertEqual(self._panel(), (0, 299.00, -139.20, 0))

    def test_work_on_an_invoice_is_revenue_once(self):
        invoice = self._invoice(self._sign(self._work_on_job()))
        self.assertEqual(self._panel(), (0, 299.00, -139.20, 0))
        invoice.action_post()
        self.assertEqual(self._panel(), (299.00, 0, -139.20, 0))
        invoice._reverse_moves([{"invoice_date": "2026-11-30"}], cancel=True)
        self.assertEqual(self._panel(), (0, 299.00, -139.20, 0))

    def test_a_contractor_costs_what_they_accrue_until_their_bill_is_posted(self):
        work = self._work_of_contractor()
        self.assertEqual(self._panel()[2:], (-64.0, 0))
        bill = self._bill(70.0)
        bill.invoice_line_ids.with_user(self.user_accountant).match_service_work(
            work_line_ids=work.ids
        )
        self.assertEqual(self._panel()[2:], (-64.0, 0))
        bill.action_post()
        self.assertEqual(self._panel()[2:], (-70.0, 0))
        bill.button_draft()
        self.assertEqual(self._panel()[2:], (-64.0, 0))

    def test_other_bills_and_entries_are_costs(self):
        self._create_intervention(project_id=self.project.id)
        bill = self._bill(500.0, self.account)
        self.assertEqual(self._panel()[2:], (0, -500.0))
        bill.action_post()
        self.assertEqual(self._panel()[2:], (-500.0, 0))
        journal = self.company_data["default_journal_misc"]
        accounts = (
            self.company_data["default_account_expense"],
            self.company_data["default_account_assets"],
        )
        entry = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": "2026-11-30",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "analytic_distribution": distribution,
                        }
                    )
                    for account, balance, distribution in zip(
                        accounts, (12.5, -12.5), ({str(self.account.id): 100}, False), strict=True
                    )
                ],
            }
        )
        entry.action_post()
        self.assertEqual(self._panel()[2:], (-512.5, 0))

    def test_the_margin_is_that_of_the_analytic_account(self):
        """All together: hours, a part, a contractor's bill, another bill, an invoice."""
        invoice = self._invoice(self._sign(self._work_on_job()))
        invoice.action_post()
        work = self._work_of_contractor()
        bill = self._bill(70.0)
        bill.invoice_line_ids.with_user(self.user_accountant).match_service_work(
            work_line_ids=work.ids
        )
        (bill | self._bill(500.0, self.account)).action_post()
        revenue, _to_invoice, cost, _to_bill = self._panel()
        lines = self.env["account.analytic.line"].search([("account_id", "=", self.account.id)])
        self.assertEqual(round(revenue + cost, 2), round(sum(lines.mapped("amount")), 2))
        self.assertEqual((revenue, cost), (299.0, -139.20 - 70 - 500))

    def test_sections_open_what_they_count(self):
        models = {"service_invoices": "account.move", "service_entries": "account.analytic.line"}
        for section, model in models.items():
            action = self.project.action_profitability_items(section, [("id", "in", [0])])
            self.assertEqual((action["res_model"], action["domain"]), (model, [("id", "in", [0])]))

    def test_who_may_not_see_costs_sees_no_margin(self):
        self._work_on_job()
        data = self.project.with_user(self.user_technician).get_panel_data()
        self.assertNotIn("profitability_items", data)
        values = self.project.with_user(self.user_technician)._get_profitability_values()
        self.assertEqual(values, ({}, False))

    def test_the_panel_costs_no_query_per_line(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.project.with_user(self.user_accountant).get_panel_data()
            return self.env.cr.sql_log_count - before

        self._invoice(self._sign(self._work_on_job())).action_post()
        queries()
        few = queries()
        for _turn in range(3):
            self._invoice(self._sign(self._work_on_job())).action_post()
        self.assertLessEqual(queries(), few + 2)
