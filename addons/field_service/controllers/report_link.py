import uuid

from odoo.exceptions import AccessError, UserError
from odoo.http import Controller, content_disposition, request, route

from .link_guard import check_guesses, note_wrong_link
from .visit_link import HEADERS

PAGE = {
    "type": "http",
    "auth": "public",
    "website": True,
    "multilang": False,
    "sitemap": False,
}


class ReportLink(Controller):
    """The page of a signed link: it shows a draft report, and buttons sign or refuse it."""

    @route("/service/report/<string:token>", methods=["GET"], readonly=True, **PAGE)
    def report_link(self, token, **_query):
        return self._render_report_link(token)

    # Not read-only: the first PDF of a database stores Odoo's style sheets for reports.
    @route("/service/report/<string:token>/pdf", methods=["GET"], **PAGE)
    def report_link_pdf(self, token, **_query):
        check_guesses()
        try:
            content = request.env["service.report"]._get_sign_pdf(token)
        except UserError as error:
            return request.make_response(
                str(error),
                headers=[("Content-Type", "text/plain; charset=utf-8"), *HEADERS.items()],
                status=429,
            )
        if not content:
            return self._render_report_link("")
        headers = {
            **HEADERS,
            "Content-Type": "application/pdf",
            "Content-Length": str(len(content)),
            "Content-Disposition": content_disposition("report.pdf", "inline"),
            "X-Content-Type-Options": "nosniff",
        }
        return request.make_response(content, headers=list(headers.items()))

    @route("/service/report/<string:token>/sign", methods=["POST"], **PAGE)
    def report_link_sign(self, token, **typed):
        return self._act(
            token,
            typed,
            "sign_by_link",
            name=typed.get("name"),
            role=typed.get("role"),
            image=(typed.get("signature") or "").rpartition(",")[2],
            remark=typed.get("remark") or None,
        )

    @route("/service/report/<string:token>/refuse", methods=["POST"], **PAGE)
    def report_link_refuse(self, token, **typed):
        return self._act(token, typed, "refuse_by_link", reason=typed.get("reason"))

    def _act(self, token, typed, method, **arguments):
        """Do one act of the page; nothing is half done when it refuses."""
        check_guesses()
        reports = request.env["service.report"]
        frame = reports._get_sign_frame(token)
        if frame:
            request.update_context(lang=frame["lang"])
        try:
            with request.env.cr.savepoint():
                # An act that is repeated finds its result, though the link is used up.
                done = getattr(request.env["service.report"], method)(
                    token=token,
                    shown=typed.get("shown"),
                    **arguments,
                    request_uuid=typed.get("request_uuid") or None,
                )
                request.env.flush_all()
        except AccessError:
            return self._render_report_link("")
        except UserError as error:
            return self._render_report_link(token, error=str(error), typed=typed)
        return self._render("field_service.report_link_done", frame, done=done, act=method)

    def _render_report_link(self, token, error="", typed=None):
        check_guesses()
        page = request.env["service.report"]._get_sign_page(token)
        if page:
            request.update_context(lang=page["lang"])
        else:
            note_wrong_link()
        return self._render(
            "field_service.report_link_page",
            page,
            status=200 if page else 404,
            token=token,
            error=error,
            typed=typed or {},
            # What is sent from this page twice is done once.
            request_uuid=str(uuid.uuid4()),
        )

    def _render(self, template, page, status=200, **values):
        response = request.render(template, {"page": page, **values}, status=status)
        response.headers.update(HEADERS)
        return response
