import re

from markupsafe import Markup

from odoo import models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

# The latest messages that a page holds for whoever has no script.
LATEST_MESSAGES = 30
# Where scripts run, the browser reads a <noscript> as text up to these letters, wherever they
# stand: in a comment, which Odoo's sanitizer keeps, as well.
NOSCRIPT_END = re.compile(r"</(?=noscript)", re.IGNORECASE)


class PortalConversationMixin(models.AbstractModel):
    """What is said about a record, read and answered without Odoo's component for it.

    Odoo's conversation runs in the browser alone; a page without a script, or a program, reads and
    answers here.
    """

    _name = "portal.conversation.mixin"
    _description = "Conversation in the Portal"

    # === PUBLIC METHODS === #

    @idempotent
    def reply(self, body, files=None, request_uuid=None):
        """Write a message to those who follow the record.

        :param str body: plain text
        :param list[dict] files: ``name`` and ``data`` (base64)
        :return: ``{"message_id": …}``
        :raise ValidationError: when there is neither a text nor a file, or a file is refused
        """
        self.ensure_one()
        self.check_access(self._mail_post_access)
        body = body.strip() if isinstance(body, str) else ""
        contents = self._check_files(files or [])
        if not body and not contents:
            raise ValidationError(self.env._("Write your message, or choose a file."))
        # As from Odoo's conversation: who may write here needn't read who hears of it, and follows
        # the record no more than before.
        thread_sudo = self.sudo().with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True
        )
        message = thread_sudo.message_post(
            body=plaintext2html(body) if body else "",
            attachments=[(content["name"], content["raw"]) for content in contents],
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return {"message_id": message.id}

    # === READING === #

    def _portal_conversation(self):
        """The latest messages that the user may read, the oldest one first.

        The caller has checked that the user may read the record.

        :return: dict of ``messages`` (dicts ``author``, ``date``, ``body`` (HTML that may stand in
            a ``<noscript>``), ``files``) and ``has_older``
        """
        self.ensure_one()
        # As Odoo's own conversation in the portal chooses them; notes are hidden by their rules.
        field = self._fields["website_message_ids"]
        found = self.env["mail.message"].search(
            Domain(field.get_comodel_domain(self))
            & Domain("res_id", "=", self.id)
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id),
            order="id desc",
            limit=LATEST_MESSAGES + 1,
        )
        # Who wrote and what hangs on it goes with the message, which the user may read.
        messages_sudo = found[:LATEST_MESSAGES].sudo().sorted("id")
        return {
            "has_older": len(found) > LATEST_MESSAGES,
            "messages": [
                {
                    "author": message.author_id.name or message.email_from or "",
                    "date": message.date,
                    "body": Markup(NOSCRIPT_END.sub("&lt;/", message.body or "")),
                    "files": [
                        {"name": file.name, "url": f"/my/files/{file.id}"}
                        for file in message.attachment_ids
                    ],
                }
                for message in messages_sudo
            ],
        }
