from odoo import api, fields, models

from ..coverage import JobOrder
from .service_intervention_coverage import DECIDING_FIELDS

DECIDING_FIELDS.add("is_extra_work")


class ServiceIntervention(models.Model):
    """Work on a job order: within its price, or beside it on time and material."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    is_extra_work = fields.Boolean(
        string="Extra work",
        tracking=True,
        help="Not within the fixed price of the job order: charged on time and material.",
    )

    @api.constrains("project_id")
    def _check_project_open(self):
        self.project_id._check_job_open()

    def _get_job_billing(self):
        """How work is charged on account of the job order, a key of ``service_billing``."""
        self.ensure_one()
        billing = self.project_id.service_billing
        return "time_material" if billing == "fixed_price" and self.is_extra_work else billing

    def _as_job_order(self):
        """Its job order for the pure functions of ``coverage``, or None."""
        self.ensure_one()
        if not self.project_id:
            return None
        return JobOrder(self.project_id.name, self._get_job_billing())


class ServiceWorkLine(models.Model):
    """Work lines are charged to job orders that are open."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    @api.constrains("intervention_id")
    def _check_project_open(self):
        # Technicians needn't see the job order their work is charged to.
        self.sudo().intervention_id.project_id._check_job_open()
