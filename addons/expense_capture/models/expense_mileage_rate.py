from odoo import api, fields, models
from odoo.exceptions import UserError


class ExpenseMileageRate(models.Model):
    """What a person gets per kilometre with their own car, valid between dates.

    A rate of the person comes before one of the vehicle's class, that before one for everybody,
    then the newest. What the customer pays
    per kilometre is another thing: it stands in the price list of work.
    """

    _name = "expense.mileage.rate"
    _description = "Mileage Rate"
    _inherit = ["service.dated.mixin"]
    _order = "name, date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Vehicle", required=True, help="Model or class of the vehicle.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one(
        "hr.employee",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Leave empty for everybody.",
    )
    class_id = fields.Many2one(
        "expense.vehicle.class",
        index="btree_not_null",
        ondelete="restrict",
        help="Leave empty for all vehicles.",
    )
    price = fields.Float(string="Reimbursed per km", required=True, digits=(16, 4))

    _not_negative = models.Constraint(
        "CHECK (price >= 0 AND price < 100)",
        "A rate per kilometre cannot be negative, nor as large as this.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._fill_in_drafts()
        return rates

    def write(self, vals):
        if "price" in vals and self._get_expenses([("state", "!=", "draft")], limit=1):
            raise UserError(
                self.env._(
                    "Kilometres have been reported at this rate. Let it end, and add a new one."
                )
            )
        result = super().write(vals)
        if "price" in vals:
            drafts = self._get_expenses([("state", "=", "draft")])
            drafts.modified(["mileage_rate_id"])
            drafts._charge()
        return result

    def _get_expenses(self, domain, limit=None):
        # Whoever keeps the rates needn't be able to read everybody's expenses.
        expenses_sudo = self.env["hr.expense"].sudo()
        return expenses_sudo.search([("mileage_rate_id", "in", self.ids), *domain], limit=limit)

    def _fill_in_drafts(self):
        """Kilometres that were captured before there was a rate get one now."""
        expenses_sudo = self.env["hr.expense"].sudo()
        drafts = expenses_sudo.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "draft"),
                ("is_mileage", "=", True),
                ("mileage_rate_id", "=", False),
            ]
        )
        drafts._compute_mileage_rate_id()

    def _choose(self, employee, day, vehicle_class=None):
        """The rate of this set that holds for a person's vehicle on a day, or none."""
        valid = self.filtered(
            lambda rate: (
                rate._is_valid_on(day)
                and (not rate.employee_id or rate.employee_id == employee)
                and (not rate.class_id or rate.class_id == vehicle_class)
            )
        )
        return valid.sorted(
            key=lambda rate: (
                bool(rate.employee_id),
                bool(rate.class_id),
                rate.date_from,
                rate.id,
            ),
            reverse=True,
        )[:1]
