from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

# When one of these changes, people have promised something else.
COMMITMENT_FIELDS = {"start", "stop", "start_date", "stop_date", "allday", "location"}


class CalendarEvent(models.Model):
    """A visit: a commitment of technicians, possibly of the customer, on the shared calendar."""

    _inherit = "calendar.event"

    intervention_id = fields.Many2one(
        "service.intervention", index="btree_not_null", ondelete="restrict", copy=False
    )
    time_version = fields.Integer(
        default=1, copy=False, readonly=True, export_string_translation=False
    )

    # === COMPUTE METHODS === #

    def _compute_user_can_edit(self):
        """Override of `calendar` to let dispatchers edit visits that others organise."""
        super()._compute_user_can_edit()
        visits = self.filtered("intervention_id")
        if visits and self.env.user.has_group("field_service.field_service_group_dispatcher"):
            visits.user_can_edit = True

    # === CRUD METHODS === #

    def write(self, vals):
        """Override of `calendar`: who moves a visit needs the right to, and asks everybody anew."""
        visits = self.browse()
        if not COMMITMENT_FIELDS.isdisjoint(vals) or "active" in vals:
            visits = self.filtered("intervention_id")
            visits._check_may_plan()
        before = {visit: visit._get_commitment() for visit in visits}
        planned, invited = visits.filtered("active"), visits.attendee_ids
        result = super().write(vals)
        moved = visits.filtered(lambda visit: visit._get_commitment() != before[visit])
        again = visits.filtered("active") - planned
        (moved | again).filtered("active")._reset_answers(invited, before)
        cancelled = planned.filtered(lambda visit: not visit.active)
        cancelled._recount_visits()
        cancelled._tell_cancelled()
        return result

    def unlink(self):
        visits = self.filtered("intervention_id")
        if not visits:
            return super().unlink()
        visits._check_may_plan()
        # Whoever deletes a visit needn't see the reports it is on.
        reports_sudo = self.env["service.report"].sudo()
        reports_sudo.search([("event_ids", "in", visits.ids)])._check_draft()
        visits.filtered("active").with_context(field_service_visit_cancelled=True)._tell_cancelled()
        interventions = visits.intervention_id
        result = super().unlink()
        interventions._follow_answers()
        return result

    def _get_commitment(self):
        return (self.start, self.stop, self.location)

    def _check_may_plan(self):
        if not self:
            return
        if not self.env.su and not self.env.user.has_group(
            "field_service.field_service_group_dispatcher"
        ):
            raise AccessError(
                self.env._("Only dispatchers move or cancel visits. Propose another time instead.")
            )
        for visit in self:
            if visit.intervention_id.state == "cancelled":
                raise UserError(
                    self.env._(
                        "Intervention %(intervention)s is cancelled: its visits stay as they are.",
                        intervention=visit.intervention_id.display_name,
                    )
                )

    def _tell_cancelled(self):
        """Whoever was to come is told not to."""
        if not self:
            return
        self._raise_time_version()
        self.attendee_ids.filtered(lambda a: a.state != "declined")._send_visit_mails()

    def _raise_time_version(self):
        """Answers to what was planned before count no more; many visits are one write."""
        for version, visits in self.grouped("time_version").items():
            visits.time_version = version + 1

    def _reset_answers(self, invited, before):
        """The time or place has changed: everybody but the mover has to answer anew, unless they
        have proposed it themselves.

        :param recordset invited: who had been invited before; others are told as new ones
        :param dict before: what was planned before, see ``_get_commitment``
        """
        if not self:
            return
        mover = self.env.user.partner_id
        self._raise_time_version()
        agreed = self._get_agreed(before)
        agreed._agree()
        asked = self.attendee_ids.filtered(lambda attendee: attendee.partner_id != mover) - agreed
        unanswered = asked.filtered(lambda attendee: attendee.state == "needsAction")
        unanswered.write({"asked_on": fields.Datetime.now(), "reminded_on": False})
        (asked - unanswered).write({"state": "needsAction"})
        self.intervention_id._follow_answers()
        if not self.env.context.get("dont_notify"):
            (self.attendee_ids & invited)._send_visit_mails()

    def _get_agreed(self, before):
        """Who had proposed just this: as long as before, at the same place, at their time."""
        agreed = self.env["calendar.attendee"]
        for visit in self:
            start, stop, location = before[visit]
            if (stop - start, location) == (visit.stop - visit.start, visit.location):
                agreed |= visit.attendee_ids.filtered(
                    lambda a: a.state == "tentative" and a.proposed_start == a.event_id.start
                )
        return agreed

    # === PUBLIC METHODS === #

    @idempotent
    def answer_visit(
        self,
        answer,
        reason=None,
        start=None,
        proposed_start=None,
        token=None,
        employee_id=None,
        request_uuid=None,
    ):
        """Confirm or decline a visit as one of its technicians, or as the customer.

        :param str answer: ``accepted``, ``declined`` or ``tentative`` (another time is proposed)
        :param str reason: why; needed to decline
        :param str start: the start that was answered to (UTC); refused if the visit has been moved
        :param str proposed_start: for ``tentative``, when it would suit (UTC)
        :param str token: of the signed link in the person's mail, for whoever has no login
        :param int employee_id: whom a firm's coordinator answers for (``hr.employee``)
        :return: ``{"event_id": …, "answer": …, "confirmation_state": …}``
        :raise AccessError: who is not invited to the visit
        """
        self.ensure_one()
        attendee_sudo = self._get_invitation(token, employee_id)
        visit_sudo = attendee_sudo.event_id
        reason = reason.strip() if isinstance(reason, str) else ""
        if answer not in ("accepted", "declined", "tentative"):
            raise ValidationError(self.env._("Answer with yes, no, or another time."))
        if answer == "declined" and not reason:
            raise ValidationError(self.env._("Write why you cannot come."))
        if answer == "tentative" and not proposed_start:
            raise ValidationError(self.env._("Say which time would suit you."))
        interventions = self.env["service.intervention"]
        if start and interventions._check_moment(start) != visit_sudo.start:
            raise UserError(
                self.env._(
                    "This visit has been moved meanwhile. Look at the new time and answer again."
                )
            )
        if token:
            attendee_sudo._check_link_open()
        proposed = interventions._check_moment(proposed_start)
        if answer == "tentative" and proposed < fields.Datetime.now():
            raise ValidationError(self.env._("Propose a time that is still to come."))
        attendee_sudo._answer(answer, reason, proposed, by_link=bool(token))
        return {
            "event_id": self.id,
            "answer": answer,
            "confirmation_state": visit_sudo.intervention_id.confirmation_state,
        }

    def _get_invitation(self, token=None, employee_id=None):
        """The invitation that is answered, in sudo: the user's own, that of a signed link, or
        that of somebody whom the user coordinates.

        :raise AccessError: the same for a visit of others and for one that doesn't exist
        """
        if employee_id:
            coordinated_sudo = self.env.user._get_coordinated_people_sudo()
            employee_sudo = coordinated_sudo.filtered(lambda person: person.id == employee_id)
            return self._get_attendee_sudo(employee_sudo._get_visit_partners())
        if not token:
            return self._get_own_attendee()
        attendee_sudo = self.env["calendar.attendee"]._find_by_token(token)
        if not attendee_sudo or attendee_sudo.event_id.id != self.id:
            raise AccessError(self.env._("You are not invited to this visit."))
        return attendee_sudo

    def _get_own_attendee(self):
        """The user's own invitation to this visit, in sudo.

        :raise AccessError: the same for a visit of others and for one that doesn't exist
        """
        return self._get_attendee_sudo(self.env.user._get_own_contacts())

    def _get_attendee_sudo(self, partners):
        """The invitation of people whom the user may act for.

        :raise AccessError: the same for a visit of others and for one that doesn't exist
        """
        # Portal users read no visits: whether it is theirs is decided here, by the invitation.
        attendee_sudo = (
            self.env["calendar.attendee"]
            .sudo()
            .search(
                [
                    ("event_id", "=", self.id),
                    ("partner_id", "in", partners.ids),
                    ("event_id.intervention_id", "!=", False),
                ],
                limit=1,
            )
        )
        if not attendee_sudo:
            raise AccessError(self.env._("You are not invited to this visit."))
        return attendee_sudo

    @api.model
    def _prepare_visit_values(self, intervention, start, stop, partners):
        """Values of a new visit; nothing confidential, since every employee reads all events."""
        town = intervention._get_town()
        return {
            "name": " ".join(filter(None, [intervention.number, town])),
            "intervention_id": intervention.id,
            "start": start,
            "stop": stop,
            "location": town,
            "privacy": "public",
            "show_as": "busy",
            "user_id": intervention._get_organiser().id,
            "partner_ids": [fields.Command.set(partners.ids)],
        }
