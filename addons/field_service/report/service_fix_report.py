from odoo import fields, models
from odoo.tools import SQL


class ServiceFixReport(models.Model):
    """How often a repair holds: a row for each finished intervention that was to solve something.

    *Fixed at once*: one visit was enough, and nobody had to come back for it. A *return* repeats
    somebody's earlier repair. It names no technician.
    """

    _name = "service.fix.report"
    _description = "First-time Fixes and Returns"
    _auto = False
    _order = "close_date desc, id desc"
    _rec_name = "intervention_id"
    _depends = {
        "calendar.event": ["active", "intervention_id"],
        "service.equipment": ["product_id", "warranty_term_id"],
        "service.intervention": [
            "cause_id",
            "close_date",
            "commercial_partner_id",
            "company_id",
            "equipment_ids",
            "follow_up_kind",
            "origin_id",
            "rework_of_id",
            "state",
            "type_id",
        ],
        "service.intervention.type": ["needs_solution"],
        "service.warranty.term": ["manufacturer_id"],
    }

    intervention_id = fields.Many2one("service.intervention", readonly=True)
    close_date = fields.Datetime(string="Closed on", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    type_id = fields.Many2one("service.intervention.type", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    cause_id = fields.Many2one("service.cause", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    manufacturer_id = fields.Many2one("res.partner", readonly=True)
    intervention_count = fields.Integer(string="Interventions", readonly=True)
    visit_count = fields.Float(string="Visits each", readonly=True, aggregator="avg")
    first_time_fix = fields.Float(string="Fixed at once (%)", readonly=True, aggregator="avg")
    returned = fields.Float(
        string="Came back (%)",
        readonly=True,
        aggregator="avg",
        help="Somebody had to come back for it: a return visit, or the same fault again.",
    )

    # === QUERY === #

    @property
    def _table_query(self):
        return SQL(
            """SELECT i.id,
                      i.id AS intervention_id,
                      i.close_date,
                      i.company_id,
                      i.type_id,
                      i.commercial_partner_id AS partner_id,
                      i.cause_id,
                      q.product_id,
                      q.manufacturer_id,
                      1 AS intervention_count,
                      v.visits AS visit_count,
                      CASE WHEN v.visits <= 1 AND NOT b.back THEN 100.0 ELSE 0.0
                           END AS first_time_fix,
                      CASE WHEN b.back THEN 100.0 ELSE 0.0 END AS returned
                 FROM service_intervention i
                 JOIN service_intervention_type t ON t.id = i.type_id AND t.needs_solution
                 CROSS JOIN LATERAL (
                      SELECT COUNT(*) AS visits FROM calendar_event c
                       WHERE c.intervention_id = i.id AND c.active) v
                 CROSS JOIN LATERAL (
                      SELECT EXISTS (SELECT FROM service_intervention r
                                      WHERE r.rework_of_id = i.id)
                          OR EXISTS (SELECT FROM service_intervention o
                                      WHERE o.origin_id = i.id
                                        AND o.follow_up_kind = 'return') AS back) b
                 LEFT JOIN LATERAL (
                      SELECT e.product_id, w.manufacturer_id
                        FROM %s x
                        JOIN service_equipment e ON e.id = x.service_equipment_id
                        LEFT JOIN service_warranty_term w ON w.id = e.warranty_term_id
                       WHERE x.service_intervention_id = i.id
                       ORDER BY e.id LIMIT 1) q ON TRUE
                WHERE i.state = 'done'""",
            SQL.identifier(self.env["service.intervention"]._fields["equipment_ids"].relation),
        )

    # === ACTIONS === #

    def action_open(self):
        """Open the intervention."""
        self.ensure_one()
        self.check_access("read")
        return self.intervention_id.get_formview_action()
