from odoo import api, fields, models


class ExpenseTripStop(models.Model):
    """A place on the way of somebody's own car, before the site of the intervention."""

    _name = "expense.trip.stop"
    _description = "Stop of a Trip"
    _order = "expense_id, sequence, id"

    expense_id = fields.Many2one("hr.expense", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    partner_id = fields.Many2one(
        "res.partner", string="Address", index="btree_not_null", ondelete="restrict"
    )
    name = fields.Char(
        string="Place",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )

    @api.depends("partner_id")
    def _compute_name(self):
        for stop in self:
            place = stop.partner_id
            stop.name = stop.name or place.city or place.display_name or self.env._("Stop")
