from odoo import api, models

from odoo.addons.knowledge_base.locking import lock_rows


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
        intervention_sudo, employee_sudo = draft_sudo.intervention_id, draft_sudo.employee_id
        if intervention_sudo:
            intervention_sudo._lock_for_work()
        else:
            lock_rows(employee_sudo, touch=True)
        checksum = draft_sudo.message_main_attachment_id.checksum
        known_sudo = intervention_sudo._find_receipt(employee_sudo, checksum, draft_sudo)
        if not known_sudo:
            return self
        draft_sudo.unlink()
        return known_sudo.sudo(self.env.su)

    # === WHAT CAME OF RECEIPTS THAT WERE SENT === #

    def tell_receipts(self, attachment_ids):
        """Say what came of receipts that were sent, see ``create_expense_from_attachments``.

        :param list[int] attachment_ids: the files, in the order of these expenses
        :return: ``{"kept": number of new drafts, "known": [{"expense_id": …, "sentence": …}]}``,
            the latter of receipts of which none was made
        """
        self.check_access("read")
        # Whoever reads an expense may know whether a file is its receipt.
        kept_sudo = self.env["ir.attachment"].sudo()
        kept_sudo = kept_sudo.search(
            [
                ("id", "in", attachment_ids),
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
            ]
        )
        known = [
            expense
            for expense, attachment_id in zip(self, attachment_ids, strict=False)
            if attachment_id not in kept_sudo.ids
        ]
        return {
            "kept": len(kept_sudo),
            "known": [
                {"expense_id": expense.id, "sentence": expense._get_known_sentence()}
                for expense in dict.fromkeys(known)
            ],
        }

    def _get_known_sentence(self):
        """What somebody is told whose receipt is in this expense already."""
        self.ensure_one()
        if self.state != "refused":
            return self.env._(
                "You have sent this receipt here before: it is in “%(expense)s”. No second "
                "draft was made.",
                expense=self.name,
            )
        return self.env._(
            "This receipt is in “%(expense)s”, which was refused: %(reason)s\nNo draft was made of "
            "it. Ask for it to be set back to draft, or enter the expense anew with what was "
            "missing.",
            expense=self.name,
            reason=self.refusal_reason or self.env._("see its messages."),
        )

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
