from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .portal import PortalPages


class PortalExpense(PortalPages):
    """Hours and expenses of an outside technician, month by month; their coordinator's view too."""

    def _check_whose(self, person):
        employees = request.env["hr.employee"]
        if not employees._portal_whose_month(person) or not request.env.user.share:
            raise NotFound

    @route("/my/expenses", type="http", auth="user", website=True, readonly=True)
    def portal_my_expenses(self, month=None, person=None, **_query):
        self._check_whose(person)
        return self._render_page(
            "portal_expenses",
            {
                "page_name": "expenses",
                "month": request.env["hr.employee"]._portal_month(month, person),
            },
        )

    @route("/my/expenses/csv", type="http", auth="user", website=True, readonly=True)
    def portal_expenses_csv(self, month=None, person=None, **_query):
        self._check_whose(person)
        content = request.env["hr.employee"]._portal_month_csv(month, person)
        return self._send_file("expenses.csv", content, "text/csv; charset=utf-8")
