import logging
import random
import time
from xmlrpc.client import Binary

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..incoming_mail import IncomingMail, has_text, make_storable

_logger = logging.getLogger(__name__)

# How often a mail that was fetched is tried when somebody else changes the same rows meanwhile.
MAX_TRIES = 5


class MailThread(models.AbstractModel):
    """No mail to the helpdesk is lost: what Odoo cannot read becomes a ticket with its original."""

    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        """Override of `mail`: answers to a merged ticket join the other one."""
        routes = self.env["helpdesk.ticket"]._follow_merges(routes or ())
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Override of `mail` to keep a mail that nothing else can take in, see ``_rescue_mail``.

        Odoo lets everybody with a login call it; here people from outside write mails, they don't
        hand them in under whatever name.
        """
        if not (self.env.su or self.env.user._is_internal()):
            raise AccessError(self.env._("Mails are handed in by the mail server."))
        source = IncomingMail(_to_bytes(message))
        gateway = self.with_context(helpdesk_ticket_mail=source)
        # A mail server is told to try again; what Odoo fetched itself has nobody who would.
        tries = MAX_TRIES if self.env.context.get("default_fetchmail_server_id") else 1
        for turn in range(tries):
            try:
                with self.env.cr.savepoint():
                    return super(MailThread, gateway).message_process(
                        model,
                        source.raw,
                        custom_values=custom_values,
                        save_original=save_original,
                        strip_attachments=strip_attachments,
                        thread_id=thread_id,
                    )
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                if turn + 1 == tries:
                    raise
                # The transaction holds this mail only, and fetching rolls back failed ones, too.
                self.env.cr.rollback()
                time.sleep(random.uniform(0, 0.1 * 2**turn))
            except Exception as error:
                ticket_id = gateway.env["helpdesk.ticket"]._rescue_mail(source, model, error)
                if ticket_id is None:
                    raise
                return ticket_id
        return False

    @api.private
    @api.model
    def message_parse(self, message, save_original=False):
        """Override of `mail` to leave out what PostgreSQL cannot store, and note what is broken."""
        values = super().message_parse(message, save_original=save_original)
        if source := self._get_incoming_mail():
            source.is_damaged = (
                any(part.defects for part in message.walk())
                or "\ufffd" in f"{values.get('subject')}{values.get('body')}"
                or make_storable(values) != values
                # Parts there were, but nothing came out of them.
                or not (source.is_empty or values.get("attachments") or has_text(values["body"]))
            )
        return make_storable(values)

    @api.private
    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Override of `mail` for mail that comes back to us, and for numbers in the subject."""
        source = self._get_incoming_mail()
        tickets = self.env["helpdesk.ticket"]
        if source and tickets._is_mail_coming_back(source):
            _logger.info("Ignored mail %s: it is one of our own.", source.message_id)
            return []
        routes = super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values
        )
        return tickets._route_mail(source, message_dict, routes) if source else routes

    @api.model
    def _get_incoming_mail(self):
        """The mail being processed, None outside of the gateway."""
        source = self.env.context.get("helpdesk_ticket_mail")
        return source if isinstance(source, IncomingMail) else None


def _to_bytes(message):
    if isinstance(message, Binary):
        return bytes(message.data)
    if isinstance(message, str):
        return message.encode("utf-8", "surrogateescape")
    return bytes(message)
