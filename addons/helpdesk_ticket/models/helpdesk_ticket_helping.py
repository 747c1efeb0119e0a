from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.idempotent import idempotent


class HelpdeskTicket(models.Model):
    """Remote help: one tap when it starts, one when it ends, and the time is on the ticket."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    time_ids = fields.One2many("helpdesk.ticket.time", "ticket_id", string="Remote help")
    help_hours = fields.Float(string="Hours of remote help", compute="_compute_help_hours")
    my_help_since = fields.Datetime(
        string="You have been helping since", compute="_compute_my_help_since"
    )

    # === COMPUTE METHODS === #

    @api.depends("time_ids.hours")
    def _compute_help_hours(self):
        hours = dict(
            self.env["helpdesk.ticket.time"]._read_group(
                [("ticket_id", "in", self.ids)], ["ticket_id"], ["hours:sum"]
            )
        )
        for ticket in self:
            ticket.help_hours = hours.get(ticket._origin, 0)

    @api.depends_context("uid")
    @api.depends("time_ids.stop")
    def _compute_my_help_since(self):
        running = self.env["helpdesk.ticket.time"].search(
            [("user_id", "=", self.env.uid), ("stop", "=", False)]
        )
        for ticket in self:
            mine = running.filtered(lambda time, ticket=ticket: time.ticket_id == ticket._origin)
            ticket.my_help_since = mine.start

    # === PUBLIC METHODS === #

    @idempotent
    def start_remote_help(self, kind="remote", request_uuid=None):
        """Begin to count one's own time on the ticket; asked again, it goes on.

        :param str kind: ``remote`` or ``phone``
        :return: ``{"time_id": …, "start": …}`` (UTC)
        """
        self.ensure_one()
        self.check_access("write")
        if not isinstance(kind, str) or kind not in dict(
            self.env["helpdesk.ticket.time"]._fields["kind"].selection
        ):
            raise ValidationError(self.env._("Help is given remotely or by telephone."))
        ticket_sudo = self._lock_to_act()
        if ticket_sudo.closed:
            raise UserError(
                self.env._(
                    "Ticket %(ticket)s is closed. Open it again first.", ticket=self.display_name
                )
            )
        running_sudo = self._get_my_running_time()
        if running_sudo and running_sudo.ticket_id != ticket_sudo:
            raise UserError(
                self.env._(
                    "You are still helping on %(ticket)s: stop there first.",
                    ticket=running_sudo.ticket_id.number,
                )
            )
        if not running_sudo:
            # Nobody creates times by hand but managers; one's own begins with this button.
            running_sudo = running_sudo.create(
                {"ticket_id": self.id, "user_id": self.env.uid, "kind": kind}
            )
            # A second start at the same moment fails here, with a sentence.
            running_sudo.flush_recordset()
        return {
            "time_id": running_sudo.id,
            "start": fields.Datetime.to_string(running_sudo.start),
        }

    @idempotent
    def stop_remote_help(self, note=None, request_uuid=None):
        """End one's own time on the ticket.

        :param str note: what was done
        :return: ``{"time_id": …, "hours": …}``
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_to_act()
        running_sudo = self._get_my_running_time().filtered(
            lambda time: time.ticket_id.id == self.id
        )
        if not running_sudo:
            raise UserError(
                self.env._("You are not helping on %(ticket)s now.", ticket=self.display_name)
            )
        running_sudo._stop(note)
        return {"time_id": running_sudo.id, "hours": running_sudo.hours}

    # === BUSINESS METHODS === #

    def _get_my_running_time(self):
        """The user's running time on whichever ticket, in sudo: there is one at most."""
        return (
            self.env["helpdesk.ticket.time"]
            .sudo()
            .search([("user_id", "=", self.env.uid), ("stop", "=", False)])
        )

    def _get_unbilled_time(self):
        """Times that have ended and nobody has charged yet, with those of tickets merged into
        these; an override leaves out what it has charged.
        """
        every = self
        merged = self.merged_ids
        while merged:
            every |= merged
            merged = merged.merged_ids - every
        return self.env["helpdesk.ticket.time"].search(
            [("ticket_id", "in", every.ids), ("stop", "!=", False)], order="start, id"
        )

    def _enter_stage(self):
        """Override: nobody helps on a closed ticket."""
        result = super()._enter_stage()
        if closed := self.filtered("closed"):
            # Whoever closes a ticket ends the help on it, a colleague's too.
            self.env["helpdesk.ticket.time"].sudo().search(
                [("ticket_id", "in", closed.ids), ("stop", "=", False)]
            )._stop()
        return result

    # === ACTIONS === #

    def action_start_remote_help(self):
        self.start_remote_help()

    def action_stop_remote_help(self):
        self.stop_remote_help()
