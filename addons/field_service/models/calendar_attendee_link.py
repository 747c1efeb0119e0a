from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..signed import MAILING, read_link, sign_link

SCOPE = "field_service.visit"
# After the visit the link shows for a while what came of it, then it is forgotten.
LINK_DAYS = timedelta(days=7)


class CalendarAttendee(models.Model):
    """The link by which customers and outside technicians answer a visit without a login.

    It names the invitation, the person, the version of the time it was mailed for, and the person's
    counter of revoked links; it expires, and by itself it shows a page and changes nothing.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "calendar.attendee"

    answered_by_link = fields.Boolean(
        readonly=True, help="Answered by the link in the mail, without a login."
    )

    def _get_visit_link(self):
        """Address of the page on which this person answers; empty for people of the house.

        Empty too unless it is being mailed: who tries the template out would answer for them.
        """
        self.ensure_one()
        # Which kind of user somebody is decides the way only.
        partner_sudo = self.partner_id.sudo()
        if any(not user.share for user in partner_sudo.user_ids):
            return ""
        token = self._get_visit_token()
        return f"{self.get_base_url()}/service/visit/{token}" if token else ""

    def _get_visit_token(self):
        self.ensure_one()
        if self.env.context.get("field_service_mailing") is not MAILING:
            return ""
        partner_sudo = self.partner_id.sudo()
        values = [
            self.id,
            partner_sudo.id,
            partner_sudo.visit_link_version,
            self.event_id.time_version,
        ]
        expiration = pytz.utc.localize(self.event_id.stop + LINK_DAYS)
        return sign_link(self.env, SCOPE, values, expiration=expiration)

    @api.model
    def _find_by_token(self, token):
        """The invitation that a link is for, in sudo; none for a link that is worth nothing."""
        # Public visitors read no invitations: the signature says whose this one is.
        attendees_sudo = self.sudo()
        values = read_link(self.env, SCOPE, token)
        if len(values) != 4:
            return attendees_sudo.browse()
        attendee_id, partner_id, link_version, _time_version = values
        attendee_sudo = attendees_sudo.browse(attendee_id).exists()
        if (
            attendee_sudo.partner_id.id != partner_id
            or attendee_sudo.partner_id.visit_link_version != link_version
            or not attendee_sudo.event_id.intervention_id
        ):
            return attendees_sudo.browse()
        return attendee_sudo

    @api.model
    def _get_link_page(self, token):
        """What the page of a link shows, in the person's language; empty for a worthless link.

        No more than the mail said: number, town and time, and the person's own answer.
        """
        attendee_sudo = self._find_by_token(token)
        if not attendee_sudo:
            return {}
        lang = attendee_sudo.partner_id.lang or self.env.lang
        attendee_sudo = attendee_sudo.with_context(lang=lang)
        event = attendee_sudo.event_id
        company = event.intervention_id.company_id
        mailed_version = read_link(self.env, SCOPE, token)[3]
        return {
            "lang": lang,
            "event_id": event.id,
            "visit": event.name,
            "when": attendee_sudo._get_visit_when(),
            "start_utc": fields.Datetime.to_string(event.start),
            "person": attendee_sudo.common_name,
            "answer": attendee_sudo.state,
            "reason": attendee_sudo.answer_reason or "",
            "proposed": attendee_sudo._get_proposed_when(),
            "is_moved": event.time_version != mailed_version,
            "closed_because": attendee_sudo._get_closed_reason(),
            "company": company.name,
            "phone": company.phone or "",
            "email": company.email or "",
        }

    def _get_closed_reason(self):
        """Why nothing can be answered (any more), as a sentence; empty when it can."""
        self.ensure_one()
        event = self.event_id
        if not event.active or event.intervention_id.state == "cancelled":
            return self.env._("This visit has been cancelled: there is nothing to answer.")
        if event.intervention_id.state == "done" or event.stop < fields.Datetime.now():
            return self.env._("This visit is over: there is nothing to answer.")
        return ""

    def _check_link_open(self):
        if reason := self._get_closed_reason():
            raise ValidationError(reason)

    def _get_proposed_when(self):
        """The time that the person has proposed, where they are."""
        self.ensure_one()
        if not self.proposed_start:
            return ""
        return self._format_when(self.proposed_start, False)

    @api.model
    def _link_time_to_utc(self, token, typed):
        """A time typed on the page of a link, where the person is, as public methods want it.

        What is no time is given back as it is: the method says what is wrong with it.
        """
        typed = (typed or "").replace("T", " ").strip()
        attendee_sudo = self._find_by_token(token)
        if not typed or not attendee_sudo:
            return None
        try:
            local = fields.Datetime.to_datetime(typed)
        except ValueError:
            return typed
        zone = pytz.timezone(attendee_sudo._get_visit_timezone())
        return fields.Datetime.to_string(zone.localize(local).astimezone(pytz.utc))
