from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .portal import PortalPages, to_int


class PortalColleague(PortalPages):
    """Who of a customer's company has access, for whoever manages it."""

    @route("/my/colleagues", type="http", auth="user", website=True, methods=["GET"], readonly=True)
    def portal_my_colleagues(self, **_query):
        return self._render_colleagues()

    def _render_colleagues(self, **more):
        if not request.env.user._is_portal_manager():
            raise NotFound
        return self._render_page(
            "portal_colleagues",
            {
                "page_name": "colleagues",
                **request.env["res.partner"]._portal_colleagues(),
                **more,
            },
        )

    @route("/my/colleagues/invite", type="http", auth="user", website=True, methods=["POST"])
    def portal_invite_colleague(self, **typed):
        return self._answer(
            request.env["res.partner"].invite_colleague,
            {
                "name": typed.get("name"),
                "email": typed.get("email"),
                "role": typed.get("role"),
                "site_id": to_int(typed.get("site_id")),
            },
            typed,
        )

    @route(
        "/my/colleagues/<int:partner_id>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_colleague_act(self, partner_id, act, **typed):
        colleague = request.env["res.partner"].browse(partner_id)
        acts = {
            "role": (
                colleague.set_colleague_role,
                {"role": typed.get("role"), "site_id": to_int(typed.get("site_id"))},
            ),
            "withdraw": (colleague.withdraw_colleague_access, {}),
        }
        if act not in acts:
            raise request.not_found()
        return self._answer(*acts[act], {**typed, "partner_id": partner_id})

    def _answer(self, method, arguments, typed):
        _result, error = self._act(
            method, **arguments, request_uuid=typed.get("request_uuid") or None
        )
        if error:
            return self._render_colleagues(error=error, typed=typed)
        return request.redirect("/my/colleagues")
