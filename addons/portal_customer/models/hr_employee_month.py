import re
from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.helpdesk_ticket.tools.csv_file import to_csv

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
TIME_KINDS = ("labour", "travel")


class HrEmployee(models.Model):
    """An outside technician's own month: hours, kilometres and expenses, never what we earn.

    A firm's coordinator sees those of the firm's people.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.employee"

    @api.model
    def _portal_whose_month(self, person=None):
        """Whose month is shown, in sudo: the user's own, or that of somebody they coordinate.

        :param str person: id of an employee; one who isn't theirs gives nobody
        """
        if person:
            own_sudo = self.env.user._get_coordinated_people_sudo()
            return own_sudo.filtered(lambda employee: str(employee.id) == person)
        # Portal users read no personnel records: whether one is theirs is no secret to them.
        return self.sudo().search([("user_id", "=", self.env.uid)])

    @api.model
    def _portal_month(self, month=None, person=None):
        """Hours and expenses of a month, of the user or of somebody they coordinate.

        :param str month: ``2026-11``; anything else is the present month
        :param str person: see ``_portal_whose_month``
        :return: dict, see the end of the method
        """
        first = self._portal_read_month(month)
        last = first + relativedelta(months=1, days=-1)
        # Portal users read no work lines and no expenses of others: these are theirs to see.
        own_sudo = self._portal_whose_month(person)
        lines_sudo = (
            self.env["service.work.line"]
            .sudo()
            .search(
                [
                    ("employee_id", "in", own_sudo.ids),
                    ("date", ">=", first),
                    ("date", "<=", last),
                    # An expense that is charged is told as an expense.
                    ("expense_id", "=", False),
                ],
                order="date, start, id",
            )
        )
        expenses = self.env["hr.expense"].sudo()
        expenses_sudo = expenses.search(
            [
                ("employee_id", "in", own_sudo.ids),
                ("date", ">=", first),
                ("date", "<=", last),
            ],
            order="date, id",
        )
        to_bill_sudo = expenses.search(
            [
                ("employee_id", "in", own_sudo.ids),
                ("settlement", "=", "own_bill"),
                ("supplier_bill_id", "=", False),
                ("state", "!=", "refused"),
            ],
            order="date, id",
        )
        rows = self._portal_month_rows(lines_sudo, expenses_sudo | to_bill_sudo)
        by_day = defaultdict(list)
        for record in [*lines_sudo, *expenses_sudo]:
            by_day[record.date].append(rows[record])
        # Amounts are those of the firm's currency, whatever it was paid in.
        currency = own_sudo.company_id[:1].currency_id or self.env.company.currency_id
        return {
            "month": first.strftime("%Y-%m"),
            "person": person or "",
            "person_name": own_sudo.name if person else "",
            "label": format_date(self.env, first, date_format="LLLL yyyy"),
            "previous": (first - timedelta(days=1)).strftime("%Y-%m"),
            "next": (last + timedelta(days=1)).strftime("%Y-%m"),
            "currency": currency,
            "days": [
                {"date": day, "rows": by_day[day], **_sum(by_day[day])} for day in sorted(by_day)
            ],
            "total": _sum([row for day in by_day.values() for row in day]),
            "is_billing": any(own_sudo.mapped("settled_by_bill")) or bool(to_bill_sudo),
            "to_bill": [rows[expense] for expense in to_bill_sudo],
            "to_bill_total": _sum([rows[expense] for expense in to_bill_sudo])["amount"],
        }

    @api.model
    def _portal_month_csv(self, month=None, person=None):
        """A month as a CSV file, see ``_portal_month``."""
        values = self._portal_month(month, person)
        _ = self.env._
        header = [
            _("Date"),
            _("What"),
            _("Intervention"),
            _("Description"),
            _("Quantity"),
            _("Unit"),
            _("Amount"),
            _("Currency"),
            _("State"),
        ]
        return to_csv(
            self.env,
            header,
            (
                [
                    day["date"],
                    row["kind"],
                    row["number"],
                    row["name"],
                    row["quantity"],
                    row["unit"],
                    row["amount"],
                    values["currency"].name if row["is_expense"] else "",
                    row["state"],
                ]
                for day in values["days"]
                for row in day["rows"]
            ),
        )

    @api.model
    def _portal_read_month(self, month):
        """The first day of a month from an address, else of the present one."""
        found = MONTH.fullmatch(month) if isinstance(month, str) else None
        today = fields.Date.context_today(self)
        if not found:
            return today.replace(day=1)
        return today.replace(year=int(found[1]), month=int(found[2]), day=1)

    @api.model
    def _portal_month_rows(self, lines_sudo, expenses_sudo):
        """What the page tells of each line and expense: dict by record."""
        # Somebody who isn't on a job any more still has done their hours there.
        readable = self.env["service.intervention"].search(
            [("id", "in", (lines_sudo.intervention_id | expenses_sudo.intervention_id).ids)]
        )
        kinds = dict(lines_sudo._fields["kind"]._description_selection(self.env))
        states = dict(expenses_sudo._fields["state"]._description_selection(self.env))
        rows = {}
        for line in lines_sudo:
            rows[line] = {
                **_get_job(line.intervention_id, readable),
                "is_expense": False,
                "kind": kinds[line.kind],
                "name": line.name,
                "date": line.date,
                "quantity": line.quantity,
                "unit": line.uom_id.name or "",
                "hours": line.quantity if line.kind in TIME_KINDS else 0.0,
                "distance_km": line.quantity if line.kind == "mileage" else 0.0,
                "amount": None,
                "state": "",
            }
        for expense in expenses_sudo:
            rows[expense] = {
                **_get_job(expense.intervention_id, readable),
                "is_expense": True,
                "kind": expense.kind_id.name or self.env._("Expense"),
                "name": expense.name,
                "date": expense.date,
                "quantity": expense.distance_km or None,
                "unit": "km" if expense.distance_km else "",
                "hours": 0.0,
                "distance_km": expense.distance_km,
                "amount": expense.total_amount,
                "state": states[expense.state],
            }
        return rows


def _get_job(intervention, readable):
    url = f"/my/interventions/{intervention.id}" if intervention in readable else ""
    return {"number": intervention.number or "", "url": url}


def _sum(rows):
    """Hours, kilometres and amount of some rows."""
    return {
        "hours": sum(row["hours"] for row in rows),
        "distance_km": sum(row["distance_km"] for row in rows),
        "amount": sum(row["amount"] or 0.0 for row in rows),
    }
