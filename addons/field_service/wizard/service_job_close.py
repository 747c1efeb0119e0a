from odoo import api, fields, models


class ServiceJobClose(models.TransientModel):
    """Shows what is missing before a job order is closed, each with its list."""

    _name = "service.job.close"
    _description = "Close a Job Order"
    _inherit = ["dialog.mixin"]

    project_id = fields.Many2one(
        "project.project", string="Job order", required=True, ondelete="cascade", readonly=True
    )
    line_ids = fields.One2many(
        "service.job.close.line",
        "close_id",
        string="Missing",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    may_close = fields.Boolean(compute="_compute_may_close")
    reason = fields.Char(string="Close it because")

    @api.depends("project_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                fields.Command.create(
                    {"kind": line["kind"], "name": line["label"], "count": line["count"]}
                )
                for line in wizard.project_id.get_closing_checklist()
            ]

    @api.depends("line_ids")
    def _compute_may_close(self):
        for wizard in self:
            wizard.may_close = not wizard.line_ids or wizard.project_id._may_close_incomplete()

    def action_confirm(self):
        self.ensure_one()
        self.project_id.close_job(reason=self.reason or None)
        return {"type": "ir.actions.act_window_close"}


class ServiceJobCloseLine(models.TransientModel):
    """One thing that is missing."""

    _name = "service.job.close.line"
    _description = "Missing for Closing a Job Order"
    _inherit = ["dialog.mixin"]

    close_id = fields.Many2one("service.job.close", required=True, ondelete="cascade")
    kind = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Missing", readonly=True)
    count = fields.Integer(string="Number", readonly=True)

    def action_open(self):
        """Open the list of what is missing."""
        self.ensure_one()
        return self.close_id.project_id._get_closing_action(self.kind)
