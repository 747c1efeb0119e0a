from odoo import api, fields, models

from .hr_expense_charging import OWN_LINE

APPROVED_STATES = ("approved", "posted", "in_payment", "paid")


class ServiceWorkLine(models.Model):
    """The work line that an expense became: it costs what the expense costs, once it is posted on
    the expense's own entry.
    """

    _inherit = "service.work.line"

    blocked_kind = fields.Selection(
        selection_add=[("expense", "The expense is not approved")],
        ondelete={"expense": "set null"},
    )
    expense_id = fields.Many2one(
        "hr.expense", index="btree_not_null", ondelete="restrict", readonly=True, copy=False
    )

    _expense_uniq = models.UniqueIndex(
        "(expense_id) WHERE expense_id IS NOT NULL", "This expense is charged already."
    )

    # === COMPUTE METHODS === #

    @api.depends("expense_id.total_amount", "expense_id.tax_ids", "expense_id.state")
    def _compute_amount_cost(self):
        return super()._compute_amount_cost()

    @api.depends("expense_id.state", "company_id.expense_bill_approved_only")
    def _compute_billing_state(self):
        """Override of `field_service`: a refused expense is not billed."""
        return super()._compute_billing_state()

    def _find_block(self):
        """Override of `field_service`: an expense has to be approved, where the firm says so."""
        return "expense" if self._get_expense_block() else super()._find_block()

    @api.depends("expense_id.state")
    def _compute_blocked_reason(self):
        result = super()._compute_blocked_reason()
        for line in self:
            reason = line.billing_state == "blocked" and line._get_expense_block()
            if reason and line.coverage != "to_verify":
                line.blocked_reason = reason
        return result

    def _get_expense_block(self):
        """Why this line is not billed on account of its expense; nothing when it may be."""
        self.ensure_one()
        expense = self.expense_id
        if not expense:
            return ""
        if expense.state == "refused":
            return self.env._("The expense was refused.")
        if self.company_id.expense_bill_approved_only and expense.state not in APPROVED_STATES:
            return self.env._("The expense has not been approved yet.")
        return ""

    def _get_cost(self):
        """Override of `field_service`: an expense costs what is spent, without deducted VAT; own
        money of contractors what their bill says, once it is posted.
        """
        if not self.expense_id or self.is_bill_posted:
            return super()._get_cost()
        if self.expense_id.state == "refused":
            return 0.0
        return self.expense_id._get_cost_amount()

    def _has_own_cost(self):
        """Override of `field_service`: what an expense costs is booked where it is posted."""
        return super()._has_own_cost() and not self.sudo().expense_id

    @api.depends("expense_id.settlement", "expense_id.state")
    def _compute_expects_bill(self):
        return super()._compute_expects_bill()

    @api.depends("expense_id.total_amount", "expense_id.tax_ids", "expense_id.state")
    def _compute_expected_bill_amount(self):
        return super()._compute_expected_bill_amount()

    def _is_settled_by_bill(self):
        """Override of `field_service`: own money of contractors comes back with their bill."""
        expense = self.expense_id
        if not expense:
            return super()._is_settled_by_bill()
        return expense.settlement == "own_bill" and expense.state != "refused"

    def _get_coverage_sentence(self, rule, params):
        """Override of `field_service`: one more rule decides."""
        if rule == "expense_not_charged":
            return self.env._("Expenses are not charged.")
        return super()._get_coverage_sentence(rule, params)

    def _prepare_invoice_lines(self, key, summary="line"):
        """Override of `field_service`: what is charged for an expense is before tax, also where the
        tax is in the prices of work; there its price is written with the tax.
        """
        prepared = super()._prepare_invoice_lines(key, summary)
        spent = self.filtered(lambda line: line.kind == "expense" and line.expense_id)
        moves = self.env["account.move"]
        taxes = {product: moves._get_billed_as(product, key)[0] for product in spent.product_id}
        for values, work in prepared:
            for line in work & spent:
                # On a line of its own it is the price, in a summary a part of it.
                net = line.price_unit if summary == "line" else line.amount_invoice
                values["price_unit"] += taxes[line.product_id]._get_price_of(net) - net
        return prepared

    def _prepare_new_coverage(self, part_warranty):
        """Override of `field_service`: expenses that are not charged stay so."""
        values = super()._prepare_new_coverage(part_warranty)
        # Whoever writes a cause needn't have a right to the expense.
        expense_sudo = self.sudo().expense_id
        return expense_sudo._waive(values) if values and expense_sudo else values

    # === CRUD METHODS === #

    def unlink(self):
        """Work that is taken back takes its expense with it, as long as nobody has seen it."""
        if self.env.context.get("expense_capture_own_line") is OWN_LINE:
            return super().unlink()
        # Whoever takes work back needn't have a right to the expense it came from.
        expenses_sudo = self.sudo().expense_id
        expenses_sudo._check_not_approved()
        result = super().unlink()
        expenses_sudo.unlink()
        return result

    def _is_shown(self):
        """Whether the customer was shown this line when the report was closed."""
        self.ensure_one()
        return bool(self.report_id) and self.report_id.state != "draft"
