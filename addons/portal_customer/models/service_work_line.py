from odoo import api, models


class ServiceWorkLine(models.Model):
    """What share users may read of a line: what was done and who pays, never how much."""

    _name = "service.work.line"
    _inherit = ["service.work.line", "portal.readable.mixin"]

    @api.model
    def _portal_readable_fields(self):
        return super()._portal_readable_fields() | {
            "intervention_id",
            "report_id",
            "kind",
            "name",
            "employee_id",
            "equipment_id",
            "date",
            "start",
            "stop",
            "break_minutes",
            "time_band",
            "product_id",
            "serial_number",
            "uom_id",
            "quantity",
            "coverage",
            "coverage_rule",
            "coverage_params",
            "coverage_note",
            "coverage_reason",
        }
