from werkzeug.exceptions import BadRequest

from odoo.http import request, route

from odoo.addons.hr_expense.controllers.webmanifest import WebManifest
from odoo.addons.web.controllers.home import Home
from odoo.addons.web.controllers.utils import is_user_internal

SHARED = "share_target"
# How telephones call an electronic invoice (FatturaPA).
XML = ("text/xml", "application/xml", ".xml")


class ShareManifest(WebManifest):
    """What a phone's share menu offers the app for: electronic invoices, too."""

    def _get_webmanifest(self):
        """Override of `hr_expense`: XML beside images and PDF."""
        manifest = super()._get_webmanifest()
        for files in manifest["share_target"]["params"]["files"]:
            files["accept"] = [*files["accept"], *XML]
        return manifest


class ShareTarget(Home):
    """Where a phone's share menu sends receipts.

    Odoo's service worker takes them before they get here, and its web client makes drafts of them.
    Only without it they come, and without a token: then somebody is told what to do, and nothing
    is written.
    """

    @route(csrf=False)
    def web_client(self, s_action=None, **kw):
        """Override of `web`: files that nobody has taken."""
        if request.httprequest.method != "POST":
            return super().web_client(s_action, **kw)
        if SHARED in request.httprequest.args:
            return request.redirect(self._get_not_shared_page(), 303)
        if not request.validate_csrf(kw.pop("csrf_token", None)):
            raise BadRequest
        return super().web_client(s_action, **kw)

    def _get_not_shared_page(self):
        """The page that says what to do with files that have not arrived."""
        if request.session.uid and is_user_internal(request.session.uid):
            return "/expense_capture/not_shared"
        return f"/my?{SHARED}=trigger"

    @route("/expense_capture/not_shared", type="http", auth="user", website=True, readonly=True)
    def not_shared(self, **_query):
        return request.render("expense_capture.not_shared")
