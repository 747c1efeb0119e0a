from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError
from odoo.http import request, route

from .portal import PortalPages

THUMBNAIL_PIXELS = 300


class PortalFile(PortalPages):
    """Photos and documents of whatever the user may see; links that work for nobody else."""

    @route("/my/files/<int:file_id>", type="http", auth="user", website=True, readonly=True)
    def portal_file(self, file_id, width=None, **_query):
        try:
            file_sudo = request.env["ir.attachment"].browse(file_id)._check_portal_access()
        except AccessError as error:
            raise NotFound from error
        binary = request.env["ir.binary"]
        if width and (file_sudo.mimetype or "").startswith("image/"):
            stream = binary._get_image_stream_from(
                file_sudo, "raw", width=THUMBNAIL_PIXELS, height=THUMBNAIL_PIXELS
            )
            return stream.get_response(as_attachment=False)
        # What somebody has sent is saved, never shown as a page of ours; photos are just looked at.
        shown = (file_sudo.mimetype or "").startswith("image/")
        return binary._get_stream_from(file_sudo).get_response(as_attachment=not shown)
