from datetime import datetime, time, timedelta

import pytz

from odoo import api, models

CREW_DAYS = 14


class ServiceIntervention(models.Model):
    """When the people an outside technician works with are busy, without saying with what."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    @api.model
    def _portal_crew(self):
        """The user's crew in the next two weeks, day by day where the user is.

        :return: list of dicts ``name``, ``days``: list of dicts ``date``, ``busy`` (texts)
        """
        zone, first = self._portal_zone(), self._portal_midnight()
        crew = self.env["hr.employee"]._get_crew(self.env.user).sorted("name")
        busy = crew._get_busy_stretches(first, first + timedelta(days=CREW_DAYS))
        today = pytz.utc.localize(first).astimezone(zone).date()
        days = [today + timedelta(days=number) for number in range(CREW_DAYS)]
        return [
            {
                "name": employee.name,
                "days": [
                    {"date": day, "busy": stretches}
                    for day in days
                    if (stretches := _of_day(busy[employee], day, zone))
                ],
            }
            for employee in crew
        ]


def _of_day(stretches, day, zone):
    """Those of a day as texts; what goes on over midnight is cut there."""
    start = zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc)
    stop = zone.localize(datetime.combine(day + timedelta(days=1), time.min)).astimezone(pytz.utc)
    start, stop = start.replace(tzinfo=None), stop.replace(tzinfo=None)
    return [
        f"{_clock(max(begin, start), zone)}–{_clock(min(end, stop), zone, is_end=True)}"
        for begin, end in stretches
        if begin < stop and end > start
    ]


def _clock(moment, zone, is_end=False):
    text = pytz.utc.localize(moment).astimezone(zone).strftime("%H:%M")
    return "24:00" if is_end and text == "00:00" else text
