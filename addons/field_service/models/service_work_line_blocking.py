from odoo import api, fields, models
from odoo.tools import float_compare


class ServiceWorkLine(models.Model):
    """Why work stays uninvoiced: one kind of reason a line, to be counted and cleared away."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    blocked_kind = fields.Selection(
        selection=[
            ("to_verify", "Who pays is to be verified"),
            ("unsigned", "The report is not signed"),
            ("no_price", "No price"),
            ("over_limit", "Over the authorised amount"),
        ],
        string="Not invoiced because",
        compute="_compute_blocked_kind",
        store=True,
        compute_sudo=True,
    )

    _blocked_idx = models.Index("(company_id, blocked_kind) WHERE billing_state = 'blocked'")

    @api.depends(
        "payer_id",
        "intervention_id.amount_limit",
        "intervention_id.invoice_partner_id",
        "intervention_id.work_line_ids.amount_invoice",
        "intervention_id.work_line_ids.payer_id",
    )
    def _compute_billing_state(self):
        """Extension of its own model: more may stand in the way than the line itself."""
        result = super()._compute_billing_state()
        for line in self:
            if line.billing_state == "to_bill" and line._find_block():
                line.billing_state = "blocked"
        return result

    @api.depends("billing_state", "coverage", "report_id.state", "price_unit")
    def _compute_blocked_kind(self):
        for line in self:
            if line.billing_state != "blocked":
                line.blocked_kind = False
            elif line.coverage == "to_verify":
                line.blocked_kind = "to_verify"
            elif not line.report_id or line.report_id.state == "draft":
                line.blocked_kind = "unsigned"
            elif not line.price_unit:
                line.blocked_kind = "no_price"
            else:
                line.blocked_kind = line._find_block()

    @api.depends("blocked_kind")
    def _compute_blocked_reason(self):
        result = super()._compute_blocked_reason()
        for line in self:
            if line.blocked_kind == "over_limit":
                line.blocked_reason = self.env._(
                    "More than the customer has authorised: ask them and raise the amount."
                )
        return result

    def _find_block(self):
        """What stands in the way of invoicing this line, which is ready itself.

        An override adds reasons of its own.

        :return: a key of ``blocked_kind``, or False
        """
        self.ensure_one()
        return "over_limit" if self._is_over_limit() else False

    def _is_over_limit(self):
        """Whether the intervention costs its payer more than they have authorised."""
        intervention = self.intervention_id
        limit, payer = intervention.amount_limit, intervention.invoice_partner_id
        if not limit or self.payer_id != payer:
            return False
        lines = intervention.work_line_ids.filtered(lambda line: line.payer_id == payer)
        total = sum(lines.mapped("amount_invoice"))
        return float_compare(total, limit, precision_rounding=self.currency_id.rounding) > 0
