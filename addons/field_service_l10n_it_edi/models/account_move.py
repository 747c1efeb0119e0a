from odoo import api, models


class AccountMove(models.Model):
    """What the customer wants to read on the electronic invoice of work and fees."""

    _inherit = "account.move"

    @api.model
    def _prepare_service_invoice_values(self, key):
        """Override of `field_service`: the order or contract it refers to, its CIG and CUP."""
        return {
            **super()._prepare_service_invoice_values(key),
            **self._prepare_origin_document_values(key),
            "l10n_it_cig": key.cig or False,
            "l10n_it_cup": key.cup or False,
        }

    @api.model
    def _prepare_origin_document_values(self, key):
        """The document an invoice refers to. CIG and CUP are exported with one only, and a document
        needs a name: without an order and a contract they stand for it themselves.
        """
        if key.customer_reference:
            kind, name, day = (
                "purchase_order",
                key.customer_reference,
                key.customer_reference_date,
            )
        elif key.contract:
            kind, name, day = "contract", key.contract.number, key.contract.date_start
        elif key.cig or key.cup:
            kind, name, day = "purchase_order", key.cig or key.cup, False
        else:
            return {}
        return {
            "l10n_it_origin_document_type": kind,
            "l10n_it_origin_document_name": name,
            "l10n_it_origin_document_date": day,
        }
