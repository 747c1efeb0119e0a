import uuid

from odoo.exceptions import UserError
from odoo.http import Controller, request, route

from odoo.addons.field_service.controllers.link_guard import check_guesses, note_wrong_link
from odoo.addons.field_service.controllers.report_link import PAGE
from odoo.addons.field_service.controllers.visit_link import HEADERS


class PortalInvitation(Controller):
    """The page of a signed link: it says who invites, and a button lets the login serve there."""

    @route("/service/invitation/<string:token>", methods=["GET"], readonly=True, **PAGE)
    def invitation_link(self, token, **_query):
        return self._render_invitation(token)

    @route("/service/invitation/<string:token>/accept", methods=["POST"], **PAGE)
    def invitation_link_accept(self, token, **typed):
        check_guesses()
        page = request.env["res.partner"]._get_invitation_page(token)
        if page:
            request.update_context(lang=page["lang"])
        try:
            with request.env.cr.savepoint():
                # An act that is repeated finds its result, though the link is used up.
                done = request.env["res.partner"].accept_invitation(
                    token=token, request_uuid=typed.get("request_uuid") or None
                )
                request.env.flush_all()
        except UserError:
            return self._render_invitation("")
        return self._render("portal_customer.invitation_done", page, done=done)

    def _render_invitation(self, token):
        check_guesses()
        page = request.env["res.partner"]._get_invitation_page(token)
        if page:
            request.update_context(lang=page["lang"])
        else:
            note_wrong_link()
        return self._render(
            "portal_customer.invitation_page",
            page,
            status=200 if page else 404,
            token=token,
            # What is sent from this page twice is done once.
            request_uuid=str(uuid.uuid4()),
        )

    def _render(self, template, page, status=200, **values):
        response = request.render(template, {"page": page, **values}, status=status)
        response.headers.update(HEADERS)
        return response
