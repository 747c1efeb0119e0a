import pytz
import vobject

from odoo import fields, models
from odoo.exceptions import UserError


class CalendarAttendee(models.Model):
    """Somebody's answer to a visit, with who gave it and to which time, and their hours on site."""

    _inherit = "calendar.attendee"

    answered_on = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    answered_version = fields.Integer(readonly=True, export_string_translation=False)
    answer_reason = fields.Char(readonly=True)
    proposed_start = fields.Datetime(string="Proposes", readonly=True)
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
            trace = {"answered_on": False, "answered_by_id": False, "answered_version": 0}
            if vals["state"] != "needsAction":
                trace = {
                    "answered_on": fields.Datetime.now(),
                    "answered_by_id": self.env.uid,
                    "answered_version": attendee.event_id.time_version,
                }
            else:
                trace |= {"answer_reason": False, "proposed_start": False}
            super(CalendarAttendee, attendee).write({**trace, **vals})
        visits.event_id.intervention_id._follow_answers()
        return result

    def _answer(self, state, reason, proposed_start):
        """Give the answer of the person this invitation is for; in sudo, after a check."""
        self.ensure_one()
        if self.event_id.intervention_id.state in ("done", "cancelled"):
            raise UserError(self.env._("This intervention is closed: there is nothing to answer."))
        self.write(
            {
                "state": state,
                "answer_reason": reason or False,
                "proposed_start": proposed_start or False,
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
            author_id=self.env.user.partner_id.id,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=([] if state == "accepted" else intervention.user_id.partner_id.ids),
        )

    # === MAIL === #

    def _notify_attendees(self, mail_template, notify_author=False, force_send=False):
        """Override of `calendar`: visits have mails of their own, one per person, no names of
        others in them.
        """
        others = self.filtered(lambda attendee: not attendee.event_id.intervention_id)
        if others or not self:
            return super(CalendarAttendee, others)._notify_attendees(
                mail_template, notify_author=notify_author, force_send=force_send
            )
        return False

    def _send_invitation_emails(self):
        visits = self.filtered("event_id.intervention_id")
        visits._send_visit_mails()
        return super(CalendarAttendee, self - visits)._send_invitation_emails()

    def _send_visit_mails(self):
        """Tell each person but whoever plans about a visit's time, with a calendar file."""
        template = self.env.ref(
            "field_service.mail_template_calendar_attendee_visit", raise_if_not_found=False
        )
        me = self.env.user.partner_id
        if not template:
            return
        for attendee in self.filtered(lambda a: a.email and a.partner_id != me):
            template.send_mail(
                attendee.id,
                email_values={
                    "attachment_ids": [
                        fields.Command.create(
                            {
                                "name": "visit.ics",
                                "raw": attendee._get_visit_ics(),
                                "mimetype": "text/calendar",
                            }
                        )
                    ]
                },
            )

    def _get_visit_ics(self):
        """The visit as an iCalendar file (RFC 5545), without other people's addresses."""
        self.ensure_one()
        event = self.event_id
        calendar = vobject.iCalendar()
        item = calendar.add("vevent")
        item.add("uid").value = f"visit-{event.id}@{self.env.cr.dbname}"
        item.add("sequence").value = str(event.time_version)
        item.add("summary").value = event.name
        item.add("dtstamp").value = _with_utc(fields.Datetime.now())
        item.add("dtstart").value = _with_utc(event.start)
        item.add("dtend").value = _with_utc(event.stop)
        item.add("status").value = "CONFIRMED" if event.active else "CANCELLED"
        if event.location:
            item.add("location").value = event.location
        return calendar.serialize().encode()


def _with_utc(moment):
    return pytz.utc.localize(moment)
