from odoo import api, fields, models

from ..fees import ALL_GONE, indexed


class ServiceContractRaise(models.TransientModel):
    """Asks by which index a fee changes, and shows the new fee before."""

    _name = "service.contract.raise"
    _description = "Change a Fee by an Index"
    _inherit = ["dialog.mixin"]

    contract_id = fields.Many2one(
        "service.contract", required=True, ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")
    fee_before = fields.Monetary(related="contract_id.fee_amount", string="Fee now")
    percent = fields.Float(
        string="Index (%)",
        required=True,
        digits=(16, 4),
        compute="_compute_percent",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(string="From", required=True, default=fields.Date.context_today)
    note = fields.Char(string="Which index")
    fee_after = fields.Monetary(string="Fee then", compute="_compute_fee_after")

    @api.depends("contract_id")
    def _compute_percent(self):
        for wizard in self:
            wizard.percent = wizard.contract_id.index_percent

    @api.depends("percent", "contract_id")
    def _compute_fee_after(self):
        for wizard in self:
            percent = max(wizard.percent, ALL_GONE + 0.0001)
            wizard.fee_after = indexed(wizard.fee_before, percent)

    def action_confirm(self):
        self.ensure_one()
        self.contract_id.apply_index(
            percent=self.percent, date=fields.Date.to_string(self.date), note=self.note
        )
        return {"type": "ir.actions.act_window_close"}
