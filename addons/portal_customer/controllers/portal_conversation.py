import base64
import io

from odoo.exceptions import ValidationError
from odoo.http import request, route

from odoo.addons.mail.controllers.attachment import AttachmentController
from odoo.addons.mail.controllers.thread import ThreadController

from ..models.mail_message import CAMPO_THREADS


class PortalConversation(AttachmentController):
    """Files that go with a message are judged like all that people outside send."""

    @route()
    def mail_attachment_upload(self, ufile, thread_id, thread_model, is_pending=False, **kwargs):
        if request.env.user.share and thread_model in CAMPO_THREADS:
            data = base64.b64encode(ufile.read()).decode()
            try:
                (file,) = request.env["attachment.intake.mixin"]._check_files(
                    [{"name": ufile.filename, "data": data}]
                )
            except ValidationError as error:
                return request.make_json_response({"error": str(error)})
            # Of photos what is left has forgotten where they were taken.
            ufile.filename, ufile.stream = file["name"], io.BytesIO(file["raw"])
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending=is_pending, **kwargs
        )


class PortalThread(ThreadController):
    """What people outside write is a message of theirs, whatever a program calls it."""

    def _prepare_message_data(self, post_data, *, thread, **kwargs):
        """Override of `mail`: people outside neither note what the office alone reads, nor write
        in the system's name, which isn't counted.
        """
        data = super()._prepare_message_data(post_data, thread=thread, **kwargs)
        if request.env.user.share and thread._name in CAMPO_THREADS:
            data["message_type"] = "comment"
            if kwargs.get("from_create"):
                data["subtype_xmlid"] = "mail.mt_comment"
        return data
