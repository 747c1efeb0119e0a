from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

# Jobs that may have been on the way of a trip.
RECENT = timedelta(days=7)
SOON = timedelta(days=1)
MAX_STOPS = 10
STOP = "stop_"
# Of a number that the database can count to.
MAX_DIGITS = 9


class ServiceIntervention(models.Model):
    """What an outside technician sees and sends of their expenses."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    @api.model
    def _portal_expense_kinds(self):
        """Kinds of expense to choose from, for the tiles of the form."""
        # The list is the same for everybody; portal users have no right to set it up.
        kinds_sudo = self.env["expense.kind"].sudo().search([("active", "=", True)])
        return [
            {
                "code": kind.code,
                "name": kind.name,
                "icon": kind.icon or "fa-file-text-o",
                "is_mileage": kind.is_mileage,
                "is_allowance": kind.is_allowance,
            }
            for kind in kinds_sudo
        ]

    def _portal_expense_choices(self):
        """Currencies and countries of a receipt, for the form: ``currencies`` and ``countries``.

        The usual one is first and has no code: whoever chooses nothing has chosen it.

        :return: dict of lists of dicts ``code``, ``label``
        """
        self.ensure_one()
        # Neither is a secret; the portal has no right of its own to all of what they come from.
        intervention_sudo = self.sudo()
        company_sudo = intervention_sudo.company_id
        own = company_sudo.currency_id
        usual = intervention_sudo._get_work_country() or company_sudo.country_id
        currencies_sudo = self.env["res.currency"].sudo().search([("id", "!=", own.id)])
        countries_sudo = self.env["res.country"].sudo().search([("id", "!=", usual.id)])
        return {
            "currencies": [
                {"code": "", "label": own.name},
                *({"code": currency.name, "label": currency.name} for currency in currencies_sudo),
            ],
            "countries": [
                {"code": "", "label": usual.name or ""},
                *({"code": country.code, "label": country.name} for country in countries_sudo),
            ],
        }

    def _portal_expenses(self):
        """The user's own expenses on this intervention; the caller has checked the latter."""
        self.ensure_one()
        # Portal users read no expenses: these are their own.
        own_sudo = self.sudo().expense_ids.filtered(
            lambda expense: expense.employee_id.user_id == self.env.user
        )
        return [
            {
                "name": expense.name,
                "date": expense.date,
                "amount": format_amount(
                    self.env, expense.total_amount, expense.company_currency_id
                ),
                "amount_paid": expense.is_multiple_currency
                and format_amount(self.env, expense.total_amount_currency, expense.currency_id),
                "verdict": expense.traceability_verdict
                if expense.traceability_state == "missing"
                else "",
                "is_draft": expense.state == "draft",
                "is_refused": expense.state == "refused",
                "refusal_reason": expense.refusal_reason,
            }
            for expense in own_sudo
        ]

    def _portal_trip(self):
        """What a trip to this intervention can be made with, and over: ``vehicles`` and ``stops``.

        :return: dict of lists of dicts ``id``, ``label``
        """
        self.ensure_one()
        now = fields.Datetime.now()
        # Who is on a crew the portal doesn't read; these are the user's own jobs.
        stops_sudo = self.sudo().search(
            [
                ("id", "!=", self.id),
                ("technician_ids.user_id", "=", self.env.uid),
                ("state", "!=", "cancelled"),
                ("planned_start", ">=", now - RECENT),
                ("planned_start", "<=", now + SOON),
            ],
            order="planned_start desc, id desc",
            limit=MAX_STOPS,
        )
        # One's own cars; the portal reads no others.
        vehicles_sudo = self.env["expense.vehicle"].sudo()
        vehicles_sudo = vehicles_sudo.search(
            [
                ("employee_id.user_id", "=", self.env.uid),
                ("company_id", "in", [False, self.sudo().company_id.id]),
            ]
        )
        return {
            "vehicles": [
                {"id": vehicle.id, "label": vehicle.display_name} for vehicle in vehicles_sudo
            ],
            "stops": [
                {
                    "id": f"{STOP}{stop_sudo.id}",
                    "label": " · ".join(
                        filter(
                            None,
                            [
                                stop_sudo.town,
                                stop_sudo.number,
                                format_date(self.env, stop_sudo.planned_start),
                            ],
                        )
                    ),
                }
                for stop_sudo in stops_sudo.sorted("planned_start")
            ],
        }

    @api.model
    def _portal_stops(self, typed):
        """The places on the way from a form: jobs in their order, then what was written."""
        ids = [int(name.removeprefix(STOP)) for name in typed if _is_stop(name)]
        # Which of them somebody may name is judged by the method; here is only their order.
        jobs_sudo = self.sudo().browse(ids).exists().sorted("planned_start")
        written = [name.strip() for name in (typed.get("stop_name") or "").split(",")]
        return [
            *({"intervention_id": job.id} for job in jobs_sudo),
            *({"name": name} for name in written if name),
        ]

    @api.model
    def _portal_expense(self, typed):
        """An expense from a form; what it doesn't say is left out."""
        values = {
            "kind": typed.get("kind"),
            "amount": self._portal_number(typed.get("amount")),
            "distance_km": self._portal_number(typed.get("distance_km")),
            "days": self._portal_number(typed.get("days")),
            "odometer_start": self._portal_number(typed.get("odometer_start")),
            "odometer_stop": self._portal_number(typed.get("odometer_stop")),
            "distance_reason": typed.get("distance_reason"),
            "date": typed.get("date"),
            "description": typed.get("description"),
            "currency": typed.get("currency"),
            "country": typed.get("country"),
            "invoice_to_us": bool(typed.get("invoice_to_us")),
            "payment_traceable": bool(typed.get("payment_traceable")),
        }
        values = {name: value for name, value in values.items() if value}
        if stops := self._portal_stops(typed):
            values["stops"] = stops
        if _is_number(vehicle := typed.get("vehicle_id") or ""):
            values["vehicle_id"] = int(vehicle)
        if typed.get("one_way"):
            values["return_trip"] = False
        return values


def _is_stop(name):
    return name.startswith(STOP) and _is_number(name.removeprefix(STOP))


def _is_number(text):
    return text.isdecimal() and len(text) <= MAX_DIGITS
