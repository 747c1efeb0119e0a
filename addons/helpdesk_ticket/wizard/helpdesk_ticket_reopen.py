from odoo import fields, models


class HelpdeskTicketReopen(models.TransientModel):
    _name = "helpdesk.ticket.reopen"
    _description = "Reopen Tickets"
    _inherit = ["dialog.mixin"]

    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets", required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        self.ticket_ids.reopen(reason=self.reason)
        return {"type": "ir.actions.act_window_close"}
