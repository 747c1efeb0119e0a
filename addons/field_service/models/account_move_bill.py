from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.knowledge_base.locking import lock_rows


class AccountMove(models.Model):
    """Vendor bills of contractors: posted, they take the place of what their hours accrued."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move"

    has_service_work = fields.Boolean(
        compute="_compute_has_service_work",
        compute_sudo=True,
        help="Whether work of a contractor is matched with this bill.",
    )

    @api.depends("move_type", "invoice_line_ids")
    def _compute_has_service_work(self):
        matched = self._get_billed_work_sudo().bill_line_id.move_id
        for move in self:
            move.has_service_work = move in matched

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._get_billed_work_sudo()._settle_accruals()
        return posted

    def button_draft(self):
        self._get_billed_work_sudo()._restore_accruals()
        return super().button_draft()

    def _get_billed_work_sudo(self):
        """Work that these vendor bills are for; other entries ask nothing of the database."""
        bills = self.filtered(lambda move: move.move_type == "in_invoice")
        # Whoever posts a bill needn't have a right to the work it is for.
        work_sudo = self.env["service.work.line"].sudo()
        return bills and work_sudo.search([("bill_line_id.move_id", "in", bills.ids)]) or work_sudo

    def action_match_service_work(self):
        """Open the dialog that matches a bill with the work it is for."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_work_line_bill_action"
        )
        action["context"] = {"default_move_id": self.id}
        return action

    def action_release_service_work(self):
        """Take the work off this bill: it waits for a bill again."""
        self.ensure_one()
        self.invoice_line_ids.release_service_work()

    def _get_expected_work_domain(self):
        """Work of this vendor that waits for a bill."""
        self.ensure_one()
        vendor = self.commercial_partner_id
        # Who is a contractor stands on the employee, which accountants don't read.
        employees_sudo = (
            self.env["hr.employee"]
            .sudo()
            .search(
                Domain("company_id", "=", self.company_id.id)
                & (
                    Domain("user_id.partner_id.commercial_partner_id", "=", vendor.id)
                    | Domain("work_contact_id.commercial_partner_id", "=", vendor.id)
                )
            )
        )
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("expects_bill", "=", True)
            & Domain("bill_line_id", "=", False)
            & Domain("employee_id", "in", employees_sudo.ids)
        )


class AccountMoveLine(models.Model):
    """A line of a contractor's bill and the work it is for."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move.line"

    service_bill_work_ids = fields.One2many(
        "service.work.line",
        "bill_line_id",
        string="Work on this bill",
        groups="field_service.field_service_group_cost",
    )

    def match_service_work(self, work_line_ids):
        """Say which work this line of a vendor bill is for: it bears the cost of that work.

        :param list work_line_ids: work of the vendor's people that waits for a bill
        :return: ``{"line_ids": […]}``, the work that is on the bill now
        :raise AccessError: who may not make bills
        """
        self.check_access("write")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants match vendor bills."))
        self.ensure_one()
        if self.move_id.move_type != "in_invoice" or self.display_type != "product":
            raise UserError(self.env._("Choose a line of a vendor bill."))
        if self.move_id.state == "cancel":
            raise UserError(self.env._("The bill is cancelled."))
        lines_sudo = self._lock_expected_work(work_line_ids)
        lines_sudo.bill_line_id = self
        # It bears their cost again, whatever it was freed of before.
        self.is_service_freed = False
        self.analytic_distribution = lines_sudo._get_bill_distribution()
        if self.move_id.state == "posted":
            lines_sudo._settle_accruals()
        return {"line_ids": lines_sudo.ids}

    def _lock_expected_work(self, work_line_ids):
        """The work asked for, if it waits for a bill of this vendor; locked, so that of two people
        the second one is told.
        """
        if not isinstance(work_line_ids, list) or not all(
            type(line_id) is int for line_id in work_line_ids
        ):
            raise ValidationError(self.env._("Choose the work this bill is for."))
        lines = self.env["service.work.line"].search(
            Domain("id", "in", work_line_ids) & self.move_id._get_expected_work_domain()
        )
        if not lines or set(lines.ids) != set(work_line_ids):
            raise UserError(
                self.env._(
                    "Some of this work is not the vendor's or is on a bill already. Open the "
                    "dialog again."
                )
            )
        lock_rows(lines)
        # Which bill work is on is written by Campo alone, see KEPT_FIELDS.
        return lines.sudo()

    def release_service_work(self):
        """Take work off these bill lines: its hours accrue again.

        :return: ``{"line_ids": […]}``
        """
        self.check_access("write")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants match vendor bills."))
        return {"line_ids": self._release_service_work().ids}

    def _release_service_work(self):
        # Whoever may change a bill needn't have a right to the work it was for.
        work_sudo = self.env["service.work.line"].sudo().search([("bill_line_id", "in", self.ids)])
        work_sudo._restore_accruals()
        work_sudo.bill_line_id = False
        return work_sudo

    def _free_service_lines(self):
        """Extension of its own model: work of a contractor waits for a bill again."""
        result = super()._free_service_lines()
        bills = self.filtered(lambda line: line.move_id.move_type == "in_invoice")
        matched = bills.move_id._get_billed_work_sudo().bill_line_id & bills
        bills._release_service_work()
        return result | matched.sudo(self.env.su)


class ServiceWorkLine(models.Model):
    """How the bill of work is booked."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    def _get_bill_distribution(self):
        """On which job orders a bill is booked: by what was expected of each."""
        amounts = {line: line.expected_bill_amount for line in self}
        total = sum(amounts.values())
        distribution = {}
        for line, expected in amounts.items():
            if account := line._get_cost_project().account_id:
                percent = 100.0 * expected / total if total else 100.0 / len(self)
                distribution[str(account.id)] = distribution.get(str(account.id), 0.0) + percent
        return distribution or False
