from odoo import fields, models
from odoo.exceptions import ValidationError


class ServiceIntervention(models.Model):
    """Who is on an intervention when visits change hands."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    def _replace_technician(self, attendee_sudo, leaving_sudo, employee_id):
        """Send somebody else to a visit; the caller has judged the right to.

        Who needn't come any more is told, unless they have declined.

        :param recordset attendee_sudo: the invitation of whoever leaves
        :param recordset leaving_sudo: the ``hr.employee`` who leaves
        :param int employee_id: the new technician
        """
        self.ensure_one()
        event = attendee_sudo.event_id.sudo(self.env.su)
        successor = self._check_technicians([employee_id])  # in sudo
        partners = successor._get_visit_partners()
        if partners <= event.partner_ids:
            raise ValidationError(
                self.env._("%(name)s goes on this visit already.", name=successor.name)
            )
        if attendee_sudo.state != "declined":
            attendee_sudo.with_context(field_service_visit_cancelled=True)._send_visit_mails()
        self.sudo().technician_ids |= successor
        event.with_context(skip_contact_description=True).write(
            {
                "partner_ids": [
                    fields.Command.unlink(attendee_sudo.partner_id.id),
                    *(fields.Command.link(partner.id) for partner in partners),
                ]
            }
        )
        self._drop_technician(leaving_sudo)
        self._follow_answers()

    def _drop_technician(self, employee):
        """Take somebody off who goes on no visit any more and has recorded nothing.

        :param recordset employee: ``hr.employee``, in sudo; the caller has judged the right to plan
        """
        self.ensure_one()
        intervention_sudo = self.sudo()
        visits_sudo = intervention_sudo.event_ids.filtered("active")
        worked = employee in intervention_sudo.work_line_ids.employee_id
        if not worked and not employee._get_visit_partners() & visits_sudo.partner_ids:
            intervention_sudo.technician_ids -= employee
