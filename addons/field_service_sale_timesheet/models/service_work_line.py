from odoo import models

from odoo.addons.field_service.models.service_work_line import TIME_KINDS


class ServiceWorkLine(models.Model):
    """Hours of an intervention are invoiced from its report: no sales order bills them too."""

    _inherit = "service.work.line"

    def _prepare_cost_values(self):
        """Override of `field_service`: the timesheet is nobody's sales order item."""
        values = super()._prepare_cost_values()
        if self.kind in TIME_KINDS:
            values |= {"so_line": False, "is_so_line_edited": True}
        return values
