from datetime import timedelta

from odoo import api, fields, models

from ..models.service_intervention_work import RECORDABLE_KINDS
from ..models.service_rate import KIND_SELECTION
from ..models.service_work_line import TIME_KINDS
from ..printing import format_times


class ServiceInterventionRecordWork(models.TransientModel):
    """Asks for one piece of work, with as few taps as it takes."""

    _name = "service.intervention.record.work"
    _description = "Record Work"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    company_id = fields.Many2one(related="intervention_id.company_id")
    kind = fields.Selection(
        selection=[item for item in KIND_SELECTION if item[0] in RECORDABLE_KINDS],
        required=True,
        default="labour",
    )
    is_time = fields.Boolean(compute="_compute_is_time")
    employee_id = fields.Many2one(
        "hr.employee",
        string="Technician",
        default=lambda self: self.env.user.employee_id,
        domain="[('company_id', '=', company_id)]",
    )
    duration = fields.Selection(
        selection=[
            ("30", "30 min"),
            ("60", "1 h"),
            ("120", "2 h"),
            ("arrival", "Since check-in"),
        ],
        store=False,
    )
    start = fields.Datetime(compute="_compute_times", store=True, readonly=False, precompute=True)
    stop = fields.Datetime(compute="_compute_times", store=True, readonly=False, precompute=True)
    hint = fields.Char(compute="_compute_hint")
    break_minutes = fields.Integer(string="Break (minutes)")
    date = fields.Date(default=fields.Date.context_today)
    quantity = fields.Float()
    product_id = fields.Many2one("product.product", string="Part")
    serial_number = fields.Char(string="Serial number or lot")
    equipment_id = fields.Many2one("service.equipment", domain="[('id', 'in', equipment_ids)]")
    equipment_ids = fields.Many2many(
        related="intervention_id.equipment_ids", string="Equipment of the intervention"
    )
    name = fields.Char(string="Description")

    @api.depends("kind")
    def _compute_is_time(self):
        for wizard in self:
            wizard.is_time = wizard.kind in TIME_KINDS

    @api.onchange("duration")
    def _onchange_duration(self):
        """Up to now, as long as was tapped."""
        if self.duration == "arrival":
            self._compute_times()
        elif self.duration:
            self.stop = self._now()
            self.start = self.stop - timedelta(minutes=int(self.duration))

    @api.depends("intervention_id", "kind")
    def _compute_times(self):
        """What one's taps say and nothing has recorded yet; who has only just come writes hours."""
        for wizard in self:
            # Stored values are worked out in sudo: only for who may read what they come from.
            intervention = wizard.intervention_id.sudo(False)
            intervention.check_access("read")
            proposed = intervention and intervention._propose_stretch(wizard.kind)
            if not proposed:
                # What was typed stays with the kinds of work of which taps say nothing.
                is_typed = wizard.kind not in ("labour", "travel")
                proposed = (is_typed and wizard.start, is_typed and wizard.stop or self._now())
            wizard.start, wizard.stop = proposed

    @api.depends("intervention_id", "kind")
    def _compute_hint(self):
        for wizard in self:
            intervention = wizard.intervention_id
            travel = None
            if intervention and wizard.kind == "labour":
                travel = intervention._propose_stretch("travel")
            zone = wizard.company_id._get_reader_timezone()
            wizard.hint = travel and self.env._(
                "Your journey %(times)s is not recorded yet.",
                times=format_times(self.env, *travel, zone),
            )

    @api.model
    def _now(self):
        return fields.Datetime.now().replace(second=0, microsecond=0)

    def _prepare_line(self):
        self.ensure_one()
        line = {
            "kind": self.kind,
            "name": self.name or None,
            "employee_id": self.employee_id.id or None,
            "equipment_id": self.equipment_id.id or None,
        }
        if self.is_time and self.start:
            return {
                **line,
                "start": fields.Datetime.to_string(self.start),
                "stop": fields.Datetime.to_string(self.stop) if self.stop else None,
                "break_minutes": self.break_minutes,
            }
        return {
            **line,
            "date": fields.Date.to_string(self.date),
            "quantity": self.quantity,
            "product_id": self.product_id.id or None,
            "serial_number": self.serial_number or None,
        }

    def action_confirm(self):
        self.intervention_id.record_work(lines=[self._prepare_line()])
        return {"type": "ir.actions.act_window_close"}

    def action_confirm_and_new(self):
        """Save this piece of work and ask for the next one."""
        self.action_confirm()
        return self.intervention_id.action_record_work()
