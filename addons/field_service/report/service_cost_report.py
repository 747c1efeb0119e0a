from odoo import fields, models
from odoo.tools import SQL

from ..models.service_rate import KIND_SELECTION


class ServiceCostReport(models.Model):
    """What service costs and brings: a row for each work line, invoiced fee, top-up and claim.

    Costs of warranty and goodwill by product, serial number, cause and manufacturer, and the result
    of a contract: fees and what is charged, less the work. It names no technician.
    """

    _name = "service.cost.report"
    _description = "Costs of Service"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "intervention_id"
    _depends = {
        "account.analytic.line": ["amount"],
        "service.contract": ["company_id", "partner_id"],
        "service.contract.fee": ["amount", "contract_id", "credited_amount", "date_from"],
        "service.contract.top.up": ["contract_id", "date", "price"],
        "service.equipment": ["product_id", "serial_number", "warranty_term_id"],
        "service.intervention": [
            "cause_id",
            "commercial_partner_id",
            "contract_id",
            "project_id",
            "type_id",
        ],
        "service.warranty.claim": [
            "company_id",
            "date",
            "equipment_id",
            "intervention_id",
            "manufacturer_id",
            "recovered_amount",
        ],
        "service.warranty.term": ["manufacturer_id"],
        "service.work.line": [
            "amount_invoice",
            "analytic_line_id",
            "bill_amount",
            "billing_state",
            "company_id",
            "contract_id",
            "coverage",
            "date",
            "equipment_id",
            "intervention_id",
            "is_bill_posted",
            "kind",
            "quantity",
        ],
    }

    source = fields.Selection(
        selection=[
            ("work", "Work"),
            ("fee", "Fee"),
            ("top_up", "Top-up"),
            ("claim", "Claim"),
        ],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    intervention_id = fields.Many2one("service.intervention", readonly=True)
    type_id = fields.Many2one("service.intervention.type", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    project_id = fields.Many2one("project.project", string="Job order", readonly=True)
    contract_id = fields.Many2one("service.contract", readonly=True)
    equipment_id = fields.Many2one("service.equipment", readonly=True)
    serial_number = fields.Char(readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    manufacturer_id = fields.Many2one("res.partner", readonly=True)
    cause_id = fields.Many2one("service.cause", readonly=True)
    kind = fields.Selection(selection=KIND_SELECTION, string="Kind of cost", readonly=True)
    coverage = fields.Selection(
        selection=lambda self: self.env["service.work.line"]._fields["coverage"].selection,
        readonly=True,
    )
    hours = fields.Float(readonly=True)
    cost = fields.Monetary(readonly=True)
    warranty_cost = fields.Monetary(
        string="Cost of warranty", readonly=True, help="Work in warranty that nobody pays us."
    )
    goodwill_cost = fields.Monetary(string="Cost of goodwill", readonly=True)
    own_cost = fields.Monetary(
        string="Warranty and goodwill",
        readonly=True,
        help="What work costs that nobody pays us.",
    )
    revenue = fields.Monetary(readonly=True, help="Fees, top-ups, and work to be paid.")
    recovered = fields.Monetary(readonly=True, help="What manufacturers have paid back.")
    margin = fields.Monetary(readonly=True)

    # === QUERY === #

    @property
    def _table_query(self):
        return SQL(
            """SELECT r.*,
                      r.warranty_cost + r.goodwill_cost AS own_cost,
                      r.revenue + r.recovered - r.cost AS margin
                 FROM (%s UNION ALL %s UNION ALL %s UNION ALL %s) r""",
            self._select_work(),
            self._select_fees(),
            self._select_top_ups(),
            self._select_claims(),
        )

    def _select_work(self):
        cost = self._get_cost_sql()
        return SQL(
            """SELECT l.id * 4::bigint AS id,
                      'work' AS source,
                      l.date,
                      l.company_id,
                      l.intervention_id,
                      i.type_id,
                      i.commercial_partner_id AS partner_id,
                      i.project_id,
                      COALESCE(l.contract_id, i.contract_id) AS contract_id,
                      l.equipment_id,
                      e.serial_number,
                      e.product_id,
                      t.manufacturer_id,
                      i.cause_id,
                      l.kind,
                      l.coverage,
                      CASE WHEN l.kind IN ('labour', 'travel', 'waiting')
                           THEN l.quantity ELSE 0 END AS hours,
                      c.cost,
                      CASE WHEN l.coverage = 'warranty' AND l.billing_state = 'covered'
                           THEN c.cost ELSE 0 END AS warranty_cost,
                      CASE WHEN l.coverage = 'goodwill' THEN c.cost ELSE 0 END AS goodwill_cost,
                      CASE WHEN l.billing_state IN ('to_bill', 'billed')
                           THEN l.amount_invoice ELSE 0 END AS revenue,
                      0::numeric AS recovered
                 FROM service_work_line l
                 JOIN service_intervention i ON i.id = l.intervention_id
                 LEFT JOIN service_equipment e ON e.id = l.equipment_id
                 LEFT JOIN service_warranty_term t ON t.id = e.warranty_term_id
                 LEFT JOIN account_analytic_line a ON a.id = l.analytic_line_id
                 CROSS JOIN LATERAL (SELECT COALESCE(%s, 0)::numeric AS cost) c""",
            cost,
        )

    def _get_cost_sql(self):
        """What a work line ``l`` with cost line ``a`` costs; an override knows expenses."""
        return SQL("CASE WHEN l.is_bill_posted THEN l.bill_amount ELSE -a.amount END")

    def _select_fees(self):
        return SQL(
            """SELECT f.id * 4::bigint + 1, 'fee', f.date_from, k.company_id, NULL::int, NULL::int,
                      k.partner_id, NULL::int, k.id, NULL::int, NULL, NULL::int, NULL::int,
                      NULL::int, NULL, NULL, 0, 0, 0, 0,
                      f.amount - COALESCE(f.credited_amount, 0), 0
                 FROM service_contract_fee f
                 JOIN service_contract k ON k.id = f.contract_id
                WHERE f.invoice_line_id IS NOT NULL"""
        )

    def _select_top_ups(self):
        return SQL(
            """SELECT u.id * 4::bigint + 2, 'top_up', u.date, k.company_id, NULL::int, NULL::int,
                      k.partner_id, NULL::int, k.id, NULL::int, NULL, NULL::int, NULL::int,
                      NULL::int, NULL, NULL, 0, 0, 0, 0, COALESCE(u.price, 0), 0
                 FROM service_contract_top_up u
                 JOIN service_contract k ON k.id = u.contract_id"""
        )

    def _select_claims(self):
        return SQL(
            """SELECT m.id * 4::bigint + 3, 'claim', m.date, m.company_id, m.intervention_id,
                      i.type_id, i.commercial_partner_id, i.project_id, i.contract_id,
                      m.equipment_id, e.serial_number, e.product_id, m.manufacturer_id, i.cause_id,
                      NULL, NULL, 0, 0, 0, 0, 0, COALESCE(m.recovered_amount, 0)
                 FROM service_warranty_claim m
                 JOIN service_intervention i ON i.id = m.intervention_id
                 LEFT JOIN service_equipment e ON e.id = m.equipment_id"""
        )
