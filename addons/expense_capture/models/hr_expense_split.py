from odoo import models
from odoo.exceptions import UserError


class HrExpense(models.Model):
    """What may be split into several expenses."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    def action_split_wizard(self):
        """Override of `hr_expense`: what the customer has signed or was billed stays whole, and so
        does what is on a contractor's bill, and what is counted: kilometres and days are added
        anew.
        """
        self._check_may_split()
        return super().action_split_wizard()

    def _check_may_split(self):
        self.ensure_one()
        # Whoever approves needn't have a right to the work; whether it is billed is shown anyway.
        lines_sudo = self.sudo().work_line_ids
        if lines_sudo.invoice_line_id:
            raise UserError(
                self.env._(
                    "“%(expense)s” is on an invoice already: it can no longer be split.",
                    expense=self.name,
                )
            )
        lines_sudo._check_not_frozen()
        lines_sudo._check_not_on_bill()
        if self.intervention_id and self._get_charge_policy().charge == "fixed":
            raise UserError(
                self.env._(
                    "“%(expense)s” is charged at a fixed price: it cannot be split.",
                    expense=self.name,
                )
            )
        if self.kind_id._is_counted():
            raise UserError(
                self.env._(
                    "Kilometres and days cannot be split. Correct the number, and add another "
                    "expense."
                )
            )
