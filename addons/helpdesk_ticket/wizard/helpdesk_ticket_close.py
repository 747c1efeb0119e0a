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

    entry_id = fields.Many2one(
        "knowledge.entry",
        string="Solved by",
        ondelete="set null",
        help="The solved problem whose solution helped: it will be offered earlier.",
    )

    @api.depends("ticket_ids")
    def _compute_from_ticket(self):
        for wizard in self:
            ticket = wizard.ticket_ids if len(wizard.ticket_ids) == 1 else None
            wizard.cause = ticket and ticket.cause
            wizard.solution = ticket and ticket.solution

    def action_confirm(self):
        self.ticket_ids.action_close(solution=self.solution, cause=self.cause)
        if self.entry_id:
            for ticket in self.ticket_ids:
                self.env["knowledge.event"].record(
                    self.entry_id.ids, "solved", ticket._name, ticket.id
                )
        return {"type": "ir.actions.act_window_close"}
