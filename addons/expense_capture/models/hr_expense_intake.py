from odoo import api, models


class HrExpense(models.Model):
    """Receipts from a phone's share menu and from mails find the intervention they belong to."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    @api.model
    def create_expense_from_attachments(self, attachment_ids=None, view_type="list"):
        """Override of `hr_expense`: what is shared on the job belongs to the job.

        A receipt that its person has there already makes no second draft: the expense that has it
        stands in the place of the new one.
        """
        self.check_access("create")
        expense_ids = super().create_expense_from_attachments(attachment_ids, view_type)
        expenses = self.browse(expense_ids)
        expenses._find_intervention()
        return [expense._keep_once().id for expense in expenses]

    def _keep_once(self):
        """The expense that is kept: this new one, or the one that has the same receipt already."""
        self.ensure_one()
        # Drafts of the user's own, made right now: the intervention was found for them.
        draft_sudo = self.sudo()
        if not draft_sudo.intervention_id:
            return self
        intervention_sudo = draft_sudo.intervention_id._lock_for_work()
        checksum = draft_sudo.message_main_attachment_id.checksum
        known_sudo = intervention_sudo._find_receipt(draft_sudo.employee_id, checksum, draft_sudo)
        if not known_sudo:
            return self
        draft_sudo.unlink()
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "You have sent this receipt here before: it is in “%(expense)s”. No second "
                    "draft was made.",
                    expense=known_sudo.name,
                ),
            },
        )
        return known_sudo.sudo(self.env.su)

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
