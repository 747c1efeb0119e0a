import pytz

from odoo import api, models

from .. import sla_clock


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def _helpdesk_intervals(self, start, horizon):
        """When this calendar is at work from a moment on, for the pure functions of ``sla_clock``.

        :param datetime start: naive UTC
        :param timedelta horizon: how far beyond today the intervals reach
        :return: sorted disjoint naive UTC intervals, to the minute. No calendar: day and night.
        """
        start = start.replace(second=0, microsecond=0)
        stop = max(start, self.env.cr.now()) + horizon
        if not self:
            return sla_clock.merge([(start, stop)])
        self.ensure_one()
        # Working hours are no secret: a deadline doesn't depend on who looks at it.
        worked = self.sudo()._work_intervals_batch(
            pytz.utc.localize(start), pytz.utc.localize(stop)
        )[False]
        return sla_clock.merge(
            (_naive_utc(opening), _naive_utc(closing)) for opening, closing, _line in worked
        )

    def _reset_ticket_deadlines(self):
        """Have the deadlines of open tickets computed anew: the working hours have changed."""
        if self:
            # Whoever keeps the calendars needn't know of tickets.
            self.env["helpdesk.sla.policy"].sudo().with_context(active_test=False).search(
                [("target_ids.calendar_id", "in", self.ids)]
            )._reset_ticket_deadlines()

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint({"tz", "attendance_ids", "two_weeks_calendar"}):
            self._reset_ticket_deadlines()
        return result


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._reset_ticket_deadlines()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        result = super().write(vals)
        (calendars | self.calendar_id)._reset_ticket_deadlines()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars.exists()._reset_ticket_deadlines()
        return result


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    def _get_ticket_calendars(self):
        """Calendars whose tickets a holiday concerns: a person's absence stops no clock."""
        common = self.filtered(lambda leave: not leave.resource_id)
        calendars = common.calendar_id
        everywhere = common.filtered(lambda leave: not leave.calendar_id)
        if everywhere:
            calendars |= self.env["resource.calendar"].search(
                [("company_id", "in", [*everywhere.company_id.ids, False])]
            )
        return calendars

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._get_ticket_calendars()._reset_ticket_deadlines()
        return leaves

    def write(self, vals):
        calendars = self._get_ticket_calendars()
        result = super().write(vals)
        (calendars | self._get_ticket_calendars())._reset_ticket_deadlines()
        return result

    def unlink(self):
        calendars = self._get_ticket_calendars()
        result = super().unlink()
        calendars._reset_ticket_deadlines()
        return result


def _naive_utc(moment):
    return moment.astimezone(pytz.utc).replace(tzinfo=None)
