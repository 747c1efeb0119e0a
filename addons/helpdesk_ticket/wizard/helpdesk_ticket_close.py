from odoo import api, fields, models


class HelpdeskTicketClose(models.TransientModel):
    """Asks for the two sentences that make a solved problem findable."""

    _name = "helpdesk.ticket.close"
    _description = "Close Tickets"
    _inherit = ["dialog.mixin", "knowledge.closing.mixin"]
    _closing_field = "ticket_ids"

    ticket_ids = fields.Many2many("helpdesk.ticket", string="Tickets", required=True)
    is_several = fields.Boolean(compute="_compute_is_several")
    cause = fields.Text(compute="_compute_from_ticket", store=True, readonly=False, required=True)
    solution = fields.Text(
        compute="_compute_from_ticket", store=True, readonly=False, required=True
    )

    @api.depends("ticket_ids")
    def _compute_is_several(self):
        for wizard in self:
            wizard.is_several = len(wizard.ticket_ids) > 1

    @api.depends("ticket_ids")
    def _compute_from_ticket(self):
        """What the ticket says already, or else what was used on it."""
        for wizard in self:
            ticket = None if wizard.is_several else wizard.ticket_ids
            proposal = wizard._get_proposal()
            wizard.cause = (ticket and ticket.cause) or proposal.get("cause")
            wizard.solution = (ticket and ticket.solution) or proposal.get("solution")

    def action_confirm(self):
        self.ticket_ids.action_close(solution=self.solution, cause=self.cause)
        self._note_solved()
        return {"type": "ir.actions.act_window_close"}

    def action_confirm_and_make_article(self):
        """Close the ticket, and begin an article with what it tells."""
        self.ticket_ids.ensure_one()
        self.action_confirm()
        return self.ticket_ids.action_make_article()
