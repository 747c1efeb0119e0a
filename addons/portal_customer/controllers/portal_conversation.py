import base64
import io

from odoo.exceptions import ValidationError
from odoo.http import request, route

from odoo.addons.mail.controllers.attachment import AttachmentController

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
