from odoo import models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    """What was filled in stays what it is."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "ir.attachment"

    # A check returns nothing.
    # pylint: disable-next=missing-return
    def _check_no_signed_report(self):
        """Override to keep filled forms too, for everybody."""
        super()._check_no_signed_report()
        # Whoever asks: what was filed is nobody's to change.
        candidates = self.sudo().filtered(lambda file: file.res_model == "service.form.document")
        if candidates and self.env["service.form.document"].sudo().search_count(
            [("attachment_id", "in", candidates.ids)], limit=1
        ):
            raise UserError(self.env._("A filled form can be neither changed nor deleted."))
