from odoo import models
from odoo.exceptions import ValidationError

from .expense_allowance_rate import FORMS

MAX_DAYS = 31


class ServiceIntervention(models.Model):
    """Days away on an intervention, paid without receipts."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    def _check_days(self, value):
        days = self._to_number(value)
        if not 0 < days <= MAX_DAYS:
            raise ValidationError(
                self.env._("Say how many days it was, at most %(limit)s.", limit=MAX_DAYS)
            )
        return days

    def _prepare_allowance(self, given, employee):
        """Values of the expense of days away; in sudo, after a check."""
        form = given["allowance"] or employee.allowance_form or "lump"
        if form not in dict(FORMS):
            raise ValidationError(self.env._("Choose one of the forms of a daily allowance."))
        country = given["country_id"]
        site = self._get_work_country()
        home = self.company_id.country_id
        is_abroad = bool(country and country != home.id) or bool(
            not country and site and site != home
        )
        rates = self.env["expense.allowance.rate"].search(
            [("company_id", "in", [False, self.company_id.id])]
        )
        if not rates._choose(self.company_id, form, is_abroad, given["date"]):
            raise ValidationError(
                self.env._(
                    "There is no daily allowance of this form for this day. Ask the accountant to "
                    "add it."
                )
            )
        return {"quantity": given["days"], "allowance_form": form}
