from odoo import api, models


class ServiceInvoiceRunGroup(models.Model):
    _inherit = "service.invoice.run.group"

    @api.model
    def _has_tax_number(self, payer):
        """Override of `field_service`: a condominium has a tax code (*codice fiscale*) instead."""
        tax_code = payer.commercial_partner_id.l10n_it_codice_fiscale
        return bool(tax_code) or super()._has_tax_number(payer)
