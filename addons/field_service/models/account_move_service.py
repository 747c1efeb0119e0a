from datetime import date
from typing import NamedTuple

from odoo import api, fields, models


class InvoiceKey(NamedTuple):
    """What must be equal for work to stand on one invoice."""

    company: models.BaseModel
    payer: models.BaseModel
    currency: models.BaseModel
    fiscal_position: models.BaseModel
    contract: models.BaseModel
    customer_reference: str
    customer_reference_date: date | bool
    cig: str
    cup: str


class AccountMove(models.Model):
    """How Campo makes an invoice, of work or of fees."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move"

    @api.model
    def _create_service_invoice(self, key, origins, line_values):
        """Make one draft invoice, with the rights of whoever is logged in.

        :param InvoiceKey key: whom it is for, and what it refers to
        :param list origins: numbers of what it is about
        :param list line_values: values of its lines
        """
        return (
            self.sudo(False)
            .with_company(key.company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": key.payer.id,
                    "currency_id": key.currency.id,
                    "fiscal_position_id": key.fiscal_position.id,
                    # Electronic invoices carry it as the customer's order: never our numbers.
                    "ref": key.customer_reference or False,
                    "invoice_origin": ", ".join(dict.fromkeys(origins)),
                    "invoice_line_ids": [fields.Command.create(values) for values in line_values],
                    **self._prepare_service_invoice_values(key),
                }
            )
        )

    @api.model
    def _prepare_service_invoice_values(self, key):
        """More values of an invoice: an override for electronic invoices fills CIG and CUP in.

        :param InvoiceKey key: what its lines have in common
        """
        return {}

    @api.model
    def _prepare_service_analytic_values(self, account):
        """Values of an invoice line that book it on one analytic account, or on none."""
        return {"analytic_distribution": {str(account.id): 100.0} if account else False}
