from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .portal import PortalPages


class PortalExpense(PortalPages):
    """An outside technician's own hours and expenses, month by month."""

    def _check_technician(self):
        if not request.env.user._is_outside_technician():
            raise NotFound

    @route("/my/expenses", type="http", auth="user", website=True, readonly=True)
    def portal_my_expenses(self, month=None, **_query):
        self._check_technician()
        return self._render_page(
            "portal_expenses",
            {"page_name": "expenses", "month": request.env["hr.employee"]._portal_month(month)},
        )

    @route("/my/expenses/csv", type="http", auth="user", website=True, readonly=True)
    def portal_expenses_csv(self, month=None, **_query):
        self._check_technician()
        content = request.env["hr.employee"]._portal_month_csv(month)
        return self._send_file("expenses.csv", content, "text/csv; charset=utf-8")
