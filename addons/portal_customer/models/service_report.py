from odoo import api, fields, models

from odoo.addons.field_service.models.service_report_link import LINK_DAYS
from odoo.addons.field_service.signed import MAILING


class ServiceReport(models.Model):
    """What share users may read of a report: what stands on the form, and what they are to sign."""

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

    @api.model
    def _portal_to_sign_sudo(self):
        """Drafts that the user has been mailed a link to sign, in sudo, while it works."""
        # Customers read no drafts; these they are asked to read.
        return self.sudo().search(
            [
                ("sign_asked_id", "in", self.env.user._get_own_contacts().ids),
                ("sign_asked_on", ">", fields.Datetime.now() - LINK_DAYS),
                ("state", "=", "draft"),
                ("intervention_id.state", "!=", "cancelled"),
            ],
            order="sign_asked_on, id",
        )

    @api.model
    def _portal_to_sign(self):
        """What waits for the user's signature.

        :return: list of dicts ``id``, ``name``, ``title``, ``intervention_id``, ``asked_on``
        """
        return [
            {
                "id": report.id,
                "name": report.display_name,
                "title": report.intervention_id.name,
                "intervention_id": report.intervention_id.id,
                "asked_on": report.sign_asked_on,
            }
            for report in self._portal_to_sign_sudo()
        ]

    @api.model
    def _portal_sign_path(self, report_id):
        """The page of the link that the user was mailed; empty for what they aren't to sign."""
        report_sudo = self._portal_to_sign_sudo().filtered(lambda report: report.id == report_id)
        if not report_sudo:
            return ""
        # Whoever has logged in as the person who was mailed the link may as well have it here.
        token = report_sudo.with_context(field_service_mailing=MAILING)._get_sign_token()
        return f"/service/report/{token}"
