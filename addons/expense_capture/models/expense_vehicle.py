from odoo import api, fields, models


class ExpenseVehicleClass(models.Model):
    """What vehicles have in common for the table of costs per kilometre."""

    _name = "expense.vehicle.class"
    _description = "Class of Vehicles"
    _order = "name"

    name = fields.Char(required=True, help="As the table of costs per kilometre calls it.")
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(lower(name))", "There is already a class with this name.")


class ExpenseVehicle(models.Model):
    """Somebody's own car, with its plate, as it stands on the expense note."""

    _name = "expense.vehicle"
    _description = "Own Vehicle"
    _order = "employee_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(string="Vehicle", required=True, help="Make and model.")
    plate = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    employee_id = fields.Many2one(
        "hr.employee", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="employee_id.company_id", store=True, index=True)
    class_id = fields.Many2one(
        "expense.vehicle.class",
        index="btree_not_null",
        ondelete="restrict",
        help="Says which rate per kilometre holds.",
    )

    @api.depends("name", "plate")
    def _compute_display_name(self):
        for vehicle in self:
            vehicle.display_name = " ".join(filter(None, [vehicle.name, vehicle.plate]))
