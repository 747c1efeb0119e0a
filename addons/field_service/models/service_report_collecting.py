from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_amount

MAX_COLLECTED = 1_000_000


class ServiceReport(models.Model):
    """Money taken on site, as private customers pay: noted at the signature, listed for the office.

    It is a note, not a payment: the office registers the payment on the invoice, in Odoo.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.report"

    collected_amount = fields.Monetary(string="Collected on site", readonly=True, copy=False)
    collected_means = fields.Selection(
        selection=[
            ("cash", "Cash"),
            ("card", "Card"),
            ("cheque", "Cheque"),
            ("transfer", "Bank transfer"),
        ],
        string="By",
        readonly=True,
        copy=False,
    )
    collected_settled = fields.Boolean(
        string="Registered by the office", readonly=True, copy=False, tracking=True
    )

    _collected_idx = models.Index("(company_id) WHERE collected_amount > 0")
    _collected_with_means = models.Constraint(
        "CHECK (COALESCE(collected_amount, 0) >= 0 "
        "AND (COALESCE(collected_amount, 0) = 0 OR collected_means IS NOT NULL))",
        "Say how the money was paid.",
    )

    def _prepare_collected(self, amount, means):
        """Judge what was collected.

        :param amount: company currency; nothing for none
        :return: values of the report
        """
        if not amount:
            return {}
        if isinstance(amount, bool) or not isinstance(amount, (int, float)):
            raise ValidationError(self.env._("Write the amount that was collected as a number."))
        if not 0 < amount <= MAX_COLLECTED:
            raise ValidationError(
                self.env._(
                    "%(amount)s cannot have been collected. Correct the amount.",
                    amount=format_amount(self.env, amount, self.currency_id),
                )
            )
        if means not in dict(self._fields["collected_means"].selection):
            raise ValidationError(self.env._("Say how the money was paid."))
        return {
            "collected_amount": self.currency_id.round(amount),
            "collected_means": means,
        }

    def action_settle_collected(self):
        """The office has registered the money: take the reports off the list."""
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants register what was collected."))
        # A closed report is not written; that its money was registered is no part of it.
        self.sudo().filtered("collected_amount").collected_settled = True

    @api.model
    def _get_fields_after_signature(self):
        return super()._get_fields_after_signature() | {"collected_settled"}
