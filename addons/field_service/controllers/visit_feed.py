from odoo.http import Controller, request, route

from .link_guard import check_guesses, note_wrong_link

HEADERS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class VisitFeed(Controller):
    """What calendar programs subscribe to: read only, and made only when it has changed."""

    @route(
        "/service/feed/<string:token>.ics",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def visit_feed(self, token, **_query):
        check_guesses()
        user_sudo = request.env["res.users"]._find_by_feed_token(token)
        if not user_sudo:
            note_wrong_link()
            raise request.not_found()
        # Their own invitations, and of the visits what stands in the mails anyway.
        attendees_sudo = request.env["calendar.attendee"].sudo()
        etag, changed = attendees_sudo._get_feed_stamp(user_sudo)
        if request.httprequest.if_none_match.contains(etag):
            response = request.make_response("", status=304)
        else:
            response = request.make_response(
                attendees_sudo._get_feed(user_sudo),
                headers=[
                    ("Content-Type", "text/calendar; charset=utf-8"),
                    ("Content-Disposition", 'inline; filename="visits.ics"'),
                ],
            )
        response.set_etag(etag)
        if changed:
            response.last_modified = changed
        response.headers.update(HEADERS)
        return response
