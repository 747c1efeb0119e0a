from odoo import api, fields, models

SLA_COLOURS = {"ok": "success", "warning": "warning", "breached": "danger"}


class HelpdeskTicket(models.Model):
    """What the portal shows of a ticket: values, never the record."""

    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "portal.conversation.mixin", "portal.readable.mixin"]

    @api.model
    def _portal_readable_fields(self):
        return super()._portal_readable_fields() | {
            "number",
            "name",
            "description",
            "partner_id",
            "commercial_partner_id",
            "site_id",
            "equipment_id",
            "category_id",
            "priority",
            "stage_id",
            "closed",
            "cause",
            "solution",
            "close_date",
            "first_response_date",
            "response_deadline",
            "next_response_deadline",
            "on_site_deadline",
            "resolution_deadline",
            "presence_until",
            "access_url",
        }

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f"/my/tickets/{ticket.id}"
        return result

    def _portal_row(self):
        """A ticket in a list."""
        self.ensure_one()
        return {
            "url": f"/my/tickets/{self.id}",
            "number": self.number,
            "title": self.name,
            "subtitle": self.equipment_id.sudo().display_name or "",
            "date": self.create_date,
            "badge": self.stage_id.name,
            "badge_class": "success" if self.closed else "primary",
            "group": "",
        }

    def _portal_values(self):
        """A ticket on its own page; the caller has checked that the user may read it."""
        self.ensure_one()
        # The requester needn't see colleagues' contacts to read who does what for them.
        ticket = self.sudo()
        interventions = self.env["service.intervention"].search([("ticket_id", "=", self.id)])
        return {
            "id": self.id,
            "number": ticket.number,
            "name": ticket.name,
            "description": ticket.description,
            "stage": ticket.stage_id.name,
            "is_waiting": ticket.stage_id.waiting,
            "is_closed": ticket.closed,
            "category": ticket.category_id.name or "",
            "priority": dict(self._fields["priority"]._description_selection(self.env)).get(
                ticket.priority, ""
            ),
            "requester": ticket.partner_id.name or "",
            "site": ticket.site_id.name or ticket.site_id.city or "",
            "equipment": ticket.equipment_id.display_name or "",
            "equipment_url": f"/my/equipment/{ticket.equipment_id.id}"
            if ticket.equipment_id
            else "",
            "agent": ticket.user_id.name or "",
            "opened_on": ticket.create_date,
            "closed_on": ticket.close_date,
            "promises": ticket._portal_promises(),
            "presence_until": ticket.presence_until if not ticket.closed else False,
            "answers": ticket._portal_answers(),
            "merged_into": self._portal_merged_into(),
            "may_rate": ticket._may_be_rated() and not ticket._get_opinion(),
            "opinion": ticket._get_opinion().rating if ticket.closed else 0,
            # What has been tried on an open one has not solved it.
            "solution": ticket.solution if ticket.closed else "",
            "history": [
                {"stage": line.stage_id.name or "", "start": line.start, "stop": line.stop}
                for line in ticket.segment_ids.sorted("start")
            ],
            "files": self.env["ir.attachment"]._portal_files(self),
            "interventions": [intervention._portal_row() for intervention in interventions],
            "waiting": list(
                filter(None, (intervention._portal_waiting() for intervention in interventions))
            ),
            "visits": interventions._portal_coming_visits(),
        }

    def _portal_promises(self):
        """What was promised on this ticket (in sudo) and is still due, in plain words."""
        self.ensure_one()
        if self.closed:
            return []
        _ = self.env._
        due = (
            (_("We answer by"), not self.first_response_date and self.response_deadline),
            (_("We answer your last message by"), self.next_response_deadline),
            (_("We are with you by"), not self.on_site_date and self.on_site_deadline),
            (_("We solve it by"), self.resolution_deadline),
        )
        now = fields.Datetime.now()
        return [{"label": label, "by": by, "is_late": by < now} for label, by in due if by]

    def _portal_merged_into(self):
        """Where a merged ticket goes on; only those who may read that one are told which it is."""
        self.ensure_one()
        # The way there leads over tickets of the desk; what the user gets is judged below.
        if not self.sudo().merged_into_id:
            return {}
        target = self._get_going_on()
        if not target.sudo(False).has_access("read"):
            return {"number": "", "url": ""}
        return {"number": target.number, "url": f"/my/tickets/{target.id}"}
