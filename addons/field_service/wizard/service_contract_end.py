from odoo import api, fields, models
from odoo.tools import format_amount


class ServiceContractEnd(models.TransientModel):
    """Asks on which day a contract ends, and shows what of its fees is taken back."""

    _name = "service.contract.end"
    _description = "End a Contract"
    _inherit = ["dialog.mixin"]

    contract_id = fields.Many2one(
        "service.contract", required=True, ondelete="cascade", readonly=True
    )
    date = fields.Date(string="Last day", required=True, default=fields.Date.context_today)
    preview = fields.Char(compute="_compute_preview")

    @api.depends("contract_id", "date")
    def _compute_preview(self):
        for wizard in self:
            contract, day = wizard.contract_id, wizard.date
            credited = sum(
                contract._get_amount_after(fee, day)
                for fee in (contract._get_fees_after(day) if day else ())
            )
            wizard.preview = (
                self.env._(
                    "%(amount)s of fees for later days are taken back.",
                    amount=format_amount(self.env, credited, contract.currency_id),
                )
                if credited
                else False
            )

    def action_confirm(self):
        self.ensure_one()
        ended = self.contract_id.end_contract(date=fields.Date.to_string(self.date))
        if ended["credit_ids"]:
            credits = self.env["account.move"].browse(ended["credit_ids"])
            action = credits._get_service_action()
            return {**action, "context": {"default_move_type": "out_refund"}}
        return {"type": "ir.actions.act_window_close"}
