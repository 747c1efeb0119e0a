from odoo import api, fields, models
from odoo.tools import email_normalize


class HelpdeskTicket(models.Model):
    """Mail: a message to a team opens a ticket, a reply joins it, a late reply opens it again."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    # === MAIL GATEWAY === #

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        subject = (msg_dict.get("subject") or "").strip()
        values = {
            "name": subject or self.env._("Request by mail without a subject"),
            "channel": "email",
            "description": msg_dict.get("body") or False,
            "partner_id": self._find_mail_partner(msg_dict).id,
            "partner_email": msg_dict.get("email_from"),
            **(custom_values or {}),
        }
        return super().message_new(msg_dict, custom_values=values)

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals)
        # Only what a customer writes tells that the problem is back.
        author = self.env["res.partner"].browse(msg_dict.get("author_id"))
        if not any(user._is_internal() for user in author.user_ids):
            self.filtered("closed")._reopen()
        return result

    @api.model
    def _find_mail_partner(self, msg_dict):
        """Find who writes by their exact address; a mail domain joins nobody to a company."""
        partner = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        address = email_normalize(msg_dict.get("email_from") or "")
        if partner or not address:
            return partner
        return self.env["res.partner"].search([("email_normalized", "=", address)], limit=1)

    # === THREAD === #

    def _message_post_after_hook(self, message, msg_vals):
        """Note the first answer: a message that the customer can read, by one of us."""
        result = super()._message_post_after_hook(message, msg_vals)
        unanswered = self.filtered(lambda ticket: not ticket.first_response_date)
        if unanswered and message._is_helpdesk_answer():
            # Whoever may post needn't be able to write on the ticket.
            unanswered.sudo().first_response_date = fields.Datetime.now()
        return result

    def _creation_subtype(self):
        return self.env.ref("helpdesk_ticket.mt_helpdesk_ticket_new")

    def _track_subtype(self, init_values):
        self.ensure_one()
        if "stage_id" in init_values:
            return self.env.ref("helpdesk_ticket.mt_helpdesk_ticket_stage")
        return super()._track_subtype(init_values)

    # === RATING === #

    def _rating_get_parent_field_name(self):
        return "team_id"
