from odoo import api, fields, models


class ServiceReportAsk(models.TransientModel):
    """Asks to whom the link goes by which a report is read and signed."""

    _name = "service.report.ask"
    _description = "Ask for a Signature"
    _inherit = ["dialog.mixin"]

    report_id = fields.Many2one("service.report", required=True)
    signatory_ids = fields.Many2many("res.partner", compute="_compute_signatory_ids")
    partner_id = fields.Many2one(
        "res.partner",
        string="Who signs",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    email = fields.Char(related="partner_id.email")

    @api.depends("report_id")
    def _compute_signatory_ids(self):
        for wizard in self:
            wizard.report_id.sudo(False).check_access("read")
            wizard.signatory_ids = wizard.report_id._get_signatories()

    @api.depends("report_id")
    def _compute_partner_id(self):
        for wizard in self:
            # Stored values are worked out in sudo: only for who may read what they come from.
            wizard.report_id.sudo(False).check_access("read")
            wizard.partner_id = wizard.report_id._get_signatories()[:1]

    def action_confirm(self):
        self.ensure_one()
        asked = self.report_id.ask_signature(partner_id=self.partner_id.id or None)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(name)s has been mailed the link to sign.", name=asked["name"]
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
