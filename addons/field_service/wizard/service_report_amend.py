from odoo import fields, models


class ServiceReportAmend(models.TransientModel):
    """Asks what was wrong on a closed report before a new one takes its work over."""

    _name = "service.report.amend"
    _description = "Amend a Report"
    _inherit = ["dialog.mixin"]

    report_id = fields.Many2one("service.report", required=True)
    reason = fields.Char(string="What was wrong", required=True)

    def action_confirm(self):
        self.ensure_one()
        amended = self.report_id.amend(reason=self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.report",
            "res_id": amended["report_id"],
            "views": [(False, "form")],
        }
