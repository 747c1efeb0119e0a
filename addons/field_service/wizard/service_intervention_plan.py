from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models


class ServiceInterventionPlan(models.TransientModel):
    """Asks who goes when, and tells before saving what stands against it."""

    _name = "service.intervention.plan"
    _description = "Plan a Visit"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    company_id = fields.Many2one(related="intervention_id.company_id")
    start = fields.Datetime(required=True, default=lambda self: self._default_start())
    stop = fields.Datetime(
        compute="_compute_stop", store=True, readonly=False, required=True, precompute=True
    )
    # The public record of the same person: dispatchers read no personnel records.
    employee_ids = fields.Many2many(
        "hr.employee.public",
        relation="service_intervention_plan_employee_rel",
        string="Technicians",
        compute="_compute_employee_ids",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('takes_visits', '=', True)]",
    )
    employee_count = fields.Integer(compute="_compute_employee_count")
    skill_ids = fields.Many2many(related="intervention_id.skill_ids")
    contact_id = fields.Many2one(related="intervention_id.contact_id")
    invite_customer = fields.Boolean(
        string="Ask the contact to confirm too", help="They get a mail with the date."
    )
    warning = fields.Text(compute="_compute_warning")
    window_start = fields.Date(string="Look from", required=True, default=fields.Date.context_today)
    window_stop = fields.Date(
        string="Look until", required=True, default=lambda self: self._default_window_stop()
    )
    together = fields.Boolean(
        string="All of them together",
        default=True,
        help="Look for a time at which all the chosen technicians are free. Otherwise a slot is "
        "proposed for one of them.",
    )
    slot_ids = fields.One2many("service.intervention.plan.slot", "plan_id", readonly=True)
    slot_remark = fields.Text(readonly=True)

    @api.model
    def _default_start(self):
        """The next full hour, within the company's working time: tonight nobody goes any more."""
        hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        start = pytz.utc.localize(hour + timedelta(hours=1))
        # A moment's work from then on ends just after the hour it begins in.
        calendar = self.env.company.resource_calendar_id
        moment = timedelta(minutes=1)
        end = calendar and calendar.plan_hours(moment / timedelta(hours=1), start, True)
        begin = end - moment if end else start
        return begin.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _default_window_stop(self):
        return fields.Date.context_today(self) + timedelta(days=14)

    @api.depends("intervention_id", "start")
    def _compute_stop(self):
        for wizard in self:
            hours = wizard.intervention_id and wizard.intervention_id._get_visit_hours() or 1.0
            wizard.stop = wizard.start and wizard.start + timedelta(hours=hours)

    @api.depends("intervention_id")
    def _compute_employee_ids(self):
        for wizard in self:
            technicians = wizard.intervention_id.technician_ids
            wizard.employee_ids = wizard.employee_ids.browse(technicians.ids)

    @api.depends("employee_ids")
    def _compute_employee_count(self):
        for wizard in self:
            wizard.employee_count = len(wizard.employee_ids)

    @api.depends("employee_ids", "start", "stop")
    def _compute_warning(self):
        for wizard in self:
            warnings = []
            if wizard.start and wizard.stop and wizard.start < wizard.stop:
                technicians = self.env["hr.employee"].browse(wizard.employee_ids._origin.ids)
                warnings = wizard.intervention_id._get_planning_warnings(
                    technicians, wizard.start, wizard.stop
                )
            wizard.warning = "\n".join(warnings)

    def action_find_slots(self):
        """Propose free slots: of the chosen technicians, else of everybody who takes visits."""
        self.ensure_one()
        zone = pytz.timezone(self.company_id._get_reader_timezone())
        day = datetime.combine(self.window_start, time.min)
        end = datetime.combine(self.window_stop, time.min) + timedelta(days=1)
        [found] = self.intervention_id.find_slots(
            start=_to_utc(day, zone),
            stop=_to_utc(end, zone),
            employee_ids=self.employee_ids.ids or None,
            hours=(self.stop - self.start).total_seconds() / 3600,
            together=self.together and len(self.employee_ids) > 1,
        )
        self.slot_ids.unlink()
        self.slot_ids = [
            fields.Command.create(
                {
                    "employee_ids": [fields.Command.set(slot["employee_ids"])],
                    "start": slot["start"],
                    "stop": slot["stop"],
                    "reason": slot["reason"],
                }
            )
            for slot in found["slots"]
        ]
        self.slot_remark = "\n".join(found["remarks"])
        return self._reopen()

    def _reopen(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_plan_action"
        )
        return {**action, "res_id": self.id}

    def action_confirm(self):
        self.ensure_one()
        self.intervention_id.plan(
            start=fields.Datetime.to_string(self.start),
            stop=fields.Datetime.to_string(self.stop),
            employee_ids=self.employee_ids.ids,
            invite_customer=self.invite_customer,
        )
        return {"type": "ir.actions.act_window_close"}


class ServiceInterventionPlanSlot(models.TransientModel):
    """A free slot that is proposed in the dialog."""

    _name = "service.intervention.plan.slot"
    _description = "Proposed Slot"
    _inherit = ["dialog.mixin"]

    plan_id = fields.Many2one("service.intervention.plan", required=True, ondelete="cascade")
    employee_ids = fields.Many2many(
        "hr.employee.public",
        relation="service_intervention_plan_slot_employee_rel",
        string="Technicians",
        required=True,
    )
    start = fields.Datetime(string="From", required=True)
    stop = fields.Datetime(string="To", required=True)
    reason = fields.Text()

    def action_take(self):
        """Fill the dialog in with this slot; warnings are shown before anything is planned."""
        self.ensure_one()
        plan = self.plan_id
        plan.write(
            {
                "start": self.start,
                "stop": self.stop,
                "employee_ids": [fields.Command.set(self.employee_ids.ids)],
            }
        )
        return plan._reopen()


def _to_utc(moment, zone):
    return fields.Datetime.to_string(zone.localize(moment).astimezone(pytz.utc))
