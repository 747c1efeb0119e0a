from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .portal import PortalPages


class PortalStatement(PortalPages):
    """The accounting situation of the customer's own company."""

    @route("/my/statement", type="http", auth="user", website=True, readonly=True)
    def portal_my_statement(self, **_query):
        if not request.env.user._may_see_statement():
            raise NotFound
        customer = request.env.user.partner_id.commercial_partner_id
        return self._render_page(
            "portal_statement",
            {"page_name": "statement", "statement": customer._portal_statement()},
        )
