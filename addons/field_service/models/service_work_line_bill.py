from odoo import api, fields, models
from odoo.exceptions import UserError

from .service_work_line import KEPT_FIELDS, TIME_KINDS

KEPT_FIELDS.update({"bill_line_id", "bill_amount", "is_bill_posted"})


class ServiceWorkLine(models.Model):
    """Work of contractors, which costs what their bill says: until it comes, their hours accrue at
    the hourly cost; once it is posted, the accrual counts for nothing. One euro, once.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    bill_line_id = fields.Many2one(
        "account.move.line",
        string="Vendor bill line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="field_service.field_service_group_cost",
    )
    bill_amount = fields.Monetary(
        string="Billed to us",
        readonly=True,
        copy=False,
        groups="field_service.field_service_group_cost",
        help="Its part of the vendor bill.",
    )
    is_bill_posted = fields.Boolean(
        readonly=True, copy=False, groups="field_service.field_service_group_cost"
    )
    expects_bill = fields.Boolean(
        compute="_compute_expects_bill",
        store=True,
        compute_sudo=True,
        groups="field_service.field_service_group_cost",
    )
    expected_bill_amount = fields.Monetary(
        string="Expected bill",
        compute="_compute_expected_bill_amount",
        store=True,
        compute_sudo=True,
        groups="field_service.field_service_group_cost",
        help="What the contractor will bill us for it.",
    )

    _expected_bill_idx = models.Index("(employee_id, date) WHERE expects_bill")

    @api.depends("kind", "employee_id.settled_by_bill")
    def _compute_expects_bill(self):
        for line in self:
            line.expects_bill = line._is_settled_by_bill()

    def _is_settled_by_bill(self):
        """Whether a vendor bill is to come; an override knows expenses."""
        self.ensure_one()
        return self.kind in TIME_KINDS and self.employee_id.settled_by_bill

    @api.depends("expects_bill", "quantity", "analytic_line_id.amount", "is_bill_posted")
    def _compute_expected_bill_amount(self):
        for line in self:
            if line.is_bill_posted:
                # What was expected is what the accrual goes back to.
                line.expected_bill_amount = line.expected_bill_amount
            else:
                line.expected_bill_amount = line._get_cost() if line.expects_bill else 0.0

    @api.depends("bill_amount", "is_bill_posted")
    def _compute_amount_cost(self):
        return super()._compute_amount_cost()

    def _get_cost(self):
        """Extension of its own model: what a contractor has billed is what it cost."""
        if self.is_bill_posted:
            return self.bill_amount
        return super()._get_cost()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_bill(self):
        self._check_not_on_bill()

    def _update_costs(self):
        self._check_not_on_bill()
        return super()._update_costs()

    def _check_not_on_bill(self):
        for line in self.sudo():
            if line.bill_line_id:
                raise UserError(
                    self.env._(
                        "“%(name)s” is on vendor bill %(bill)s. Take it off the bill first.",
                        name=line.name,
                        bill=line.bill_line_id.move_id.display_name,
                    )
                )

    # === BUSINESS METHODS === #

    def _settle_accruals(self):
        """The bill is posted: from now on it is the cost, the accrued hours cost nothing."""
        for bill_line, lines in (
            self.filtered(lambda line: not line.is_bill_posted).grouped("bill_line_id").items()
        ):
            shares = lines._share_bill(abs(bill_line.balance))
            for line, share in zip(lines, shares, strict=True):
                line.write({"bill_amount": share, "is_bill_posted": True})
            lines.analytic_line_id.with_context(**self._as_own_cost()).write({"amount": 0.0})

    def _restore_accruals(self):
        """The bill is no cost any more: the accrued hours cost again what they did."""
        for line in self.filtered("is_bill_posted"):
            line.analytic_line_id.with_context(**self._as_own_cost()).write(
                {"amount": -line.expected_bill_amount}
            )
            line.write({"bill_amount": 0.0, "is_bill_posted": False})

    def _share_bill(self, amount):
        """Part of a bill for each line, by what was expected; together the bill to the cent."""
        expected = sum(self.mapped("expected_bill_amount"))
        shares, given, so_far = [], 0.0, 0.0
        for place, line in enumerate(self, start=1):
            so_far += line.expected_bill_amount
            part = so_far / expected if expected else place / len(self)
            share = line.currency_id.round(amount * part - given)
            shares.append(share)
            given += share
        return shares
