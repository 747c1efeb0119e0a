from odoo import models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        """Override of `mail` to say that a machine answers: an "out of office" opens no ticket
        again and gets no answer itself (RFC 3834). Answers to a merged ticket join the other one.
        """
        routes = self.env["helpdesk.ticket"]._follow_merges(routes or ())
        if (message.get("Auto-Submitted") or "no").strip().lower() != "no":
            self = self.with_context(helpdesk_ticket_automatic_mail=True)
        return super()._message_route_process(message, message_dict, routes)
