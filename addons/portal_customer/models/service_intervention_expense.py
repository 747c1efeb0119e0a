from odoo import api, models
from odoo.tools import format_amount


class ServiceIntervention(models.Model):
    """What an outside technician sees and sends of their expenses."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    @api.model
    def _portal_expense_kinds(self):
        """Kinds of expense to choose from, for the tiles of the form."""
        # The list is the same for everybody; portal users have no right to set it up.
        kinds_sudo = self.env["expense.kind"].sudo().search([("active", "=", True)])
        return [
            {
                "code": kind.code,
                "name": kind.name,
                "icon": kind.icon or "fa-file-text-o",
                "is_mileage": kind.is_mileage,
                "is_allowance": kind.is_allowance,
            }
            for kind in kinds_sudo
        ]

    def _portal_expenses(self):
        """The user's own expenses on this intervention; the caller has checked the latter."""
        self.ensure_one()
        # Portal users read no expenses: these are their own.
        own_sudo = self.sudo().expense_ids.filtered(
            lambda expense: expense.employee_id.user_id == self.env.user
        )
        return [
            {
                "name": expense.name,
                "date": expense.date,
                "amount": format_amount(
                    self.env, expense.total_amount, expense.company_currency_id
                ),
                "verdict": expense.traceability_verdict
                if expense.traceability_state == "missing"
                else "",
            }
            for expense in own_sudo
        ]

    @api.model
    def _portal_expense(self, typed):
        """An expense from a form; what it doesn't say is left out."""
        values = {
            "kind": typed.get("kind"),
            "amount": self._portal_number(typed.get("amount")),
            "distance_km": self._portal_number(typed.get("distance_km")),
            "days": self._portal_number(typed.get("days")),
            "odometer_start": self._portal_number(typed.get("odometer_start")),
            "odometer_stop": self._portal_number(typed.get("odometer_stop")),
            "distance_reason": typed.get("distance_reason"),
            "date": typed.get("date"),
            "description": typed.get("description"),
            "payment_traceable": bool(typed.get("payment_traceable")),
        }
        return {name: value for name, value in values.items() if value}
