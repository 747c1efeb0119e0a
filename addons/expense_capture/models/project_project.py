from odoo import models
from odoo.fields import Domain


class ProjectProject(models.Model):
    """What expenses cost a job order, in Odoo's panel and in its budget."""

    _inherit = "project.project"

    def _get_profitability_items(self, with_action=True):
        """Override of `project_hr_expense`, where Odoo has installed it: it counts only expenses
        that the user may read, and takes VAT off that isn't ours to deduct.
        """
        items = super()._get_profitability_items(with_action)
        sequence = self._get_profitability_sequence_per_invoice_type().get("expenses")
        if sequence and self.account_id:
            self._correct_expense_section(items["costs"], sequence)
        return items

    def _correct_expense_section(self, costs, sequence):
        """Have expenses cost what their entries put on the analytic account."""
        # Whoever may see the margin needn't have a right to each expense.
        ((cost,),) = (
            self.env["account.analytic.line"]
            .sudo()
            ._read_group(
                Domain("account_id", "=", self.account_id.id)
                & Domain("move_line_id.expense_id", "!=", False),
                [],
                ["amount:sum"],
            )
        )
        section = next((found for found in costs["data"] if found["id"] == "expenses"), None)
        if not section:
            if not cost:
                return
            section = {"id": "expenses", "sequence": sequence, "billed": 0.0, "to_bill": 0.0}
            costs["data"].append(section)
        costs["total"]["billed"] += (cost or 0.0) - section["billed"]
        section["billed"] = cost or 0.0

    def _get_counted_entry_domain(self):
        """Override of `field_service`: an expense costs what its work line says."""
        return super()._get_counted_entry_domain() | Domain("expense_id.work_line_ids", "!=", False)

    def _get_closing_checks(self):
        """Override of `field_service`: expenses that nobody has approved or refused yet."""
        return {
            **super()._get_closing_checks(),
            "expenses": (
                self.env._("Expenses not approved yet"),
                "hr_expense.hr_expense_actions_all",
                Domain("intervention_id.project_id", "=", self.id)
                & Domain("state", "in", ["draft", "submitted"]),
            ),
        }
