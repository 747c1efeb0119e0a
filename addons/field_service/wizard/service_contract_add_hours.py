from odoo import fields, models


class ServiceContractAddHours(models.TransientModel):
    """Asks how many hours are added to an hours bank, at which price and until when."""

    _name = "service.contract.add.hours"
    _description = "Top up the Hours Bank"
    _inherit = ["dialog.mixin"]

    contract_id = fields.Many2one(
        "service.contract", required=True, ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")
    remaining_hours = fields.Float(related="contract_id.remaining_hours", string="Hours left now")
    hours = fields.Float(string="Hours added", required=True)
    price = fields.Monetary(help="Of all hours together, before tax. Nothing makes no invoice.")
    valid_until = fields.Date(help="What is left of them on this day lapses.")

    def action_confirm(self):
        self.ensure_one()
        added = self.contract_id.top_up(
            hours=self.hours,
            price=self.price,
            valid_until=fields.Date.to_string(self.valid_until) or None,
            # A dialog that is sent twice adds its hours once.
            request_uuid=f"{self._name}-{self.id}",
        )
        if not added["invoice_ids"]:
            return {"type": "ir.actions.act_window_close"}
        return self.env["account.move"].browse(added["invoice_ids"])._get_service_action()
