from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import sla_clock
from ..sla_clock import Segment

HOUR = timedelta(hours=1)

# Nobody can send this object from outside: only this file ends a stretch.
HISTORY = object()


class HelpdeskTicketSegment(models.Model):
    """A stretch of a ticket's life in one stage: the history that the service level rests on.

    Written when a ticket changes stage, never changed afterwards: what counted as "ours" then keeps
    doing so, whatever is set up later.
    """

    _name = "helpdesk.ticket.segment"
    _description = "Stretch of a Ticket's Life"
    _order = "ticket_id, start, id"
    _rec_name = "stage_id"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, index=True, ondelete="cascade", readonly=True
    )
    stage_id = fields.Many2one("helpdesk.stage", ondelete="restrict", readonly=True)
    user_id = fields.Many2one("res.users", string="Moved by", ondelete="restrict", readonly=True)
    clock = fields.Selection(
        selection=[("ours", "Ours"), ("waiting", "Waiting for customer"), ("closed", "Closed")],
        required=True,
        readonly=True,
    )
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(readonly=True)

    working_hours = fields.Float(
        compute="_compute_working_hours", help="How much of it lay within working hours."
    )

    _open_idx = models.UniqueIndex(
        "(ticket_id) WHERE stop IS NULL", "A ticket can be in one stage at a time."
    )
    _stop_after_start = models.Constraint(
        "CHECK (stop >= start)", "A stretch of time cannot end before it starts."
    )

    def _compute_working_hours(self):
        now = fields.Datetime.now()
        intervals = {
            ticket.id: intervals for ticket, _life, intervals in self.ticket_id._iter_lives()
        }
        for line in self:
            worked = sla_clock.overlap(
                line.start, line.stop or now, intervals.get(line.ticket_id.id, [])
            )
            line.working_hours = sum((stop - start) / HOUR for start, stop in worked)

    @api.model
    def _open_for(self, tickets, moment):
        """Start a stretch in the stage the tickets are in now, ending the one before."""
        self.search([("ticket_id", "in", tickets.ids), ("stop", "=", False)])._stop(moment)
        self.create(
            [
                {
                    "ticket_id": ticket.id,
                    "stage_id": ticket.stage_id.id,
                    "user_id": self.env.uid,
                    "clock": ticket.stage_id._get_clock() if ticket.stage_id else "ours",
                    "start": moment,
                }
                for ticket in tickets
            ]
        )

    def _stop(self, moment):
        self.with_context(helpdesk_ticket_history=HISTORY).write({"stop": moment})
        # The next stretch is inserted at once, this one would be updated later only.
        self.flush_recordset(["stop"])

    def write(self, vals):
        if self.env.context.get("helpdesk_ticket_history") is not HISTORY:
            raise UserError(
                self.env._("The history of a ticket cannot be changed. Move the ticket instead.")
            )
        return super().write(vals)

    def _as_clock_segments(self):
        """The same stretches for the pure functions of ``sla_clock``."""
        return [Segment(line.start, line.stop or None, line.clock) for line in self]
