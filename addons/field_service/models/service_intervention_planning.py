from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..checking import are_ids

MAX_VISIT = timedelta(days=14)


class ServiceIntervention(models.Model):
    """Planning: visits on the shared calendar, and the answers of those who are to come."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    # === PUBLIC METHODS === #

    @idempotent
    def plan(self, start, stop, employee_ids, invite_customer=False, request_uuid=None):
        """Plan a visit: a calendar event with the technicians as attendees.

        :param str start: naive UTC
        :param str stop: naive UTC
        :param list employee_ids: technicians (``hr.employee``), at least one
        :param bool invite_customer: whether the contact on site is asked to confirm too
        :return: ``{"event_id": …, "warnings": […]}``; warnings are sentences about overlaps
        :raise ValidationError: times or people that cannot be planned
        """
        self.ensure_one()
        self.check_access("write")
        return self._plan(start, stop, employee_ids, invite_customer)

    def _plan(self, start, stop, employee_ids, invite_customer=False):
        """Plan a visit, see ``plan``; the caller has judged the right to."""
        if self.state in ("done", "cancelled"):
            raise UserError(
                self.env._(
                    "Intervention %(intervention)s is closed: no visit can be planned.",
                    intervention=self.display_name,
                )
            )
        start, stop = self._check_visit_times(start, stop)
        technicians = self._check_technicians(employee_ids)  # in sudo
        warnings = self._get_planning_warnings(technicians, start, stop)
        partners = technicians._get_visit_partners().sudo(self.env.su)
        if invite_customer and self.contact_id:
            partners |= self.contact_id
        # Dispatchers plan people without having a right to their personnel records.
        self.sudo().technician_ids |= technicians
        events = self._get_visit_env()["calendar.event"]
        visit = events.create(events._prepare_visit_values(self, start, stop, partners))
        self._follow_answers()
        return {"event_id": visit.id, "warnings": warnings}

    def _get_visit_env(self):
        """Environment in which visits are made: nothing of the calling screen gets into them."""
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith(("active_", "default_"))
        }
        return self.env(context={**context, "skip_contact_description": True})

    def _check_visit_times(self, start, stop):
        try:
            start, stop = fields.Datetime.to_datetime(start), fields.Datetime.to_datetime(stop)
        except (ValueError, TypeError):
            start = stop = None
        # Days around it have to exist too, in every time zone.
        if not start or not stop or not 1 < start.year <= stop.year + 1 < 9999:
            raise ValidationError(self.env._("Say when the visit begins and ends."))
        if stop <= start:
            raise ValidationError(self.env._("The visit ends before it begins. Correct the times."))
        if stop - start > MAX_VISIT:
            raise ValidationError(
                self.env._("A visit lasts two weeks at most. Plan several visits instead.")
            )
        return start, stop

    def _check_technicians(self, employee_ids):
        # Dispatchers plan people without having a right to their personnel records.
        employee_ids = employee_ids if are_ids(employee_ids) else []
        technicians_sudo = self.env["hr.employee"].sudo().browse(employee_ids).exists()
        if not technicians_sudo or len(technicians_sudo) != len(set(employee_ids)):
            raise ValidationError(self.env._("Choose at least one technician for the visit."))
        for technician in technicians_sudo:
            if not technician.active or technician.company_id != self.company_id:
                raise ValidationError(
                    self.env._(
                        "%(name)s doesn't work for %(company)s (any more). Choose somebody else.",
                        name=technician.name,
                        company=self.company_id.name,
                    )
                )
            if not technician._get_visit_partners():
                raise ValidationError(
                    self.env._(
                        "%(name)s has neither a user nor a contact: nobody could be told about "
                        "the visit. Complete the employee first.",
                        name=technician.name,
                    )
                )
        return technicians_sudo

    # === ANSWERS === #

    def _get_organiser(self):
        """Whoever stands for the team on the calendar; never a portal user."""
        self.ensure_one()
        candidates = (self.user_id, self.team_id.user_id, self.env.user)
        root = self.env.ref("base.user_root")
        return next((user for user in candidates if user and not user.share), root)

    def _follow_answers(self):
        """Let the state of interventions that wait for answers follow them."""
        # An answer may come from a portal user, who writes on no intervention.
        changed = {}
        for intervention in self.sudo():
            if intervention.state not in ("draft", "planned", "confirmed"):
                continue
            if intervention.confirmation_state == "none":
                state = "draft"
            elif intervention.confirmation_state == "confirmed":
                state = "confirmed"
            else:
                state = "planned"
            if intervention.state != state:
                changed[state] = changed.get(state, intervention.browse()) | intervention
        for state, interventions in changed.items():
            interventions.state = state

    # === ACTIONS === #

    def action_plan(self):
        """Open the dialog that plans a visit."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_plan_action"
        )
        action["context"] = {"default_intervention_id": self.id}
        return action

    def action_view_visits(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.calendar_event_action"
        )
        action["domain"] = [("intervention_id", "=", self.id)]
        action["context"] = {"default_mode": "month"}
        if self.planned_start:
            action["context"]["initial_date"] = fields.Datetime.to_string(self.planned_start)
        return action
