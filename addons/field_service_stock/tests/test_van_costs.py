from odoo.tests import tagged

from odoo.addons.field_service.tests.test_profitability import JobOrderCommon


@tagged("post_install", "-at_install")
class TestVanCosts(JobOrderCommon):
    """A part from the van costs its job order once, whoever adds up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "stock.warehouse" not in cls.env:
            cls.skipTest(cls, "Odoo's stock is not installed here.")
        warehouses = cls.env["stock.warehouse"]
        if not warehouses.search([("company_id", "=", cls.company.id)], limit=1):
            warehouses.create({"name": "Main", "code": "MAIN", "company_id": cls.company.id})
        cls.part.is_storable = True
        cls.work = cls._create_intervention(project_id=cls.project.id)
        cls._plan(cls.work)
        cls.line = cls._record(
            cls.work,
            {"kind": "part", "date": "2026-11-09", "quantity": 2, "product_id": cls.part.id},
        ).filtered(lambda line: line.kind == "part")

    def _read_actual(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return {kind: cost for kind, cost in self.project._get_actual_costs().items() if any(cost)}

    def test_the_budget_counts_it_once(self):
        self.assertTrue(self.line.stock_move_ids.analytic_account_line_ids)
        self.assertEqual(self._read_actual(), {"part": (0.0, 82.4)})
        self.line.unlink()
        self.assertEqual(self._read_actual(), {})

    def test_the_report_of_costs_knows_what_it_cost(self):
        self.line.quantity = 3
        self.line.quantity = 1
        self.env.flush_all()
        rows = self.env["service.cost.report"]._read_group(
            [("intervention_id", "=", self.work.id), ("kind", "=", "part")], [], ["cost:sum"]
        )
        self.assertEqual(rows, [(41.2,)])

    def test_sold_with_perpetual_valuation_it_costs_once(self):
        valued, sold = self.env["account.account"].create(
            [
                {"name": "Stock", "code": "STOCKT", "account_type": "asset_current"},
                {"name": "Sold", "code": "SOLDT", "account_type": "expense_direct_cost"},
            ]
        )
        self.part.categ_id = self.env["product.category"].create(
            {
                "name": "Perpetual",
                "property_valuation": "real_time",
                "property_stock_valuation_account_id": valued.id,
                "property_account_expense_categ_id": sold.id,
            }
        )
        invoice = self._invoice(self._sign(self.work))
        invoice.action_post()
        costs = self.env["account.analytic.line"].search(
            [("account_id", "=", self.account.id), ("amount", "<", 0)]
        )
        self.assertEqual(costs.mapped("amount"), [-82.4])
        refund = invoice._reverse_moves([{"invoice_date": "2026-11-30"}])
        refund.action_post()
        for move, amount in ((invoice, 82.4), (refund, -82.4)):
            entry = move.line_ids.filtered(lambda line: line.account_id == sold)
            self.assertEqual((entry.balance, entry.analytic_distribution), (amount, False))
