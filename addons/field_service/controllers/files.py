from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, Response, content_disposition, request, route

from ..archive import stream_zip


def send_zip(intervention_id):
    """All files of an intervention as one, sent while it is packed.

    :raise NotFound: the same for a foreign intervention and for one that doesn't exist
    """
    intervention = request.env["service.intervention"].browse(intervention_id).exists()
    try:
        entries = intervention._get_zip_entries() if intervention else []
    except AccessError as error:
        raise NotFound from error
    if not entries:
        raise NotFound
    return Response(
        stream_zip(entries),
        headers=[
            ("Content-Type", "application/zip"),
            ("Content-Disposition", content_disposition(f"{intervention.number}.zip")),
            ("Cache-Control", "private, no-store"),
        ],
        direct_passthrough=True,
    )


class ServiceFiles(Controller):
    @route(
        "/service/intervention/<int:intervention_id>/files.zip",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def files_zip(self, intervention_id, **_query):
        try:
            return send_zip(intervention_id)
        except UserError as error:
            return request.make_response(
                str(error), headers=[("Content-Type", "text/plain; charset=utf-8")], status=409
            )
