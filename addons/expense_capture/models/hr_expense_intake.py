from odoo import api, models


class HrExpense(models.Model):
    """Receipts from a phone's share menu and from mails find the intervention they belong to."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    @api.model
    def create_expense_from_attachments(self, attachment_ids=None, view_type="list"):
        """Override of `hr_expense`: what is shared on the job belongs to the job."""
        self.check_access("create")
        expense_ids = super().create_expense_from_attachments(attachment_ids, view_type)
        self.browse(expense_ids)._find_intervention()
        return expense_ids

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Override of `hr_expense`: a number of an intervention in the subject is no price."""
        subject = msg_dict.get("subject") or ""
        # Whoever sends a receipt by mail has no session, and so no rights of their own.
        interventions_sudo = self.env["service.intervention"].sudo()
        numbers = interventions_sudo._find_numbers(subject)
        for number in numbers:
            msg_dict = {**msg_dict, "subject": " ".join(subject.split(number)).strip(" []():-")}
        expense = super().message_new(msg_dict, custom_values)
        expense.sudo()._find_intervention(" ".join(numbers))
        return expense

    @api.model
    def _parse_product(self, expense_description):
        """Override of `hr_expense`: the first word may be a kind, as people say it: `hotel`."""
        product, rest = super()._parse_product(expense_description)
        word = expense_description.split(" ")[0]
        if product or not word:
            return product, rest
        kind = self.env["expense.kind"].search(
            ["|", ("code", "=ilike", word), ("name", "=ilike", word)], limit=1
        )
        return kind.product_id, expense_description

    def _find_intervention(self, text=""):
        """Link drafts that say nothing to where their person works; what is linked stays."""
        interventions_sudo = self.env["service.intervention"].sudo()
        loose = self.filtered(lambda expense: not expense.intervention_id)
        for employee, expenses in loose.grouped("employee_id").items():
            if not employee:
                continue
            found_sudo = interventions_sudo._find_for_receipt(employee.sudo(), text)
            found_sudo = found_sudo.filtered(
                lambda found, own=expenses: found.company_id == own.company_id
            )
            if found_sudo:
                expenses.sudo().intervention_id = found_sudo
