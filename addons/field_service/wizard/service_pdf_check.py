import base64
import hashlib

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime


class ServicePdfCheck(models.TransientModel):
    """Tells whether a PDF that somebody brings is one of ours, unchanged.

    It is found by its fingerprint among what the user may read; the file itself is not kept.
    """

    _name = "service.pdf.check"
    _description = "Check a PDF"
    _inherit = ["dialog.mixin"]

    file = fields.Binary(string="PDF", attachment=False)
    file_name = fields.Char(export_string_translation=False)
    sha256 = fields.Char(string="Its SHA-256", readonly=True)
    report_id = fields.Many2one("service.report", readonly=True)
    document_id = fields.Many2one("service.form.document", string="Filled form", readonly=True)
    is_known = fields.Boolean(readonly=True)
    verdict = fields.Text(readonly=True)

    def action_check(self):
        """Compute the fingerprint and look it up; the dialog stays open with the verdict."""
        self.ensure_one()
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        if not content:
            raise UserError(self.env._("Choose the PDF that is to be checked."))
        digest = hashlib.sha256(content).hexdigest()
        domain = [("sha256", "=", digest)]
        report = self.env["service.report"].search(domain, limit=1)
        document = self.env["service.form.document"].search(domain, limit=1)
        self.write(
            {
                "file": False,
                "sha256": digest,
                "report_id": report.id,
                "document_id": document.id,
                "is_known": bool(report or document),
                "verdict": self._get_verdict(report, document),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check a PDF"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_verdict(self, report, document):
        if report:
            return self.env._(
                "This is report %(number)s as it was closed on %(moment)s, unchanged.",
                number=report.number,
                moment=format_datetime(self.env, report.signed_on, dt_format="short"),
            )
        if document:
            return self.env._(
                "This is form %(number)s as it was filed on %(moment)s, unchanged.",
                number=document.number,
                moment=format_datetime(self.env, document.filled_on, dt_format="short"),
            )
        return self.env._(
            "No report and no form that you may see has this fingerprint: the file was changed, "
            "or is none of ours."
        )
