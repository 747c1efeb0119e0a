from odoo import Command, models


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
            whole_sudo = whole.sudo()
            for part_sudo in (self._find_parts() - before - whole).sudo():
                values = {
                    "intervention_id": whole_sudo.intervention_id.id,
                    "event_id": whole_sudo.event_id.id,
                    "equipment_id": whole_sudo.equipment_id.id,
                    "country_id": part_sudo.country_id.id,
                    "nights": 0,
                }
                if part_sudo.invoice_to_us:
                    # The tax that was chosen in the dialog, and not the one proposed on a job.
                    values["tax_ids"] = [Command.set(part_sudo.tax_ids.ids)]
                part_sudo.write(values)
        return action

    def _find_parts(self):
        """Expenses that this one was split into so far."""
        origin = self.expense_id.split_expense_origin_id
        return origin and origin.search([("split_expense_origin_id", "=", origin.id)])
