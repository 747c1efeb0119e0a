from odoo import api, fields, models


class HelpdeskTicketClose(models.TransientModel):
    """Asks for the two sentences that make a solved problem findable."""

    _name = "helpdesk.ticket.close"
    _description = "Close Tickets"

    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets", required=True)
    cause = fields.Text(compute="_compute_from_ticket", store=True, readonly=False, required=True)
    solution = fields.Text(
        compute="_compute_from_ticket", store=True, readonly=False, required=True
    )

    @api.depends("ticket_ids")
    def _compute_from_ticket(self):
        for wizard in self:
            ticket = wizard.ticket_ids if len(wizard.ticket_ids) == 1 else None
            wizard.cause = ticket and ticket.cause
            wizard.solution = ticket and ticket.solution

    def action_confirm(self):
        self.ticket_ids.action_close(solution=self.solution, cause=self.cause)
        return {"type": "ir.actions.act_window_close"}
