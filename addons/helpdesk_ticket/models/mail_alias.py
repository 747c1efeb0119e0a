from odoo import models


class MailAlias(models.Model):
    _inherit = "mail.alias"

    def _alias_bounce_incoming_email(self, message, message_dict, set_invalid=True):
        """Override of `mail` to take in a mail that fails by a mistake of ours.

        Odoo would send it back to the customer and close the address. Raised here, the mistake
        reaches ``message_process``, which keeps the mail as a ticket.
        """
        if (
            set_invalid
            and self.alias_model_id.model == "helpdesk.ticket"
            and self.env["mail.thread"]._get_incoming_mail()
        ):
            raise ValueError(f"Mail to {self.alias_full_name} cannot be taken in the usual way")
        return super()._alias_bounce_incoming_email(message, message_dict, set_invalid=set_invalid)
