from odoo import models
from odoo.exceptions import UserError

from .. import receipts_pdf

NOTE = "expense_capture.expense_note"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        """Override of `base`: an expense note has its receipts behind it."""
        if self._get_report(report_ref).report_name != NOTE:
            return super()._render_qweb_pdf(report_ref, res_ids, data)
        expenses = self.env["hr.expense"].browse(res_ids)
        expenses.check_access("read")
        # They are opened once, and what cannot be printed is named on the note.
        receipts = expenses._get_receipts()
        data = {**(data or {}), "receipts": receipts}
        content, kind = super()._render_qweb_pdf(report_ref, res_ids, data)
        if kind != "pdf":
            return content, kind
        pages = [receipt["pages"] for receipt in receipts if receipt["pages"]]
        printed = receipts_pdf.append(content, pages)
        if printed is None:
            raise UserError(
                self.env._(
                    "There are too many receipts for one print. Print fewer expenses at a time."
                )
            )
        return printed, kind
