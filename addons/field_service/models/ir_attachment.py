from odoo import api, models
from odoo.exceptions import UserError

FROZEN_FIELDS = {
    "raw",
    "datas",
    "db_datas",
    "store_fname",
    "checksum",
    "name",
    "res_id",
    "res_model",
}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        if not FROZEN_FIELDS.isdisjoint(vals):
            self._check_no_signed_report()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed_report(self):
        self._check_no_signed_report()

    def _check_no_signed_report(self):
        """The PDF that a customer signed stays what it is, for everybody."""
        candidates = self.sudo().filtered(lambda file: file.res_model == "service.report")
        if candidates and self.env["service.report"].sudo().search_count(
            [("attachment_id", "in", candidates.ids)], limit=1
        ):
            raise UserError(
                self.env._("The PDF of a closed report can be neither changed nor deleted.")
            )
