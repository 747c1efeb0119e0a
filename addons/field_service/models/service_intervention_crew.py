from odoo import models


class ServiceIntervention(models.Model):
    """Who is on an intervention when visits change hands."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

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
