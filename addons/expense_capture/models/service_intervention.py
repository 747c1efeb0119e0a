from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..const import MAX_AMOUNT, MAX_KILOMETRES

EXPENSE_KEYS = {
    "kind",
    "amount",
    "currency",
    "date",
    "description",
    "payment_mode",
    "payment_traceable",
    "invoice_to_us",
    "tax_percent",
    "country",
    "distance_km",
    "distance_reason",
    "origin",
    "destination",
    "stops",
    "return_trip",
    "odometer_start",
    "odometer_stop",
    "vehicle_id",
    "days",
    "nights",
    "allowance",
    "vendor",
    "vendor_vat",
    "employee_id",
    "event_id",
    "equipment_id",
}
OLDEST = timedelta(days=366)


class ServiceIntervention(models.Model):
    """Accessory expenses: captured on the spot, charged as one work line each."""

    _inherit = "service.intervention"

    expense_ids = fields.One2many(
        "hr.expense", "intervention_id", string="Expenses", copy=False, groups="base.group_user"
    )
    expense_count = fields.Integer(compute="_compute_expense_count", groups="base.group_user")

    @api.depends("expense_ids")
    def _compute_expense_count(self):
        count = dict(
            self.env["hr.expense"]._read_group(
                [("intervention_id", "in", self.ids)], ["intervention_id"], ["__count"]
            )
        )
        for intervention in self:
            intervention.expense_count = count.get(intervention, 0)

    def _get_work_country(self):
        """Where an expense of the intervention was made, unless somebody says otherwise."""
        return self.site_id.country_id or self.partner_id.country_id

    # === PUBLIC METHODS === #

    @idempotent
    def add_expense(self, values, files=None, request_uuid=None):
        """Capture an expense and hand it in; it is charged as one work line.

        :param dict values: ``kind`` (code of ``expense.kind``), ``amount`` as on the receipt, or
            ``distance_km`` for one's own car, or ``days`` and ``allowance`` (its form) of a daily
            allowance; possibly ``currency`` (ISO code), ``date``, ``description``,
            ``payment_mode`` (``own_account``, ``company_account``), ``payment_traceable`` (by
            card or transfer; default: no), ``invoice_to_us`` with ``tax_percent`` (the tax we
            deduct), ``country`` (ISO code), ``vendor``, ``vendor_vat``, ``nights`` of a hotel,
            ``employee_id`` (default: oneself), ``event_id``, ``equipment_id``. Of kilometres also
            ``origin``, ``destination``, ``stops`` (see ``propose_distance``), ``return_trip``
            (default: yes), ``odometer_start``, ``odometer_stop``, ``distance_reason``,
            ``vehicle_id``; without a distance it is worked out from the coordinates
        :param list[dict] files: receipts, ``name`` and ``data`` (base64)
        :return: ``{"expense_id": …, "line_id": …, "verdict": sentence, "warnings": [sentences]}``
        :raise ValidationError: saying what is wrong; nothing is stored then
        """
        self.ensure_one()
        # Receipts turn up after the work is done.
        self._check_may_work(allow_done=True)
        given = self._check_expense(values)
        expenses_sudo = self.env["hr.expense"].sudo()
        expenses_sudo._check_files(files or [])
        intervention_sudo = self._lock_for_work()
        prepared = intervention_sudo._prepare_expense_values(given, self.env.user, bool(files))
        # Who may work here may report what it cost; in the portal there is no other right to it.
        expense_sudo = expenses_sudo.with_company(intervention_sudo.company_id).create(prepared)
        receipts = expense_sudo._intake_files(files) if files else None
        if receipts:
            expense_sudo._message_set_main_attachment_id(receipts.sudo()[:1], force=True)
        if expense_sudo.total_amount:
            expense_sudo.action_submit()
        return {
            "expense_id": expense_sudo.id,
            "line_id": expense_sudo.work_line_ids.id,
            "verdict": expense_sudo.traceability_verdict,
            "warnings": expense_sudo._get_warnings(),
        }

    # === CHECKING WHAT WAS GIVEN === #

    def _check_expense(self, values):
        """Judge what was given, before anything is stored."""
        _ = self.env._
        if not isinstance(values, dict):
            raise ValidationError(_("Send the expense as names and values."))
        if unknown := values.keys() - EXPENSE_KEYS:
            raise ValidationError(
                _("An expense cannot have: %(names)s.", names=", ".join(sorted(unknown)))
            )
        # Kinds are a list for everybody, also for contractors in the portal.
        kinds_sudo = self.env["expense.kind"].sudo()
        kind = kinds_sudo.search([("code", "=", str(values.get("kind") or ""))], limit=1)
        if not kind:
            raise ValidationError(_("Choose what the money was spent on."))
        day = self._check_expense_date(values.get("date"))
        mode = values.get("payment_mode") or "own_account"
        if mode not in ("own_account", "company_account"):
            raise ValidationError(_("Say whether you or the company has paid."))
        given = {
            "kind": kind,
            "date": day,
            "payment_mode": mode,
            "payment_traceable": self._check_traceable(values.get("payment_traceable"), mode),
            # What is paid by the kilometre or by the day has no invoice.
            "invoice_to_us": values.get("invoice_to_us") is True and not kind._is_counted(),
            "tax_percent": values.get("tax_percent"),
            "country_id": self._check_country(values.get("country")),
            **{
                name: str(values.get(name) or "").strip()[:200]
                for name in ("description", "origin", "destination")
            },
            **{name: values.get(name) for name in ("employee_id", "event_id", "equipment_id")},
            **self._check_vendor(values),
            "nights": self._check_days(values["nights"]) if values.get("nights") else 0,
        }
        if kind.is_allowance:
            return {
                **given,
                "days": self._check_days(values.get("days") or 1),
                "allowance": values.get("allowance"),
            }
        if kind.is_mileage:
            return {**given, **self._check_trip(values)}
        return {
            **given,
            "amount": self._check_amount(values.get("amount")),
            "currency": self._check_currency(values.get("currency"), day),
        }

    def _check_vendor(self, values):
        vat = "".join(str(values.get("vendor_vat") or "").split()).upper()[:20]
        return {
            "vendor_name": str(values.get("vendor") or "").strip()[:200],
            "vendor_vat": vat or False,
        }

    def _check_traceable(self, value, mode):
        """What cannot be shown to be traceable counts as cash, unless somebody says to ask."""
        if mode == "company_account" or value is True:
            return "yes"
        return value if value in ("yes", "unknown") else "no"

    def _check_expense_date(self, value):
        try:
            day = fields.Date.to_date(value or None) or fields.Date.context_today(self)
        except (ValueError, TypeError) as error:
            raise ValidationError(self.env._("%(value)s is not a date.", value=value)) from error
        if day > fields.Date.context_today(self):
            raise ValidationError(
                self.env._("The expense is dated in the future. Correct the date of the receipt.")
            )
        if day < fields.Date.context_today(self) - OLDEST:
            raise ValidationError(
                self.env._("The expense is more than a year old. Correct the date of the receipt.")
            )
        return day

    def _check_country(self, code):
        if not code:
            return False
        country = self.env["res.country"].search([("code", "=", str(code).upper())], limit=1)
        if not country:
            raise ValidationError(self.env._("%(code)s is no country.", code=code))
        return country.id

    def _check_amount(self, value):
        amount = self._to_number(value)
        if not amount >= 0:
            raise ValidationError(
                self.env._("An amount cannot be negative. Look at the receipt again.")
            )
        if amount > MAX_AMOUNT:
            raise ValidationError(
                self.env._(
                    "%(value)s is too much for one expense. Look at the receipt again.",
                    value=f"{amount:.2f}",
                )
            )
        return amount

    def _check_distance(self, value):
        distance = self._to_number(value)
        if not 0 < distance <= MAX_KILOMETRES:
            raise ValidationError(
                self.env._(
                    "Say how many kilometres it was, at most %(limit)s for one trip.",
                    limit=MAX_KILOMETRES,
                )
            )
        return distance

    def _to_number(self, value):
        try:
            return float(str(value or 0).replace(",", "."))
        except (ValueError, TypeError) as error:
            raise ValidationError(self.env._("%(value)s is not a number.", value=value)) from error

    def _check_currency(self, code, day):
        """The currency of a receipt: one that is in use and has a rate by that day."""
        # Currencies and rates are no secret, but the portal doesn't read them.
        company_sudo = self.sudo().company_id
        own = company_sudo.currency_id
        if not code or str(code).upper() == own.name:
            return own
        currency = self.env["res.currency"].sudo().search([("name", "=", str(code).upper())])
        rates = currency.rate_ids.filtered(
            lambda rate: (
                rate.name <= day and rate.company_id in (rate.company_id.browse(), company_sudo)
            )
        )
        if not rates:
            raise ValidationError(
                self.env._(
                    "There is no exchange rate for %(currency)s on this date. Ask the office to "
                    "add it, or write the amount in %(own)s.",
                    currency=code,
                    own=own.name,
                )
            )
        return currency

    # === FROM WHAT WAS GIVEN TO AN EXPENSE === #

    def _prepare_expense_values(self, given, user, with_receipt):
        """Values of the expense of a person; in sudo, after a check."""
        line = {**given, "kind": "expense", "start": False}
        employee = self._get_expense_employee(line, user)
        kind = given["kind"]
        values = {
            "intervention_id": self.id,
            "company_id": self.company_id.id,
            "employee_id": employee.id,
            "kind_id": kind.id,
            "product_id": kind.product_id.id,
            "name": given["description"] or kind.name,
            "event_id": self._get_visit(line, employee, user).id,
            "equipment_id": self._get_line_equipment(line).id,
            **{
                name: given[name]
                for name in (
                    "vendor_name",
                    "vendor_vat",
                    "date",
                    "payment_mode",
                    "payment_traceable",
                    "invoice_to_us",
                    "origin",
                    "destination",
                )
            },
        }
        if given["country_id"]:
            values["country_id"] = given["country_id"]
        if given["nights"]:
            values["nights"] = given["nights"]
        if kind.is_allowance:
            return {**values, **self._prepare_allowance(given, employee)}
        if kind.is_mileage:
            return {**values, **self._prepare_trip(given, employee)}
        if not given["amount"] and not with_receipt:
            raise ValidationError(self.env._("Write the amount, or add a photo of the receipt."))
        if given["invoice_to_us"] and given["tax_percent"]:
            tax = self._find_expense_tax(given["tax_percent"])
            values["tax_ids"] = [fields.Command.set(tax.ids)]
        return {
            **values,
            "currency_id": given["currency"].id,
            "total_amount_currency": given["amount"],
        }

    def _get_expense_employee(self, line, user):
        """Who has spent the money: oneself; dispatchers write down what others have spent."""
        employee = self._get_employee(line, user)
        if not employee:
            raise ValidationError(
                self.env._("Say who spent the money: you are no employee of this company.")
            )
        if employee.user_id != user and not user.has_group(
            "field_service.field_service_group_dispatcher"
        ):
            raise ValidationError(self.env._("You can report what you have spent yourself only."))
        return employee

    def _find_expense_tax(self, percent):
        """The purchase tax inside an amount; it is deducted with an invoice made out to us only."""
        tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("type_tax_use", "=", "purchase"),
                ("amount_type", "=", "percent"),
                ("amount", "=", self._to_number(percent)),
            ],
            limit=1,
        )
        if not tax:
            raise ValidationError(
                self.env._(
                    "There is no purchase tax of %(percent)s %%. Ask the accountant.",
                    percent=percent,
                )
            )
        return tax

    # === CLOSING === #

    def _get_missing_to_close(self):
        """Override of `field_service`: an intervention doesn't close over unreported expenses."""
        missing = super()._get_missing_to_close()
        # Whoever closes needn't be able to read a colleague's expenses to be told of them.
        drafts = self.sudo().expense_ids.filtered(lambda expense: expense.state == "draft")
        if drafts:
            missing.append(
                self.env._(
                    "expenses not handed in: %(names)s", names=", ".join(drafts.mapped("name"))
                )
            )
        return missing

    # === ACTIONS === #

    def action_view_expenses(self):
        """Open the expenses of the intervention, as far as the user may see them."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "hr_expense.hr_expense_actions_my_all"
        )
        action["domain"] = [("intervention_id", "=", self.id)]
        action["context"] = {"default_intervention_id": self.id}
        return action

    def action_add_expense(self):
        """Open the dialog that captures an expense."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "expense_capture.service_intervention_add_expense_action"
        )
        action["context"] = {"default_intervention_id": self.id}
        return action
