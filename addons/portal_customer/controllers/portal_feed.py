from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .portal import PortalPages


class PortalFeed(PortalPages):
    """An outside technician's calendar feed, and when their crew is busy."""

    def _check_technician(self):
        if not request.env.user._has_visit_feed():
            raise NotFound

    @route(
        "/my/visits/feed", type="http", auth="user", website=True, methods=["GET"], readonly=True
    )
    def portal_feed(self, **_query):
        self._check_technician()
        return self._render_page(
            "portal_feed",
            {"page_name": "feed", "feed_url": request.env.user._get_visit_feed_url()},
        )

    @route("/my/visits/feed/renew", type="http", auth="user", website=True, methods=["POST"])
    def portal_renew_feed(self, **typed):
        self._check_technician()
        self._act(request.env.user.renew_visit_feed, request_uuid=typed.get("request_uuid") or None)
        return request.redirect("/my/visits/feed")

    @route(
        "/my/visits/crew", type="http", auth="user", website=True, methods=["GET"], readonly=True
    )
    def portal_crew(self, **_query):
        self._check_technician()
        return self._render_page(
            "portal_crew",
            {
                "page_name": "crew",
                "crew": request.env["service.intervention"]._portal_crew(),
            },
        )
