from odoo.http import request, route

from odoo.addons.calendar.controllers.main import CalendarController

from .visit_link import VisitLink


class VisitCalendarController(CalendarController):
    """Odoo's links to invitations answer on GET and show everybody's address: not for visits."""

    @route()
    def accept_meeting(self, token, id, **kwargs):
        return self._refuse_visit(token) or super().accept_meeting(token, id, **kwargs)

    @route()
    def decline_meeting(self, token, id, **kwargs):
        return self._refuse_visit(token) or super().decline_meeting(token, id, **kwargs)

    @route()
    def accept_recurrence(self, token, id, **kwargs):
        return self._refuse_visit(token) or super().accept_recurrence(token, id, **kwargs)

    @route()
    def decline_recurrence(self, token, id, **kwargs):
        return self._refuse_visit(token) or super().decline_recurrence(token, id, **kwargs)

    @route()
    def view_meeting(self, token, id, **kwargs):
        return self._refuse_visit(token) or super().view_meeting(token, id, **kwargs)

    @route()
    def calendar_join_meeting(self, token, **kwargs):
        # By the event's own token any user would put themselves among those who come.
        event_sudo = (
            request.env["calendar.event"].sudo().search([("access_token", "=", token)], limit=1)
        )
        if event_sudo.intervention_id:
            raise request.not_found()
        return super().calendar_join_meeting(token, **kwargs)

    def _refuse_visit(self, token):
        """The page to show instead if the invitation is to a visit, else None."""
        attendee_sudo = (
            request.env["calendar.attendee"].sudo().search([("access_token", "=", token)], limit=1)
        )
        intervention_sudo = attendee_sudo.event_id.intervention_id
        if not intervention_sudo:
            return None
        if request.env.user._is_internal():
            return request.redirect("/odoo/field-service-mine")
        return VisitLink()._render_visit_link("")
