from odoo import fields, models


class ServiceWorkLineCover(models.TransientModel):
    """Asks who pays for lines, and why, when somebody decides by hand."""

    _name = "service.work.line.cover"
    _description = "Decide who Pays"
    _inherit = ["dialog.mixin"]

    line_ids = fields.Many2many("service.work.line", string="Work lines", required=True)
    coverage = fields.Selection(selection="_selection_coverage", required=True)
    reason = fields.Char(required=True)

    def _selection_coverage(self):
        field = self.env["service.work.line"]._fields["coverage"]
        return field._description_selection(self.env)

    def action_confirm(self):
        self.line_ids.set_coverage(coverage=self.coverage, reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
