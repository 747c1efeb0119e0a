from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .portal import PortalPages


class PortalStatement(PortalPages):
    """The accounting situation of the customer's own company."""

    def _get_customer(self):
        """The user's own company, if they may see how it stands."""
        if not request.env.user._may_see_statement():
            raise NotFound
        return request.env.user._get_acting_contact().commercial_partner_id

    @route("/my/statement", type="http", auth="user", website=True, readonly=True)
    def portal_my_statement(self, **_query):
        customer = self._get_customer()
        return self._render_page(
            "portal_statement",
            {"page_name": "statement", "statement": customer._portal_statement()},
        )

    @route("/my/statement/csv", type="http", auth="user", website=True, readonly=True)
    def portal_statement_csv(self, **_query):
        content = self._get_customer()._portal_statement_csv()
        return self._send_file("statement.csv", content, "text/csv; charset=utf-8")

    # Not read-only: the first PDF of a database stores Odoo's style sheets for reports.
    @route("/my/statement/pdf", type="http", auth="user", website=True)
    def portal_statement_pdf(self, **_query):
        content = self._get_customer()._portal_statement_pdf()
        return self._send_file("statement.pdf", content, "application/pdf")
