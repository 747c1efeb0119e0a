from odoo import api, fields, models


class ServiceJobProgress(models.TransientModel):
    """Asks how far a job order is, and invoices up to there."""

    _name = "service.job.progress"
    _description = "Invoice the Progress of a Job Order"
    _inherit = ["dialog.mixin"]

    project_id = fields.Many2one(
        "project.project", string="Job order", required=True, ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(related="project_id.currency_id")
    price = fields.Monetary(related="project_id.service_price")
    billed_percent = fields.Float(related="project_id.service_billed_percent")
    percent = fields.Float(
        string="Reached (%)", required=True, help="Of the whole job order, from its beginning."
    )
    name = fields.Char(string="Description")
    amount = fields.Monetary(
        string="To be invoiced", compute="_compute_amount", help="Before retention and tax."
    )

    @api.depends("percent", "project_id")
    def _compute_amount(self):
        for wizard in self:
            due = wizard.price * wizard.percent / 100 - wizard.project_id.service_billed_amount
            wizard.amount = max(due, 0.0)

    def action_confirm(self):
        self.ensure_one()
        created = self.project_id.bill_progress(percent=self.percent, name=self.name or None)
        return self.env["account.move"].browse(created["invoice_ids"])._get_service_action()
