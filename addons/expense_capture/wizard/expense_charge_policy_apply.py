from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from odoo.addons.field_service.charging import amount
from odoo.addons.knowledge_base.locking import lock_rows


class ExpenseChargePolicyApply(models.TransientModel):
    """Charges what is not invoiced yet as the prices of expenses say now; shows it before.

    What is invoiced stays as it is, and so do prices that somebody has written by hand, and who
    pays for what the customer has signed.
    """

    _name = "expense.charge.policy.apply"
    _description = "Apply Prices of Expenses"
    _inherit = ["dialog.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many(
        "expense.charge.policy.apply.line",
        "apply_id",
        string="What changes",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )
    line_count = fields.Integer(string="Expenses that change", compute="_compute_amounts")
    amount_before = fields.Monetary(string="Charged now", compute="_compute_amounts")
    amount_after = fields.Monetary(string="Charged then", compute="_compute_amounts")
    amount_difference = fields.Monetary(string="Difference", compute="_compute_amounts")

    @api.depends("company_id")
    def _compute_line_ids(self):
        for wizard in self:
            # Stored values are worked out in sudo: only for who keeps the prices.
            wizard.sudo(False)._check_may_apply()
            wizard.line_ids = [
                fields.Command.create(
                    {
                        "work_line_id": line.id,
                        "amount_before": line.amount_invoice,
                        "amount_after": wizard._get_amount(line, values),
                    }
                )
                for line, values in wizard._find_repriced().items()
            ]

    @api.depends("line_ids.amount_before", "line_ids.amount_after")
    def _compute_amounts(self):
        for wizard in self:
            wizard.line_count = len(wizard.line_ids)
            wizard.amount_before = sum(wizard.line_ids.mapped("amount_before"))
            wizard.amount_after = sum(wizard.line_ids.mapped("amount_after"))
            wizard.amount_difference = wizard.amount_after - wizard.amount_before

    def _check_may_apply(self):
        self.env["expense.charge.policy"].check_access("write")
        if not self.company_id <= self.env.companies:
            raise self.env["ir.rule"]._make_access_error("write", self.company_id)

    def _find_repriced(self, line_ids=None):
        """Work lines that would change, with their new values; in sudo, after a check."""
        self.ensure_one()
        # Who keeps the prices needn't be able to read everybody's expenses.
        lines_sudo = self.env["service.work.line"].sudo()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("expense_id", "!=", False),
            ("kind", "=", "expense"),
            ("invoice_line_id", "=", False),
        ]
        if line_ids is not None:
            domain.append(("id", "in", line_ids))
        return lines_sudo.search(domain, order="date, id").expense_id._find_repriced()

    @api.model
    def _get_amount(self, line, values):
        return amount(
            values.get("price_unit", line.price_unit),
            line.quantity_invoice,
            values.get("discount", line.discount),
            line.currency_id.decimal_places or 2,
        )

    def action_confirm(self):
        """Charge what was shown at the price that was shown; what has changed meanwhile is left."""
        self.ensure_one()
        self._check_may_apply()
        shown = {item.work_line_id.id: item.amount_after for item in self.line_ids}
        if not shown:
            raise UserError(self.env._("Nothing is left to be changed."))
        open_ids = self._lock(list(shown))
        done = 0
        for line_sudo, values in self._find_repriced(open_ids).items():
            digits = line_sudo.currency_id.decimal_places or 2
            now = self._get_amount(line_sudo, values)
            if float_compare(now, shown[line_sudo.id], precision_digits=digits) == 0:
                line_sudo.write(values)
                done += 1
        return self._tell(done, len(shown) - done)

    @api.model
    def _lock(self, line_ids):
        """Those of these lines that are not invoiced, locked until they are changed: whoever is
        invoicing them makes this request be repeated.
        """
        lines = self.env["service.work.line"].browse(line_ids)
        return lock_rows(lines, [("invoice_line_id", "=", False)]).ids

    def _tell(self, done, left):
        sentences = [self.env._("Expenses charged anew: %(count)s.", count=done)]
        if left:
            sentences.append(
                self.env._("Left, because they have changed meanwhile: %(count)s.", count=left)
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": " ".join(sentences),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class ExpenseChargePolicyApplyLine(models.TransientModel):
    """One expense whose price would change; taken off the list, it stays as it is."""

    _name = "expense.charge.policy.apply.line"
    _description = "Expense Whose Price Changes"
    _inherit = ["dialog.mixin"]

    apply_id = fields.Many2one("expense.charge.policy.apply", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="apply_id.currency_id")
    work_line_id = fields.Many2one(
        "service.work.line", string="Expense", required=True, ondelete="cascade"
    )
    date = fields.Date(related="work_line_id.date", related_sudo=False)
    intervention_id = fields.Many2one(related="work_line_id.intervention_id", related_sudo=False)
    partner_id = fields.Many2one(
        related="work_line_id.payer_id", string="Customer", related_sudo=False
    )
    amount_before = fields.Monetary(string="Charged now", readonly=True)
    amount_after = fields.Monetary(string="Charged then", readonly=True)
