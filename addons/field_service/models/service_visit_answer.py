from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

# Nobody is reminded twice by two people of the office at once.
REMIND_AGAIN = timedelta(hours=1)


class ServiceVisitAnswer(models.Model):
    """The board of answers: one row for each person who is asked to come to a visit.

    A view on the invitations of the calendar, which keep the answers. It is a model of its own
    because invitations have no company, no words of ours for their states, and every employee reads
    them: this one is for dispatchers and bound to their companies. Only visits of open
    interventions are in it, so that it costs the same however long the past is.
    """

    _name = "service.visit.answer"
    _description = "Answer to a Visit"
    _auto = False
    _order = "start, id"
    _rec_name = "partner_id"
    _depends = {
        "calendar.attendee": [
            "event_id",
            "partner_id",
            "state",
            "answer_reason",
            "answered_by_link",
            "answered_on",
            "asked_on",
            "proposed_start",
            "reminded_on",
        ],
        "calendar.event": ["active", "intervention_id", "start", "stop"],
        "hr.employee": ["user_id", "work_contact_id"],
        "res.users": ["partner_id"],
        "service.intervention": ["company_id", "state", "technician_ids", "user_id"],
    }

    event_id = fields.Many2one("calendar.event", string="Visit", readonly=True)
    intervention_id = fields.Many2one("service.intervention", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Dispatcher", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Who", readonly=True)
    employee_id = fields.Many2one("hr.employee.public", string="Technician", readonly=True)
    role = fields.Selection(
        selection=[("technician", "Technician"), ("customer", "Customer")], readonly=True
    )
    answer = fields.Selection(
        selection=[
            ("waiting", "Not answered"),
            ("proposed", "Another time"),
            ("declined", "Declined"),
            ("confirmed", "Confirmed"),
        ],
        readonly=True,
        group_expand=True,
    )
    start = fields.Datetime(string="Planned for", readonly=True)
    stop = fields.Datetime(string="Until", readonly=True)
    proposed_start = fields.Datetime(string="Proposes", readonly=True)
    reason = fields.Char(string="Because", readonly=True)
    asked_on = fields.Datetime(string="Asked", readonly=True)
    answered_on = fields.Datetime(string="Answered", readonly=True)
    answered_by_link = fields.Boolean(readonly=True)
    reminded_on = fields.Datetime(string="Reminded", readonly=True)
    subject = fields.Char(related="intervention_id.name")
    customer_id = fields.Many2one(related="intervention_id.partner_id", string="Customer")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT a.id, a.event_id, a.partner_id, e.intervention_id, e.start, e.stop,
                   i.company_id, i.user_id,
                   technician.id AS employee_id,
                   CASE WHEN technician.id IS NULL THEN 'customer' ELSE 'technician' END AS role,
                   CASE a.state WHEN 'accepted' THEN 'confirmed' WHEN 'declined' THEN 'declined'
                                WHEN 'tentative' THEN 'proposed' ELSE 'waiting' END AS answer,
                   a.proposed_start, a.answer_reason AS reason,
                   COALESCE(a.asked_on, a.create_date) AS asked_on,
                   a.answered_on, a.answered_by_link, a.reminded_on
              FROM service_intervention i
              JOIN calendar_event e ON e.intervention_id = i.id
              JOIN calendar_attendee a ON a.event_id = e.id
              LEFT JOIN LATERAL (
                   SELECT h.id
                     FROM service_intervention_technician_rel r
                     JOIN hr_employee h ON h.id = r.hr_employee_id
                     LEFT JOIN res_users u ON u.id = h.user_id
                    WHERE r.service_intervention_id = i.id
                      AND COALESCE(u.partner_id, h.work_contact_id) = a.partner_id
                    LIMIT 1) AS technician ON TRUE
             WHERE e.active AND i.state NOT IN ('done', 'cancelled')
            """
        )

    # === PUBLIC METHODS === #

    @idempotent
    def accept_proposal(self, request_uuid=None):
        """Move the visit to the time that this person has proposed; it keeps its length.

        Whoever proposed it has thereby agreed; all others are asked anew.

        :return: ``{"event_id": …, "start": …, "warnings": […]}``
        """
        self.ensure_one()
        attendee_sudo = self._check_may_dispatch()
        proposed = attendee_sudo.proposed_start
        if attendee_sudo.state != "tentative" or not proposed:
            raise UserError(self.env._("%(name)s proposes no other time.", name=self.display_name))
        if proposed < fields.Datetime.now():
            raise UserError(self.env._("The proposed time is over. Plan another one."))
        event = self.event_id
        event.write({"start": proposed, "stop": proposed + (event.stop - event.start)})
        if attendee_sudo.state == "tentative":
            # The visit is there already: nothing was moved.
            attendee_sudo._agree()
        self._forget()
        return {
            "event_id": event.id,
            "start": fields.Datetime.to_string(proposed),
            "warnings": event._get_planning_warnings()[event],
        }

    @idempotent
    def remind(self, request_uuid=None):
        """Mail once more those who have not answered.

        :return: ``{"reminded": [names], "without_email": [names]}``
        """
        attendees_sudo = self._check_may_dispatch()
        now = fields.Datetime.now()
        waiting_sudo = attendees_sudo.filtered(
            lambda a: a.state == "needsAction" and a.event_id.stop > now
        )
        reachable_sudo = waiting_sudo.filtered("email")
        due_sudo = reachable_sudo.filtered(
            lambda a: not a.reminded_on or a.reminded_on < now - REMIND_AGAIN
        )
        if not due_sudo:
            raise UserError(
                self.env._(
                    "There is nobody to remind: they have answered, have no e-mail address, or "
                    "were reminded within the last hour."
                )
            )
        due_sudo._send_visit_mails()
        due_sudo.write({"reminded_on": now})
        self._forget()
        return {
            "reminded": due_sudo.mapped("common_name"),
            "without_email": (waiting_sudo - reachable_sudo).mapped("common_name"),
        }

    @idempotent
    def replace(self, employee_id, request_uuid=None):
        """Send somebody else to the visit in this technician's place.

        Who needn't come any more is told, unless they have declined.

        :param int employee_id: the new technician (``hr.employee``)
        :return: ``{"event_id": …, "warnings": […]}``
        """
        self.ensure_one()
        attendee_sudo = self._check_may_dispatch()
        if self.role != "technician":
            raise UserError(self.env._("Only technicians are replaced."))
        event = self.event_id
        # Dispatchers plan people without having a right to their personnel records.
        leaving_sudo = self.env["hr.employee"].sudo().browse(self.employee_id.id)
        self.intervention_id._replace_technician(attendee_sudo, leaving_sudo, employee_id)
        self._forget()
        return {"event_id": event.id, "warnings": event._get_planning_warnings()[event]}

    def _check_may_dispatch(self):
        """Judge whether the user may act for these answers, all of them.

        :return: the invitations, in sudo
        """
        self.check_access("read")
        if not self.env.user.has_group("field_service.field_service_group_dispatcher"):
            raise AccessError(self.env._("Only dispatchers act on the answers of others."))
        # Rows of the board have the ids of the invitations they show.
        return self.env["calendar.attendee"].sudo().browse(self.ids)

    @api.model
    def _forget(self):
        """What was read of the board is old now: a view isn't told when its tables change."""
        self.env.flush_all()
        self.invalidate_model()

    # === ACTIONS === #

    def action_accept_proposal(self):
        warnings = self.accept_proposal()["warnings"]
        return self._tell(self.env._("The visit was moved."), warnings)

    def action_remind(self):
        told = self.remind()
        warnings = [
            self.env._("%(name)s has no e-mail address.", name=name)
            for name in told["without_email"]
        ]
        message = self.env._("Reminded: %(names)s", names=", ".join(told["reminded"]))
        return self._tell(message, warnings)

    def action_replace(self):
        """Open the dialog that asks who goes instead."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_visit_replace_action"
        )
        action["context"] = {"default_answer_id": self.id}
        return action

    def action_view_intervention(self):
        self.ensure_one()
        self.check_access("read")
        return self.event_id.action_view_intervention()

    @api.model
    def _tell(self, message, warnings):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if warnings else "success",
                "sticky": bool(warnings),
                "message": " ".join([message, *warnings]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
