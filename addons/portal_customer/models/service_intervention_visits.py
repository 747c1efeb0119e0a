from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

DAYS_AHEAD = 60


class ServiceIntervention(models.Model):
    """A portal user's own visits, and what their forms say in local time."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    @api.model
    def _portal_own_attendees(self, to_answer=False):
        """The user's own invitations to visits from today on, in sudo.

        :param bool to_answer: only those that still wait for an answer
        """
        start = fields.Datetime.now() if to_answer else self._portal_midnight()
        domain = [
            ("partner_id", "in", self.env.user._get_visiting_contacts().ids),
            ("event_id.intervention_id", "!=", False),
            ("event_id.intervention_id.state", "not in", ("done", "cancelled")),
            ("event_id.active", "=", True),
            ("event_id.stop", ">=", start),
            ("event_id.start", "<", start + timedelta(days=DAYS_AHEAD)),
        ]
        if to_answer:
            domain.append(("state", "in", ("needsAction", "tentative")))
        # Portal users read no visits: these are their own invitations.
        return self.env["calendar.attendee"].sudo().search(domain)

    @api.model
    def _portal_day(self):
        """The user's visits: to be confirmed, today's, and those to come."""
        attendees = self._portal_own_attendees().sorted(lambda attendee: attendee.event_id.start)
        zone = self._portal_zone()
        today = datetime.now(zone).date()
        day = {"to_confirm": [], "today": [], "coming": []}
        for attendee in attendees:
            intervention = attendee.event_id.intervention_id
            row = {
                **intervention._portal_row(),
                **intervention.with_user(self.env.user)._portal_visit(attendee.event_id),
                "answer": attendee.state,
                "phone": intervention.contact_id.phone or intervention.site_id.phone or "",
            }
            if row["may_answer"] and attendee.state in ("needsAction", "tentative"):
                day["to_confirm"].append(row)
            elif pytz.utc.localize(row["start"]).astimezone(zone).date() <= today:
                day["today"].append(row)
            else:
                day["coming"].append(row)
        return day

    def _portal_visit_ics(self, event_id):
        """A visit as an iCalendar file; the caller has checked that the user may read the job.

        :return: bytes; nothing for a visit of another intervention, or one that is off
        """
        self.ensure_one()
        # Portal users read no visits: this one belongs to an intervention they read.
        visit_sudo = self.sudo().event_ids.filtered(lambda visit: visit.id == event_id)
        invited_sudo = visit_sudo.attendee_ids
        me = self.env.user._get_own_contacts()
        mine_sudo = invited_sudo.filtered(lambda attendee: attendee.partner_id in me)
        attendee_sudo = (mine_sudo or invited_sudo)[:1]
        return attendee_sudo._get_visit_ics() if attendee_sudo else b""

    def _portal_get_work_times(self):
        """What the form for hours proposes: what the user's taps say, else since their last line.

        :return: (start, stop), naive UTC; (False, now) when nothing is known of today
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if stretch := self._propose_stretch("labour"):
            return stretch
        stops = [
            line.stop
            # Whoever reads the intervention reads their own hours.
            for line in self.sudo().work_line_ids
            if line.stop and line.employee_id.user_id == self.env.user
        ]
        today = self._portal_midnight()
        return max((stop for stop in stops if today <= stop < now), default=False), now

    @api.model
    def _portal_midnight(self):
        """When the user's day began, in UTC."""
        zone = self._portal_zone()
        midnight = zone.localize(datetime.combine(datetime.now(zone).date(), time.min))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _portal_zone(self):
        """The zone in which the user reads and types times."""
        return pytz.timezone(self.env.company._get_reader_timezone())

    @api.model
    def _portal_now(self):
        """Now, as a form's time field wants it."""
        return datetime.now(self._portal_zone()).strftime("%Y-%m-%dT%H:%M")

    @api.model
    def _portal_to_local(self, moment):
        """A stored moment, as a form's time field wants it."""
        if not moment:
            return ""
        local = pytz.utc.localize(moment).astimezone(self._portal_zone())
        return local.strftime("%Y-%m-%dT%H:%M")

    @api.model
    def _portal_to_utc(self, typed):
        """A time that was typed in local time, as the public methods want it.

        What is no time is given back as it is: the method says what is wrong with it.
        """
        typed = (typed or "").replace("T", " ").strip()
        if not typed:
            return None
        try:
            local = fields.Datetime.to_datetime(typed)
            utc = self._portal_zone().localize(local).astimezone(pytz.utc)
        except (ValueError, OverflowError):
            return typed
        return fields.Datetime.to_string(utc.replace(tzinfo=None))

    @api.model
    def _portal_number(self, typed):
        """A number as people type it, with a comma or a point, as the public methods want it."""
        typed = (typed or "").strip()
        return typed.replace(".", "").replace(",", ".") if "," in typed else typed

    @api.model
    def _portal_line(self, typed):
        """A line of work from a form; what it doesn't say is left out."""
        line = {
            "kind": typed.get("kind"),
            "name": typed.get("name"),
            "start": self._portal_to_utc(typed.get("start")),
            "stop": self._portal_to_utc(typed.get("stop")),
            "break_minutes": typed.get("break_minutes"),
            "date": typed.get("date"),
            "quantity": self._portal_number(typed.get("quantity")),
        }
        product_id = typed.get("product_id") or ""
        if product_id.isdecimal():
            line["product_id"] = int(product_id)
        return {name: value for name, value in line.items() if value}
