from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, UserError
from odoo.http import request, route

from odoo.addons.field_service.controllers.files import send_zip

from ..models.ir_attachment import SHOWN_TYPES
from .portal_intervention import PortalIntervention

THUMBNAIL_PIXELS = 300


class PortalFile(PortalIntervention):
    """Photos and documents of whatever the user may see; links that work for nobody else."""

    @route(
        "/my/interventions/<int:intervention_id>/files.zip",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_files_zip(self, intervention_id, **_query):
        try:
            return send_zip(intervention_id)
        except UserError as error:
            intervention = self._get_record("service.intervention", intervention_id)
            return self._render_intervention(intervention, error=str(error))

    @route("/my/files/<int:file_id>", type="http", auth="user", website=True, readonly=True)
    def portal_file(self, file_id, width=None, **_query):
        try:
            file_sudo = request.env["ir.attachment"].browse(file_id)._check_portal_access()
        except AccessError as error:
            raise NotFound from error
        binary = request.env["ir.binary"]
        # What somebody has sent is saved, never shown as a page of ours; photos are just looked at.
        shown = file_sudo.mimetype in SHOWN_TYPES
        if width and shown:
            stream = binary._get_image_stream_from(
                file_sudo, "raw", width=THUMBNAIL_PIXELS, height=THUMBNAIL_PIXELS
            )
            return stream.get_response(as_attachment=False)
        return binary._get_stream_from(file_sudo).get_response(as_attachment=not shown)
