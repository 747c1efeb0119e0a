from odoo import api, models


class ServiceReport(models.Model):
    """What share users may read of a report: what stands on the form."""

    _name = "service.report"
    _inherit = ["service.report", "portal.readable.mixin"]

    @api.model
    def _portal_readable_fields(self):
        return super()._portal_readable_fields() | {
            "number",
            "intervention_id",
            "partner_id",
            "commercial_partner_id",
            "date",
            "state",
            "outcome",
            "work_line_ids",
            "checklist_answer_ids",
            "remark",
            "is_with_reservation",
            "signed_by",
            "signer_role",
            "signed_on",
            "refusal_reason",
            "sha256",
        }
