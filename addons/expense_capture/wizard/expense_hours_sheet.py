import base64
from collections import defaultdict
from datetime import datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date

from odoo.addons.field_service.models.service_rate import TIME_BANDS
from odoo.addons.helpdesk_ticket.tools.csv_file import to_csv

BANDS = [band for band, _label in TIME_BANDS]
COLUMNS = (*BANDS, "travel", "on_call", "nights", "allowance_days", "kilometres")


class ExpenseHoursSheet(models.TransientModel):
    """The month of each technician for whoever makes the payroll: hours by kind, nights, days.

    Hours are those done, not those billed; hours on call are those of the shifts.
    """

    _name = "expense.hours.sheet"
    _description = "Hours of the Month"
    _inherit = ["dialog.mixin"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    month = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(months=-1, day=1),
        help="Any day of the month.",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        string="Person",
        domain="[('company_id', '=', company_id)]",
        help="Leave empty for everybody who has worked.",
    )
    file = fields.Binary(attachment=False, readonly=True)

    def action_csv(self):
        """Download the month as a table."""
        self.ensure_one()
        self.file = base64.b64encode(self._make_csv())
        name = f"{self.month.strftime('%Y-%m')}.csv"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content?model={self._name}&id={self.id}&field=file&download=true"
            f"&filename={name}",
            "target": "download",
        }

    def action_pdf(self):
        """Print the month, one page for each person."""
        self.ensure_one()
        return self.env.ref("expense_capture.expense_hours_report").report_action(self)

    # === THE MONTH === #

    def _get_headings(self):
        _ = self.env._
        bands = dict(
            self.env["service.work.line"]._fields["time_band"]._description_selection(self.env)
        )
        return [
            *(bands[band] for band in BANDS),
            _("Travel"),
            _("On call"),
            _("Nights away"),
            _("Daily allowances"),
            _("Kilometres"),
        ]

    def _make_csv(self):
        _ = self.env._
        header = [_("Person"), _("Date"), *self._get_headings()]
        return to_csv(
            self.env,
            header,
            (
                [sheet["employee"], row["date"], *(float(value) for value in row["values"])]
                for sheet in self._get_sheets()
                for row in sheet["rows"]
            ),
        )

    def _get_sheets(self):
        """One sheet for each person who has done something.

        :return: list of dicts: ``employee``, ``month``, ``rows`` (``date``, ``values`` in the order
            of ``COLUMNS``), ``total``
        """
        self.ensure_one()
        self.check_access("read")
        if self.company_id not in self.env.companies:
            raise self.env["ir.rule"]._make_access_error("read", self.company_id)
        first = self.month.replace(day=1)
        last = first + relativedelta(months=1, days=-1)
        days = defaultdict(lambda: dict.fromkeys(COLUMNS, 0.0))
        # Who may have the hours of the month needn't be able to read work or expenses.
        sheet_sudo = self.sudo()
        sheet_sudo._add_work(days, first, last)
        sheet_sudo._add_expenses(days, first, last)
        sheet_sudo._add_on_call(days, first, last)
        people = sorted({employee for employee, _day in days}, key=lambda one: (one.name, one.id))
        return [
            {
                "employee": employee.name,
                "month": format_date(self.env, first, date_format="LLLL yyyy"),
                "rows": [
                    {"date": day, "values": [days[employee, day][name] for name in COLUMNS]}
                    for person, day in sorted(days, key=lambda key: key[1])
                    if person == employee
                ],
                "total": [
                    sum(
                        values[name]
                        for (person, _day), values in days.items()
                        if person == employee
                    )
                    for name in COLUMNS
                ],
            }
            for employee in people
        ]

    def _get_person_domain(self):
        domain = [("company_id", "=", self.company_id.id), ("employee_id", "!=", False)]
        if self.employee_id:
            domain.append(("employee_id", "=", self.employee_id.id))
        return domain

    def _add_work(self, days, first, last):
        groups = self.env["service.work.line"]._read_group(
            [
                *self._get_person_domain(),
                ("date", ">=", first),
                ("date", "<=", last),
                ("kind", "in", ("labour", "waiting", "travel")),
            ],
            ["employee_id", "date:day", "kind", "time_band"],
            ["quantity:sum"],
        )
        for employee, day, kind, band, hours in groups:
            column = "travel" if kind == "travel" else band or "ordinary"
            days[employee, day][column] += hours

    def _add_expenses(self, days, first, last):
        expenses = self.env["hr.expense"].search_fetch(
            [
                *self._get_person_domain(),
                ("date", ">=", first),
                ("date", "<=", last),
                ("state", "!=", "refused"),
                "|",
                ("nights", ">", 0),
                "|",
                ("is_mileage", "=", True),
                ("is_allowance", "=", True),
            ],
            ["employee_id", "date", "nights", "quantity", "is_mileage", "is_allowance"],
        )
        for expense in expenses:
            values = days[expense.employee_id, expense.date]
            values["nights"] += expense.nights
            if expense.is_mileage:
                values["kilometres"] += expense.quantity
            elif expense.is_allowance:
                values["allowance_days"] += expense.quantity

    def _add_on_call(self, days, first, last):
        """Hours of the shifts, cut at midnight where the company is."""
        zone = pytz.timezone(self.company_id._get_service_timezone())

        def to_utc(day):
            local = zone.localize(datetime.combine(day, time.min))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        begin, end = to_utc(first), to_utc(last + timedelta(days=1))
        shifts = self.env["helpdesk.on.call.shift"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("start", "<", end),
                ("stop", ">", begin),
            ]
        )
        people = {
            employee.user_id: employee
            for employee in self.env["hr.employee"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("user_id", "in", shifts.user_id.ids),
                ]
            )
        }
        for shift in shifts:
            employee = people.get(shift.user_id)
            if not employee or (self.employee_id and employee != self.employee_id):
                continue
            day = max(first, pytz.utc.localize(shift.start).astimezone(zone).date())
            while day <= last and to_utc(day) < shift.stop:
                start = max(shift.start, to_utc(day))
                stop = min(shift.stop, to_utc(day + timedelta(days=1)))
                days[employee, day]["on_call"] += (stop - start).total_seconds() / 3600
                day += timedelta(days=1)
