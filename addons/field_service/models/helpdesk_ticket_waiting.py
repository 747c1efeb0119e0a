from odoo import api, fields, models


class HelpdeskTicket(models.Model):
    """What the interventions of a ticket wait for, for whoever answers the customer."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    intervention_waiting_label = fields.Char(
        compute="_compute_intervention_waiting_label",
        # Whoever sees the ticket may say what it waits for.
        compute_sudo=True,
        export_string_translation=False,
    )

    @api.depends("intervention_ids.state", "intervention_ids.waiting_reason")
    @api.depends_context("lang")
    def _compute_intervention_waiting_label(self):
        waiting = (
            self.env["service.intervention"]
            .search([("ticket_id", "in", self.ids), ("state", "=", "waiting")], order="id")
            .grouped("ticket_id")
        )
        for ticket in self:
            jobs = waiting.get(ticket._origin, self.intervention_ids.browse())
            ticket.intervention_waiting_label = "; ".join(
                f"{job.number}: {job.waiting_label}" for job in jobs
            )
