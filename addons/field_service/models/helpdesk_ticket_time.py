from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

# Whoever presses Start and Stop in the same minute has helped nobody.
LEAST_HOURS = 1 / 60


class HelpdeskTicketTime(models.Model):
    """Remote help that is charged like any other work: on an intervention, by its rules."""

    _inherit = "helpdesk.ticket.time"

    charged_on_id = fields.Many2one(
        "service.intervention",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )


class HelpdeskTicket(models.Model):
    """From the minutes of remote help to work lines."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    has_unbilled_time = fields.Boolean(
        compute="_compute_has_unbilled_time",
        groups="field_service.field_service_group_dispatcher",
    )

    def _compute_has_unbilled_time(self):
        waiting = (
            self.env["helpdesk.ticket.time"]
            .search(
                [
                    ("ticket_id", "in", self.ids),
                    ("stop", "!=", False),
                    ("charged_on_id", "=", False),
                    ("hours", ">=", LEAST_HOURS),
                ]
            )
            .ticket_id
        )
        for ticket in self:
            ticket.has_unbilled_time = ticket in waiting

    def _get_unbilled_time(self):
        """Override of `helpdesk_ticket` to leave out what stands on an intervention already."""
        return (
            super()
            ._get_unbilled_time()
            .filtered(lambda time: not time.charged_on_id and time.hours >= LEAST_HOURS)
        )

    @idempotent
    def charge_remote_help(self, request_uuid=None):
        """Put the remote help given on a ticket on an intervention, as labour of whoever helped.

        The coverage rules decide who pays, the price list how much. Dispatchers only.

        :return: ``{"intervention_id": …, "line_ids": […]}``
        :raise UserError: if there is nothing to charge, or somebody who helped is no employee
        """
        self.ensure_one()
        self.check_access("write")
        interventions = self.env["service.intervention"]
        interventions.check_access("create")
        ticket_sudo = self._lock_to_act()
        # Colleagues' times are charged, too; who may was checked above.
        times_sudo = ticket_sudo._get_unbilled_time()
        if not times_sudo:
            raise UserError(self.env._("There is no remote help on this ticket to be charged."))
        employees = ticket_sudo._get_helpers(times_sudo)
        intervention = interventions.create(
            {
                **self._prepare_intervention_values(),
                "type_id": self.env.ref("field_service.service_intervention_type_remote").id,
            }
        )
        lines = intervention.record_work(
            [
                {
                    "kind": "labour",
                    "start": fields.Datetime.to_string(time.start),
                    "stop": fields.Datetime.to_string(time.stop),
                    "employee_id": employees[time.user_id].id,
                    "name": time.note or self.env._("Remote help"),
                }
                for time in times_sudo
            ]
        )["lines"]
        times_sudo.charged_on_id = intervention.id
        return {"intervention_id": intervention.id, "line_ids": [line["id"] for line in lines]}

    def _get_helpers(self, times):
        """The employee of each user who helped, in the company of the ticket."""
        employees = {
            user: user.employee_ids.filtered(lambda person: person.company_id == self.company_id)
            for user in times.user_id
        }
        if missing := [user.name for user, found in employees.items() if not found]:
            raise UserError(
                self.env._(
                    "%(names)s: no employee, so these hours cost nothing. Create one first.",
                    names=", ".join(missing),
                )
            )
        return {user: found[0] for user, found in employees.items()}

    def action_charge_remote_help(self):
        """Charge the remote help and open the intervention."""
        charged = self.charge_remote_help()
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.intervention",
            "res_id": charged["intervention_id"],
            "views": [(False, "form")],
        }
