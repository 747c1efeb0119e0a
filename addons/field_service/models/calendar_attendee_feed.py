import hashlib
from datetime import timedelta

import vobject

from odoo import api, fields, models
from odoo.fields import Domain

DAYS_BACK = timedelta(days=30)
DAYS_AHEAD = timedelta(days=366)
# How often a calendar program asks, if it listens.
REFRESH = "PT1H"


class CalendarAttendee(models.Model):
    """One person's visits as an iCalendar feed (RFC 5545): number, town and time, no more."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "calendar.attendee"

    # Feeds, the portal and "my visits" look people's invitations up.
    partner_id = fields.Many2one(index=True)

    @api.model
    def _get_feed_domain(self, partner):
        # From midnight to midnight, so that within a day the feed changes only with its visits.
        today = fields.Datetime.today()
        visits = Domain(
            [
                ("intervention_id", "!=", False),
                ("active", "in", [True, False]),
                ("stop", ">=", today - DAYS_BACK),
                ("start", "<", today + DAYS_AHEAD),
            ]
        )
        return (
            Domain("partner_id", "=", partner.id)
            & Domain("state", "!=", "declined")
            & Domain("event_id", "any", visits)
        )

    @api.model
    def _get_feed_stamp(self, user):
        """What tells a feed that has changed from one that hasn't, without making it.

        :return: entity tag and moment of the last change (or False)
        """
        domain = self._get_feed_domain(user.partner_id)
        ((count, answered, ids),) = self._read_group(
            domain, aggregates=["__count", "write_date:max", "id:sum"]
        )
        ((changed, versions),) = self.env["calendar.event"]._read_group(
            Domain("attendee_ids", "any", domain) & Domain("active", "in", [True, False]),
            aggregates=["write_date:max", "time_version:sum"],
        )
        told = (user.id, user.lang, fields.Date.today(), count, ids, answered, changed, versions)
        digest = hashlib.sha256(repr(told).encode()).hexdigest()[:32]
        return digest, max(filter(None, (answered, changed)), default=False)

    @api.model
    def _get_feed(self, user):
        """The visits of a person as the text of an iCalendar file."""
        attendees = self.search(self._get_feed_domain(user.partner_id), order="id")
        calendar = vobject.iCalendar()
        calendar.add("method").value = "PUBLISH"
        name = user.with_context(lang=user.lang).env._("Visits")
        calendar.add("x-wr-calname").value = name
        calendar.add("x-published-ttl").value = REFRESH
        refresh = calendar.add("refresh-interval")
        refresh.value = REFRESH
        refresh.params["VALUE"] = ["DURATION"]
        for attendee in attendees:
            attendee._add_to_calendar(calendar, attendee.event_id.write_date)
        return calendar.serialize()

    def _get_feed_status(self):
        """CANCELLED, CONFIRMED, or TENTATIVE as long as the person has not confirmed."""
        self.ensure_one()
        if self._is_visit_cancelled():
            return "CANCELLED"
        return "CONFIRMED" if self.state == "accepted" else "TENTATIVE"
