from odoo import models

from .. import receipts_pdf

NOTE = "expense_capture.expense_note"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Override of `base`: an expense note has its receipts behind it."""
        content, kind = super()._render_qweb_pdf(report_ref, res_ids, data)
        if kind != "pdf" or self._get_report(report_ref).report_name != NOTE:
            return content, kind
        expenses = self.env["hr.expense"].browse(res_ids)
        expenses.check_access("read")
        pages = [pages for _name, pages in expenses._get_receipts() if pages]
        return receipts_pdf.append(content, pages), kind
