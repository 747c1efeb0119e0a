from odoo import api, fields, models


class ServiceWorkLine(models.Model):
    """Work for a public administration is invoiced with the CIG of its tender."""

    _inherit = "service.work.line"

    blocked_kind = fields.Selection(
        selection_add=[("no_cig", "CIG missing")], ondelete={"no_cig": "set null"}
    )

    @api.depends(
        "intervention_id.cig", "intervention_id.is_without_cig", "payer_id.l10n_it_pa_index"
    )
    def _compute_billing_state(self):
        return super()._compute_billing_state()

    @api.depends("blocked_kind")
    def _compute_blocked_reason(self):
        result = super()._compute_blocked_reason()
        for line in self:
            if line.blocked_kind == "no_cig":
                line.blocked_reason = self.env._(
                    "A public administration pays: write the CIG, or that there is none."
                )
        return result

    def _find_block(self):
        """Override of `field_service`: the exchange system asks for the CIG."""
        intervention = self.intervention_id
        if (
            self.payer_id == intervention.invoice_partner_id
            and self.payer_id.commercial_partner_id._l10n_it_edi_is_public_administration()
            and not intervention.cig
            and not intervention.is_without_cig
        ):
            return "no_cig"
        return super()._find_block()
