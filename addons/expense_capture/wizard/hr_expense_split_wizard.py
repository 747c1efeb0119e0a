from odoo import models


class HrExpenseSplitWizard(models.TransientModel):
    """Parts of an expense of an intervention are spent on it, too."""

    _inherit = "hr.expense.split.wizard"

    def action_split_expense(self):
        """Override of `hr_expense`: each part is charged, nights are counted once."""
        whole = self.expense_id
        whole._check_may_split()
        before = self._find_parts()
        action = super().action_split_expense()
        if whole.intervention_id:
            # Whoever approves needn't have a right to the intervention; the whole is on it.
            parts_sudo = (self._find_parts() - before - whole).sudo()
            parts_sudo.write(
                {
                    "intervention_id": whole.sudo().intervention_id.id,
                    "event_id": whole.sudo().event_id.id,
                    "equipment_id": whole.sudo().equipment_id.id,
                    "nights": 0,
                }
            )
        return action

    def _find_parts(self):
        """Expenses that this one was split into so far."""
        origin = self.expense_id.split_expense_origin_id
        return origin and origin.search([("split_expense_origin_id", "=", origin.id)])
