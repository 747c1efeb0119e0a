from odoo import fields, models


class ServiceDatedMixin(models.AbstractModel):
    """A row of a table that holds from one day to another: prices, allowances, rules."""

    _name = "service.dated.mixin"
    _description = "Valid from one Day to Another"

    date_from = fields.Date(string="Valid from", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Valid until")

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        lambda env, _diagnostics: env._("What is valid cannot end before it begins."),
    )

    def _is_valid_on(self, day):
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or day <= self.date_to)
