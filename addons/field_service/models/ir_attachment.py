from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

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

    def _of_internal_notes(self):
        """Those of the attachments that hang on a message outside people don't read."""
        if not self:
            return self
        # Messages are read by their own rules; which files to hide is decided here.
        notes_sudo = (
            self.env["mail.message"]
            .sudo()
            .search(
                Domain("attachment_ids", "in", self.ids)
                & (
                    Domain("is_internal", "=", True)
                    | (Domain("subtype_id.internal", "=", True) & ~self._get_opening_mail_domain())
                    | (Domain("subtype_id", "=", False) & Domain("message_type", "=", "comment"))
                )
            )
        )
        return self & notes_sudo.attachment_ids

    @api.model
    def _get_opening_mail_domain(self):
        """Mails that have opened a ticket: a note to the desk in Odoo's eyes, which tells of a new
        ticket with it, but written by the customer.
        """
        opened = self.env.ref("helpdesk_ticket.mt_helpdesk_ticket_new")
        return (
            Domain("model", "=", "helpdesk.ticket")
            & Domain("message_type", "=", "email")
            & Domain("subtype_id", "=", opened.id)
            # Whatever one of us has forwarded is ours.
            & (Domain("author_id", "=", False) | Domain("author_id.partner_share", "=", True))
        )
