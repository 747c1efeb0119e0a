from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..trip import is_longer, measure


class HrExpense(models.Model):
    """Kilometres with one's own car: which car, which way, and how they were measured."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    vehicle_id = fields.Many2one(
        "expense.vehicle",
        string="Own vehicle",
        compute="_compute_vehicle_id",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('employee_id', '=', employee_id)]",
    )
    stop_ids = fields.One2many("expense.trip.stop", "expense_id", string="Stops")
    is_return = fields.Boolean(string="There and back", default=True)
    odometer_start = fields.Float(string="Odometer at the start")
    odometer_stop = fields.Float(string="Odometer at the end")
    distance_measured = fields.Float(
        string="By road (km)",
        compute="_compute_distance_measured",
        store=True,
        precompute=True,
        compute_sudo=True,
        help="Between the coordinates, times the factor for roads. Zero: a place is not known.",
    )
    distance_reason = fields.Char(
        string="Why more kilometres", help="Detour, closed road, second errand."
    )

    @api.depends("kind_id", "employee_id")
    def _compute_vehicle_id(self):
        vehicles = self.env["expense.vehicle"].search([("employee_id", "in", self.employee_id.ids)])
        own = vehicles.grouped("employee_id")
        for expense in self:
            if not expense.kind_id.is_mileage:
                expense.vehicle_id = False
            elif expense.vehicle_id.employee_id != expense.employee_id:
                expense.vehicle_id = own.get(expense.employee_id, vehicles)[:1]

    @api.depends("kind_id", "employee_id", "intervention_id", "is_return", "stop_ids.partner_id")
    def _compute_distance_measured(self):
        for expense in self:
            intervention = expense.intervention_id
            if not expense.kind_id.is_mileage or not intervention:
                expense.distance_measured = 0
                continue
            trip = intervention._get_trip(
                expense.employee_id, [(stop.name, stop.partner_id) for stop in expense.stop_ids]
            )
            roads = intervention.company_id._get_roads()
            expense.distance_measured = measure(trip, roads, expense.is_return) or 0

    @api.depends("vehicle_id")
    def _compute_mileage_rate_id(self):
        return super()._compute_mileage_rate_id()

    @api.constrains("quantity", "distance_measured", "distance_reason")
    def _check_distance_reason(self):
        for expense in self:
            if (
                expense.is_mileage
                and not expense.distance_reason
                and is_longer(expense.quantity, expense.distance_measured)
            ):
                raise ValidationError(
                    self.env._(
                        "By road it is about %(measured)s km, you wrote %(given)s km. Say why it "
                        "was more, or correct it.",
                        measured=round(expense.distance_measured),
                        given=round(expense.quantity),
                    )
                )

    @api.constrains("odometer_start", "odometer_stop")
    def _check_odometer(self):
        for expense in self:
            if expense.odometer_stop and expense.odometer_stop < expense.odometer_start:
                raise ValidationError(
                    self.env._("The odometer shows more at the end of a trip than at its start.")
                )

    @api.constrains("vehicle_id", "employee_id")
    def _check_vehicle(self):
        for expense in self:
            owner = expense.sudo().vehicle_id.employee_id
            if owner and owner != expense.employee_id:
                raise ValidationError(self.env._("This vehicle is somebody else's."))

    def _get_route(self):
        """The way in words: from, over, to, and back."""
        self.ensure_one()
        places = [self.origin, *self.stop_ids.mapped("name"), self.destination]
        if self.is_return and self.origin and self.destination:
            places.append(self.origin)
        return " – ".join(filter(None, places))
