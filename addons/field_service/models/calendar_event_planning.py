from odoo import fields, models
from odoo.tools.date_utils import end_of

from ..slots import Commitment


class CalendarEvent(models.Model):
    """Events as planning sees them."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "calendar.event"

    # Who is busy is asked about the days to come: Odoo indexes the start only.
    _stop_idx = models.Index("(stop)")

    def _as_commitment(self):
        """When, and for a visit also where; nothing else of it is told.

        In sudo: whoever plans needn't read other people's events.
        """
        self.ensure_one()
        site = self.intervention_id.site_id or self.intervention_id.partner_id
        start, stop = self.start, self.stop
        if self.allday:
            # Odoo keeps whole days from eight to six.
            start = fields.Datetime.to_datetime(self.start_date)
            stop = end_of(fields.Datetime.to_datetime(self.stop_date), "day")
        return Commitment(start, stop, site._get_coordinates(), site.city or "")
