from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent


class HrExpense(models.Model):
    """Who approves: never who has spent the money, and somebody who may."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    refusal_reason = fields.Char(string="Why it was refused", readonly=True, copy=False)

    def _has_field_access(self, field, operation):
        """Override of `base`: why it was refused, whoever refuses says; nobody writes it anew."""
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or field.name != "refusal_reason"
        )

    def _do_refuse(self, reason):
        """Override of `hr_expense`: the reason is told to who sends the same receipt again."""
        result = super()._do_refuse(reason)
        # Who may refuse was judged.
        self.sudo().refusal_reason = reason
        return result

    def _do_reset_approval(self):
        """Override of `hr_expense`: what is a draft again was not refused."""
        result = super()._do_reset_approval()
        # Who may set it back was judged.
        self.sudo().refusal_reason = False
        return result

    def _can_be_autovalidated(self):
        """Override of `hr_expense`: nobody approves by handing in, for want of a manager."""
        return False

    def _get_cannot_approve_reason(self):
        """Override of `hr_expense`: with every right to approve, what somebody has spent is
        approved by somebody else, as long as there is one.
        """
        reasons = super()._get_cannot_approve_reason()
        if self.env.su:
            return reasons
        for expense in self._get_for_others():
            reasons[expense.id] = reasons[expense.id] or self.env._(
                "%(expense)s: It is your own expense. Somebody else has to approve it.",
                expense=expense.name,
            )
        return reasons

    def _get_for_others(self):
        """Own expenses of the user that somebody else may approve."""
        own = self.filtered(lambda expense: expense.employee_id.user_id == self.env.user)
        found = self.browse()
        for expenses in own.grouped("company_id").values():
            if expenses._get_approvers("hr_expense.group_hr_expense_user"):
                found |= expenses
                continue
            asked = expenses._get_approvers("hr_expense.group_hr_expense_team_approver")
            found |= expenses.filtered(lambda expense, asked=asked: expense.manager_id in asked)
        return found

    def _get_default_responsible_for_approval(self):
        """Override of `hr_expense`: who approves this type of work comes first; without them and
        without a manager the dispatcher and the leader of the team are asked, or else whoever
        approves all expenses of the company; never who has spent the money.
        """
        # Who may approve is not for everybody to read; who has to, is shown on the expense.
        intervention_sudo = self.sudo().intervention_id
        approvers = self._get_approvers("hr_expense.group_hr_expense_team_approver")
        by_type = intervention_sudo.type_id.expense_approver_id & approvers
        if by_type:
            return by_type.sudo(self.env.su)
        if responsible := super()._get_default_responsible_for_approval():
            return responsible
        for user in (intervention_sudo.user_id, intervention_sudo.team_id.user_id):
            if user and user in approvers:
                return user.sudo(self.env.su)
        others = self._get_approvers("hr_expense.group_hr_expense_user")
        return others.sorted("id")[:1].sudo(self.env.su)

    def _get_approvers(self, group):
        """People of these expenses' company in a group, without who has spent the money; in
        sudo.
        """
        members_sudo = self.env.ref(group).sudo().all_user_ids
        return members_sudo.filtered(
            lambda user: (
                user.active
                and not user.share
                and self.company_id in user.company_ids
                and user not in (self.employee_id.sudo().user_id, self.env.ref("base.user_root"))
            )
        )


class ServiceInterventionType(models.Model):
    """Who approves what this type of work costs on the road."""

    _inherit = "service.intervention.type"

    expense_approver_id = fields.Many2one(
        "res.users",
        string="Approves expenses",
        domain=[("share", "=", False)],
        ondelete="set null",
        help="Before the manager of whoever spent the money. Needs the right to approve expenses.",
    )


class ServiceIntervention(models.Model):
    """All expenses of an intervention are approved at once."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    @idempotent
    def approve_expenses(self, request_uuid=None):
        """Approve what was handed in and the user may approve; nobody approves their own, unless
        nobody else may.

        :return: ``{"expense_ids": [approved], "left": [{"name": …, "reason": sentence}]}``
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("hr_expense.group_hr_expense_team_approver"):
            raise AccessError(self.env._("You have no right to approve expenses."))
        waiting = self.env["hr.expense"].search(
            [("intervention_id", "=", self.id), ("state", "=", "submitted")], order="date, id"
        )
        own = waiting._get_for_others()
        left = [
            {"name": expense.name, "reason": self.env._("It is your own expense.")}
            for expense in own
        ]
        approved = []
        for expense in waiting - own:
            if reason := expense._get_reason_to_look_first():
                left.append({"name": expense.name, "reason": reason})
                continue
            try:
                with self.env.cr.savepoint():
                    expense._do_approve()
            except (UserError, ValidationError) as error:
                left.append({"name": expense.name, "reason": str(error)})
            else:
                approved.append(expense.id)
        return {"expense_ids": approved, "left": left}

    def action_approve_expenses(self):
        """Approve all expenses of the intervention, and say which were left and why."""
        done = self.approve_expenses()
        sentences = [self.env._("Expenses approved: %(count)s.", count=len(done["expense_ids"]))]
        sentences += [f"{item['name']}: {item['reason']}" for item in done["left"]]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if done["left"] else "success",
                "message": "\n".join(sentences),
                "sticky": bool(done["left"]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
