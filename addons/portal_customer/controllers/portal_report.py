from werkzeug.exceptions import NotFound

from odoo.http import content_disposition, request, route

from .portal import PortalPages


class PortalReport(PortalPages):
    """The signed form: printed from anywhere by whoever may read it."""

    def _prepare_home_portal_values(self, counters):
        """Override to count what waits for the user's signature."""
        values = super()._prepare_home_portal_values(counters)
        if "to_sign_count" in counters:
            values["to_sign_count"] = len(request.env["service.report"]._portal_to_sign())
        return values

    @route("/my/reports", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_my_reports(self, **_query):
        """What the user has been asked to sign."""
        return self._render_page(
            "portal_reports_to_sign",
            {"page_name": "report", "to_sign": request.env["service.report"]._portal_to_sign()},
        )

    # By POST: an address that signs for somebody is not to be followed by a mere link.
    @route(
        "/my/reports/<int:report_id>/link",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_open_sign_link(self, report_id, **_typed):
        """Lead whoever was mailed the link to sign to its page."""
        path = request.env["service.report"]._portal_sign_path(report_id)
        if not path:
            raise NotFound
        return request.redirect(path)

    @route("/my/reports/<int:report_id>/pdf", type="http", auth="user", website=True, readonly=True)
    def portal_report_pdf(self, report_id, download=None, **_query):
        report = self._get_record("service.report", report_id)
        content = report._get_pdf()
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Length", str(len(content))),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if download:
            name = f"{report.number or 'report'}.pdf".replace("/", "-")
            headers.append(("Content-Disposition", content_disposition(name)))
        return request.make_response(content, headers)

    @route(
        "/my/reports/<int:report_id>/sign",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def portal_sign(self, report_id, **_query):
        report = self._get_record("service.report", report_id)
        return self._render_sign(report)

    def _render_sign(self, report, **more):
        # Whoever signs reads what the form will say, not the records it comes from.
        intervention_sudo = report.sudo().intervention_id
        return self._render_page(
            "portal_sign",
            {
                "page_name": "intervention",
                "report": {
                    "id": report.id,
                    "name": report.display_name,
                    "is_draft": report.state == "draft",
                    "intervention": intervention_sudo.number,
                    "intervention_url": f"/my/interventions/{intervention_sudo.id}",
                    "subject": intervention_sudo.name,
                    "customer": intervention_sudo.commercial_partner_id.name,
                    "signer": intervention_sudo.contact_id.name or "",
                    "role": intervention_sudo.contact_id.function or "",
                    "asked": report.sudo().sign_asked_id.name or "",
                    "signatory": report._get_signatories()[:1].name or "",
                    "lines": [line._to_dict() for line in report.sudo().work_line_ids.sorted()],
                },
                **more,
            },
        )

    @route(
        "/my/reports/<int:report_id>/sign",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_sign_submit(self, report_id, **typed):
        report = self._get_record("service.report", report_id)
        request_uuid = typed.get("request_uuid") or None
        remark = typed.get("remark") or None
        # Who presses Enter in the reason means the same as who taps the button.
        if typed.get("refusal_reason") or "refuse" in typed:
            _result, error = self._act(
                report.close_unsigned,
                reason=typed.get("refusal_reason"),
                remark=remark,
                request_uuid=request_uuid,
            )
        else:
            _result, error = self._act(
                report.sign,
                name=typed.get("name"),
                role=typed.get("role"),
                image=(typed.get("signature") or "").rpartition(",")[2],
                remark=remark,
                request_uuid=request_uuid,
            )
        if error:
            return self._render_sign(report, error=error, typed=typed)
        return request.redirect(f"/my/interventions/{report.sudo().intervention_id.id}")

    @route(
        "/my/reports/<int:report_id>/ask",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_ask_signature(self, report_id, **typed):
        """Mail the link by which the customer signs later."""
        report = self._get_record("service.report", report_id)
        _result, error = self._act(
            report.ask_signature, request_uuid=typed.get("request_uuid") or None
        )
        if error:
            return self._render_sign(report, error=error)
        return request.redirect(f"/my/reports/{report_id}/sign")
