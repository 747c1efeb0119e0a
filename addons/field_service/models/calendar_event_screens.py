from odoo import fields, models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    visit_start = fields.Datetime(related="event_id.start", string="Visit")


class CalendarEvent(models.Model):
    """Buttons of a visit."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "calendar.event"

    def action_view_intervention(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.intervention",
            "res_id": self.intervention_id.id,
            "views": [(False, "form")],
        }

    def action_cancel_visit(self):
        """Take a visit from the calendar; the intervention stays."""
        self.check_access("write")
        self.active = False
        self.intervention_id._follow_answers()
        return {"type": "ir.actions.act_window_close"}
