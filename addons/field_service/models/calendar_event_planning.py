from odoo import fields, models
from odoo.tools.date_utils import end_of

from ..slots import Commitment, Proposal
from .calendar_event import COMMITMENT_FIELDS


class CalendarEvent(models.Model):
    """Visits as planning sees them: what they are to others, and what stands against a new time."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "calendar.event"

    # Who is busy is asked about the days to come: Odoo indexes the start only.
    _stop_idx = models.Index("(stop)")

    def write(self, vals):
        """Override of `calendar`: whoever drags a visit is told of what stands against its time.

        Nothing is forbidden: an emergency is dealt with by people.
        """
        visits = self.browse()
        if not COMMITMENT_FIELDS.isdisjoint(vals):
            visits = self.filtered("intervention_id")
        # Odoo keeps the length of what only gets a new start, if it has been computed by then.
        visits.mapped("duration")
        before = {visit: (visit.start, visit.stop) for visit in visits}
        result = super().write(vals)
        moved = visits.filtered(
            lambda visit: visit.active and before[visit] != (visit.start, visit.stop)
        )
        moved._tell_warnings()
        return result

    def _get_planning_warnings(self):
        """What stands against these visits as they are, looked up once for all of them.

        :return: ``{calendar.event: [sentence, …]}``
        """
        # Dispatchers plan people without having a right to their personnel records.
        proposals = [
            Proposal(
                visit.intervention_id,
                visit.intervention_id.sudo().technician_ids.filtered(
                    lambda employee, invited=visit.partner_ids: (
                        employee._get_visit_partners() & invited
                    )
                ),
                visit.start,
                visit.stop,
                visit,
            )
            for visit in self
        ]
        judged = self.env["service.intervention"]._judge_proposals(proposals)
        return dict(zip(self, judged, strict=True))

    def _tell_warnings(self):
        """Show the mover what stands against the new times, in one note on their screen."""
        if not self or self.env.context.get("dont_notify"):
            return
        sentences = [
            f"{visit.name}: {sentence}"
            for visit, warnings in self._get_planning_warnings().items()
            for sentence in warnings
        ]
        if sentences:
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "sticky": True,
                    "title": self.env._("Moved, but mind"),
                    "message": " ".join(sentences),
                },
            )

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
        return Commitment(start, stop, site._get_coordinates(), site.city or "", self.id)
