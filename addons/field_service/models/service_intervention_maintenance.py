import pytz
from dateutil.relativedelta import relativedelta

from odoo import fields, models


class ServiceIntervention(models.Model):
    """Preventive visits and legal inspections: where an intervention comes from, what it moves."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    maintenance_plan_id = fields.Many2one(
        "service.maintenance.plan",
        string="Preventive plan",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    maintenance_date = fields.Date(string="Due on", readonly=True, copy=False)

    # Whoever makes them at once: a due day is served once.
    _maintenance_uniq = models.UniqueIndex(
        "(maintenance_plan_id, maintenance_date) WHERE maintenance_plan_id IS NOT NULL",
        "There is already an intervention of this preventive plan for that day.",
    )

    def write(self, vals):
        closing = self.browse()
        if vals.get("state") == "done":
            closing = self.filtered(lambda intervention: intervention.state != "done")
        result = super().write(vals)
        closing._move_legal_dates()
        return result

    def _get_visit_hours(self):
        """How long a visit is proposed to be."""
        self.ensure_one()
        # The plan of a foreign company may not be readable; its length is no secret.
        plan_sudo = self.sudo().maintenance_plan_id
        return plan_sudo.expected_hours or self.type_id.expected_hours or 1.0

    def _move_legal_dates(self):
        """What has been inspected falls due again after the months that its type of work says."""
        for intervention in self.filtered("type_id.legal_months"):
            day = intervention._get_inspection_day()
            following = day + relativedelta(months=intervention.type_id.legal_months)
            # Technicians close interventions without a right to change equipment.
            intervention.sudo().equipment_ids.filtered(
                lambda equipment, date=following: (
                    not equipment.next_legal_date or equipment.next_legal_date < date
                )
            ).next_legal_date = following

    def _get_inspection_day(self):
        """The local day of the last visit, today without one."""
        self.ensure_one()
        if not self.planned_end or self.planned_end > fields.Datetime.now():
            return fields.Date.context_today(self)
        zone = pytz.timezone(self.company_id._get_service_timezone())
        return pytz.utc.localize(self.planned_end).astimezone(zone).date()


class ServiceContract(models.Model):
    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.contract"

    maintenance_plan_ids = fields.One2many(
        "service.maintenance.plan", "contract_id", string="Preventive visits"
    )
    intervention_count = fields.Integer(compute="_compute_intervention_count")

    def _compute_intervention_count(self):
        count = dict(
            self.env["service.intervention"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.intervention_count = count.get(contract, 0)
