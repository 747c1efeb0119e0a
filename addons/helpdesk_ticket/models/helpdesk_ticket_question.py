from odoo import api, fields, models


class HelpdeskTicketQuestion(models.Model):
    """A stretch during which a customer's message waited for our answer, after the first one.

    It starts with the first message that is not answered yet and ends with our next one, or with
    the closing of the ticket. What was promised then stands here from then on.
    """

    _name = "helpdesk.ticket.question"
    _description = "Customer Waiting for an Answer"
    _order = "ticket_id, asked_on, id"
    _rec_name = "asked_on"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, index=True, ondelete="cascade", readonly=True
    )
    asked_on = fields.Datetime(required=True, readonly=True)
    answered_on = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    deadline = fields.Datetime(string="Answer by", readonly=True)

    _open_idx = models.UniqueIndex(
        "(ticket_id) WHERE answered_on IS NULL", "This message already waits for an answer."
    )

    @api.model
    def _ask(self, tickets, moment):
        """Note that the customer waits for an answer on these tickets, unless known already."""
        waiting = self.search(
            [("ticket_id", "in", tickets.ids), ("answered_on", "=", False)]
        ).ticket_id
        self.create([{"ticket_id": ticket.id, "asked_on": moment} for ticket in tickets - waiting])

    @api.model
    def _answer(self, tickets, moment, user):
        """Note that whoever waited on these tickets has got an answer."""
        pending = self.search([("ticket_id", "in", tickets.ids), ("answered_on", "=", False)])
        for question in pending:
            question.write(
                {
                    "answered_on": moment,
                    "answered_by_id": user.id,
                    "deadline": question.ticket_id.next_response_deadline,
                }
            )
