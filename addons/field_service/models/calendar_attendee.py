import base64

import pytz
import vobject

from odoo import fields, models
from odoo.exceptions import UserError

from ..printing import format_stretch
from ..signed import MAILING


class CalendarAttendee(models.Model):
    """Somebody's answer to a visit, with who gave it and to which time, and their hours on site."""

    _inherit = "calendar.attendee"

    answered_on = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    answered_version = fields.Integer(readonly=True, export_string_translation=False)
    answer_reason = fields.Char(readonly=True)
    proposed_start = fields.Datetime(string="Proposes", readonly=True)
    asked_on = fields.Datetime(
        readonly=True,
        export_string_translation=False,
        help="When the person was asked about this time; empty for those asked once.",
    )
    reminded_on = fields.Datetime(readonly=True, export_string_translation=False)
    checked_in_on = fields.Datetime(string="On site from", readonly=True)
    checked_out_on = fields.Datetime(string="On site until", readonly=True)

    def write(self, vals):
        """Override of `calendar`: every way of answering passes here and leaves its trace."""
        if "state" not in vals:
            return super().write(vals)
        visits = self.filtered("event_id.intervention_id")
        if not visits:
            return super().write(vals)
        result = super(CalendarAttendee, self - visits).write(vals)
        for attendee in visits:
            trace = {
                "answered_on": False,
                "answered_by_id": False,
                "answered_by_link": False,
                "answered_version": 0,
            }
            if vals["state"] != "needsAction":
                trace |= {
                    "answered_on": fields.Datetime.now(),
                    "answered_by_id": self.env.uid,
                    "answered_version": attendee.event_id.time_version,
                }
            else:
                trace |= {
                    "answer_reason": False,
                    "proposed_start": False,
                    "asked_on": fields.Datetime.now(),
                    "reminded_on": False,
                }
            super(CalendarAttendee, attendee).write({**trace, **vals})
        visits.event_id.intervention_id._follow_answers()
        return result

    def _answer(self, state, reason, proposed_start, by_link=False):
        """Give the answer of the person this invitation is for; in sudo, after a check.

        :param bool by_link: whether nobody has logged in: then no user has answered
        """
        self.ensure_one()
        if self.event_id.intervention_id.state in ("done", "cancelled"):
            raise UserError(self.env._("This intervention is closed: there is nothing to answer."))
        if not self.event_id.active:
            raise UserError(
                self.env._("This visit has been cancelled: there is nothing to answer.")
            )
        self.write(
            {
                "state": state,
                "answer_reason": reason or False,
                "proposed_start": proposed_start or False,
                **({"answered_by_id": False, "answered_by_link": True} if by_link else {}),
            }
        )
        intervention = self.event_id.intervention_id
        body = {
            "accepted": self.env._("%(name)s confirms the visit.", name=self.common_name),
            "declined": self.env._(
                "%(name)s declines the visit: %(reason)s", name=self.common_name, reason=reason
            ),
            "tentative": self.env._(
                "%(name)s proposes another time for the visit. %(reason)s",
                name=self.common_name,
                reason=reason,
            ),
        }[state]
        intervention.message_post(
            body=body,
            author_id=self.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=([] if state == "accepted" else intervention.user_id.partner_id.ids),
        )

    def _agree(self):
        """The visit is when these people have proposed: that was their answer, and stays theirs."""
        for attendee in self:
            attendee.write(
                {
                    "state": "accepted",
                    "answered_by_id": attendee.answered_by_id.id,
                    "answered_by_link": attendee.answered_by_link,
                }
            )
            attendee.event_id.intervention_id.message_post(
                body=self.env._(
                    "%(name)s has proposed the new time of the visit and is counted as confirmed.",
                    name=attendee.common_name,
                ),
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )

    def _is_as_proposed(self):
        """Whether the person has agreed to the visit's time by proposing it."""
        self.ensure_one()
        return (
            self.state == "accepted"
            and bool(self.proposed_start)
            and self.proposed_start == self.event_id.start
        )

    # === MAIL === #

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """Override of `calendar`: visits have mails of their own, one per person, no names of
        others in them.
        """
        visits = self.filtered("event_id.intervention_id")
        if not visits:
            return super()._notify_attendees(
                mail_template, notify_author=notify_author, force_send=force_send
            )
        # Of a new time people are told where it is written, see calendar.event.
        if mail_template != self.env.ref(
            "calendar.calendar_template_meeting_changedate", raise_if_not_found=False
        ):
            visits._send_visit_mails()
        if visits == self:
            return False
        return super(CalendarAttendee, self - visits)._notify_attendees(
            mail_template, notify_author=notify_author, force_send=force_send
        )

    def _send_visit_mails(self):
        """Tell each person but whoever plans about a visit's time, with a calendar file."""
        template = self.env.ref(
            "field_service.mail_template_calendar_attendee_visit", raise_if_not_found=False
        )
        # Switches of `calendar`; the parameter is readable by administrators only.
        blocked = self.env["ir.config_parameter"].sudo().get_param("calendar.block_mail")
        if not template or blocked or self.env.context.get("no_mail_to_attendees"):
            return
        template = template.with_context(field_service_mailing=MAILING)
        me, now = self.env.user.partner_id, fields.Datetime.now()
        mail_ids = [
            template.send_mail(
                attendee.id,
                # As `attachments` they belong to the message and go when it goes.
                email_values={
                    "attachments": [("visit.ics", base64.b64encode(attendee._get_visit_ics()))]
                },
            )
            for attendee in self
            if attendee.email and attendee.partner_id != me and attendee.event_id.stop > now
        ]
        # Mails belong to nobody; these have just been made here.
        self.env["mail.mail"].sudo().browse(mail_ids).send_after_commit()

    def _get_visit_ics(self):
        """The visit as an iCalendar file (RFC 5545), without other people's addresses."""
        self.ensure_one()
        calendar = vobject.iCalendar()
        calendar.add("method").value = "PUBLISH"
        item = self._add_to_calendar(calendar, fields.Datetime.now())
        item.status.value = "CANCELLED" if self._is_visit_cancelled() else "CONFIRMED"
        return calendar.serialize().encode()

    def _add_to_calendar(self, calendar, stamp):
        """Add the visit to an iCalendar object; mails and feeds say the same of it.

        :param datetime stamp: when this version of the visit was made
        """
        event = self.event_id
        # The database's own id makes the UID unique in the world; it is no secret.
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        item = calendar.add("vevent")
        item.add("uid").value = f"visit-{event.id}@{database}"
        item.add("sequence").value = str(event.time_version)
        item.add("summary").value = event.name
        item.add("dtstamp").value = _with_utc(stamp)
        item.add("dtstart").value = _with_utc(event.start)
        item.add("dtend").value = _with_utc(event.stop)
        item.add("status").value = self._get_feed_status()
        if event.location:
            item.add("location").value = event.location
        return item

    def _is_visit_cancelled(self):
        self.ensure_one()
        return not self.event_id.active or bool(
            self.env.context.get("field_service_visit_cancelled")
        )

    def _get_visit_when(self):
        """The visit's time where its recipient is, with the name of the zone."""
        self.ensure_one()
        return self._format_when(self.event_id.start, self.event_id.stop)

    def _get_visit_timezone(self):
        # Odoo tries a template out on whatever record there is, also on no visit.
        company = self.event_id.intervention_id.company_id or self.env.company
        return self.partner_id.tz or company._get_service_timezone()

    def _format_when(self, start, stop):
        timezone = self._get_visit_timezone()
        return f"{format_stretch(self.env, start, stop, timezone)} ({timezone})"

    def _get_visit_url(self):
        """Where this person finds the visit behind their login; empty for people without one."""
        self.ensure_one()
        intervention = self.event_id.intervention_id
        # Which kind of user somebody is decides the page only.
        users_sudo = self.partner_id.sudo().user_ids
        if not users_sudo:
            return ""
        if any(not user.share for user in users_sudo):
            page = "/odoo/field-service-mine"
        elif self.partner_id in intervention.technician_ids._get_visit_partners():
            page = "/my/visits"
        else:
            page = f"/my/interventions/{intervention.id}"
        return f"{intervention.get_base_url()}{page}"


def _with_utc(moment):
    return pytz.utc.localize(moment)
