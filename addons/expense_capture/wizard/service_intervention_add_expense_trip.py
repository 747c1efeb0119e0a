from odoo import api, fields, models


class ServiceInterventionAddExpense(models.TransientModel):
    """A trip with one's own car: which car, and over which places."""

    _inherit = "service.intervention.add.expense"

    driver_id = fields.Many2one("hr.employee", compute="_compute_driver_id", compute_sudo=True)
    has_vehicles = fields.Boolean(compute="_compute_driver_id", compute_sudo=True)
    vehicle_id = fields.Many2one(
        "expense.vehicle",
        string="Own vehicle",
        compute="_compute_vehicle_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('employee_id', '=', driver_id)]",
    )
    stop_ids = fields.One2many("service.intervention.add.expense.stop", "dialog_id")
    route = fields.Char(string="Way", compute="_compute_route")
    unknown_place = fields.Char(compute="_compute_route")

    @api.depends("intervention_id", "employee_id")
    def _compute_driver_id(self):
        for dialog in self:
            own = self.env.user.with_company(dialog.company_id).employee_id
            dialog.driver_id = dialog.employee_id or own
            dialog.has_vehicles = bool(
                dialog.driver_id
                and self.env["expense.vehicle"].search_count(
                    [("employee_id", "=", dialog.driver_id.id)], limit=1
                )
            )

    @api.depends("driver_id", "kind_id")
    def _compute_vehicle_id(self):
        for dialog in self:
            # Stored values are worked out in sudo: one sees one's own vehicles, the office all.
            vehicles = self.env["expense.vehicle"].sudo(False)
            if not dialog.kind_id.is_mileage or not dialog.driver_id:
                dialog.vehicle_id = False
            elif dialog.vehicle_id.employee_id != dialog.driver_id:
                dialog.vehicle_id = vehicles.search(
                    [("employee_id", "=", dialog.driver_id.id)], limit=1
                )

    @api.depends("stop_ids.other_id", "stop_ids.partner_id", "stop_ids.name")
    def _compute_distance_km(self):
        return super()._compute_distance_km()

    @api.depends(
        "intervention_id",
        "kind_id",
        "is_return",
        "stop_ids.other_id",
        "stop_ids.partner_id",
        "stop_ids.name",
    )
    def _compute_route(self):
        for dialog in self:
            proposed = dialog._propose_distance() if dialog.kind_id.is_mileage else {}
            dialog.route = proposed.get("route", "")
            dialog.unknown_place = proposed.get("unknown", "")

    def _propose_distance(self):
        """Override: over the stops; see ``service.intervention.propose_distance``."""
        intervention = self.intervention_id.sudo(False)
        return intervention.propose_distance(
            stops=self._prepare_stops(), return_trip=self.is_return
        )

    def _prepare_stops(self):
        """The places on the way, as ``propose_distance`` and ``add_expense`` take them."""
        return [
            {
                "intervention_id": stop.other_id._origin.id,
                "partner_id": stop.partner_id._origin.id,
                "name": stop.name or "",
            }
            for stop in self.stop_ids.sorted("sequence")
            if stop.other_id or stop.partner_id or (stop.name or "").strip()
        ]

    def _prepare_expense(self):
        values = super()._prepare_expense()
        if self.is_mileage:
            values |= {"stops": self._prepare_stops(), "vehicle_id": self.vehicle_id.id}
        return values


class ServiceInterventionAddExpenseStop(models.TransientModel):
    """A place on the way: another job of the day, an address, or its name."""

    _name = "service.intervention.add.expense.stop"
    _description = "Place on the Way"
    _inherit = ["dialog.mixin"]
    _order = "sequence, id"

    dialog_id = fields.Many2one(
        "service.intervention.add.expense", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    other_id = fields.Many2one(
        "service.intervention",
        string="Another job",
        domain="[('technician_ids', 'in', parent.driver_id), ('id', '!=', parent.intervention_id)]",
    )
    partner_id = fields.Many2one("res.partner", string="Address")
    name = fields.Char(string="Place", help="If it is neither a job nor an address that we have.")
