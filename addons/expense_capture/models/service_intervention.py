from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

MAX_AMOUNT = 50_000
MAX_KM = 5_000
OLDEST = timedelta(days=366)
EXPENSE_KEYS = {
    "kind",
    "amount",
    "date",
    "description",
    "payment_mode",
    "payment_traceable",
    "invoice_to_us",
    "tax_percent",
    "distance_km",
    "origin",
    "destination",
    "country",
    "employee_id",
}


class ServiceIntervention(models.Model):
    """Expenses of an intervention, caught where they arise."""

    _inherit = "service.intervention"

    expense_ids = fields.One2many("hr.expense", "intervention_id", string="Expenses")
    expense_count = fields.Integer(compute="_compute_expense_count", compute_sudo=True)

    def _compute_expense_count(self):
        count = dict(
            self.env["hr.expense"]._read_group(
                [("intervention_id", "in", self.ids)], ["intervention_id"], ["__count"]
            )
        )
        for intervention in self:
            intervention.expense_count = count.get(intervention, 0)

    # === PUBLIC METHODS === #

    @idempotent
    def add_expense(self, values, files=None, request_uuid=None):
        """Record an expense of the user on this intervention, and charge it.

        :param dict values: ``kind`` (code of ``expense.kind``), ``amount`` (tax included, company
            currency) or, for a trip with one's own car, ``distance_km``; possibly ``date``,
            ``description``, ``payment_mode`` (``own_account``, ``company_account``),
            ``payment_traceable``, ``invoice_to_us`` with ``tax_percent`` (the tax we deduct),
            ``origin``, ``destination``, ``country`` (ISO code), ``employee_id``
        :param list files: photos of the receipt, as in ``attachment.intake.mixin``
        :return: ``{"expense_id": …, "line_id": …, "verdict": …, "warnings": […]}``
        """
        self.ensure_one()
        self._check_may_work(allow_done=True)
        values = self._check_expense(values)
        contents = self._check_files(files) if files else []
        # Portal users and technicians capture their own expenses only through this method.
        expense_sudo = self.env["hr.expense"].sudo().create(self._prepare_expense_values(values))
        for content in contents:
            receipt = expense_sudo.env["ir.attachment"].create(
                {
                    "name": content["name"],
                    "raw": content["raw"],
                    "res_model": "hr.expense",
                    "res_id": expense_sudo.id,
                }
            )
            expense_sudo._message_set_main_attachment_id(receipt, force=True)
        warnings = expense_sudo._get_capture_warnings(bool(contents))
        if expense_sudo.total_amount:
            expense_sudo.action_submit()
        return {
            "expense_id": expense_sudo.id,
            "line_id": expense_sudo.work_line_ids.id,
            "verdict": expense_sudo.traceability_verdict,
            "warnings": warnings,
        }

    # === CHECKING WHAT WAS GIVEN === #

    def _check_expense(self, given):
        """Judge an expense before anything is stored.

        :return: dict of clean values
        """
        if not isinstance(given, dict) or given.keys() - EXPENSE_KEYS:
            names = ", ".join(sorted(given.keys() - EXPENSE_KEYS)) if given else ""
            raise ValidationError(self.env._("An expense cannot have: %(names)s.", names=names))
        # Kinds are a list for everybody, also for contractors in the portal.
        kinds_sudo = self.env["expense.kind"].sudo()
        kind = kinds_sudo.search([("code", "=", str(given.get("kind") or ""))], limit=1)
        if not kind:
            raise ValidationError(self.env._("Choose what the money was spent on."))
        day = self._check_expense_date(given.get("date"))
        if kind.is_mileage:
            distance = self._check_expense_number(given.get("distance_km"), MAX_KM)
            rate = self.env["expense.mileage.rate"].sudo()._find_for(self.sudo().company_id, day)
            if not rate:
                raise ValidationError(
                    self.env._("No reimbursement per kilometre is set for %(date)s.", date=day)
                )
            amount = self.sudo().currency_id.round(distance * rate.price)
        else:
            distance = 0.0
            amount = self._check_expense_number(given.get("amount"), MAX_AMOUNT)
        if given.get("payment_mode") not in (None, False, "", "own_account", "company_account"):
            raise ValidationError(self.env._("Say whether you or the company has paid."))
        return {
            **given,
            "kind": kind,
            "date": day,
            "amount": amount,
            "distance_km": distance,
            "employee": self._get_expense_employee(given.get("employee_id")),
        }

    def _check_expense_date(self, value):
        today = fields.Date.context_today(self)
        try:
            day = fields.Date.to_date(value or None) or today
        except ValueError as error:
            raise ValidationError(self.env._("%(value)s is not a date.", value=value)) from error
        if day > today:
            raise ValidationError(self.env._("The expense is in the future. Correct its date."))
        if day < today - OLDEST:
            raise ValidationError(self.env._("The expense is more than a year old."))
        return day

    def _check_expense_number(self, value, largest):
        try:
            number = float(str(value or 0).replace(",", "."))
        except ValueError as error:
            raise ValidationError(self.env._("%(value)s is not a number.", value=value)) from error
        if not 0 < number <= largest:
            raise ValidationError(
                self.env._(
                    "Write how much it was: more than zero, at most %(largest)s.", largest=largest
                )
            )
        return number

    def _get_expense_employee(self, employee_id):
        """Whose expense it is: the user's own, or that of somebody of the crew for dispatchers."""
        # Portal users and technicians read no employees; they are asked for themselves only.
        crew_sudo = self.sudo().technician_ids
        user = self.env.user
        if employee_id and user.has_group("field_service.field_service_group_dispatcher"):
            employee = crew_sudo.filtered(lambda person: person.id == employee_id)
        else:
            employee = crew_sudo.filtered(lambda person: person.user_id == user)[:1]
            employee = (
                employee
                or user.sudo().employee_ids.filtered(
                    lambda person: person.company_id == self.sudo().company_id
                )[:1]
            )
        if not employee:
            raise ValidationError(self.env._("Say who has spent the money."))
        return employee

    def _prepare_expense_values(self, values):
        """Values of the ``hr.expense`` for checked values."""
        kind = values["kind"]
        company_sudo = self.sudo().company_id
        mode = values.get("payment_mode") or "own_account"
        prepared = {
            "name": str(values.get("description") or "").strip()[:200] or kind.name,
            "intervention_id": self.id,
            "kind_id": kind.id,
            "product_id": kind.product_id.id,
            "employee_id": values["employee"].id,
            "company_id": company_sudo.id,
            "date": values["date"],
            "quantity": 1,
            "total_amount_currency": values["amount"],
            "payment_mode": mode,
            "payment_traceable": bool(values.get("payment_traceable")) or mode == "company_account",
            "distance_km": values["distance_km"],
            "origin": str(values.get("origin") or "")[:120] or False,
            "destination": str(values.get("destination") or "")[:120] or False,
            "tax_ids": [fields.Command.set(self._get_expense_tax(values).ids)],
        }
        if code := str(values.get("country") or "").upper():
            country = self.env["res.country"].sudo().search([("code", "=", code)], limit=1)
            prepared["country_id"] = country.id
        return prepared

    def _get_expense_tax(self, values):
        """The tax we deduct: only with an invoice made out to us."""
        taxes_sudo = self.env["account.tax"].sudo()
        if not values.get("invoice_to_us") or not values.get("tax_percent"):
            return taxes_sudo
        tax = taxes_sudo.search(
            [
                ("company_id", "=", self.sudo().company_id.id),
                ("type_tax_use", "=", "purchase"),
                ("amount_type", "=", "percent"),
                ("amount", "=", float(values["tax_percent"])),
            ],
            limit=1,
        )
        if not tax:
            raise ValidationError(
                self.env._(
                    "There is no purchase tax of %(percent)s %%. Ask the accountant.",
                    percent=values["tax_percent"],
                )
            )
        return tax

    # === CHARGING === #

    def _prepare_expense_line(self, expense):
        """Values of the work line that charges an expense (in sudo, after a check)."""
        self.ensure_one()
        kind = "mileage" if expense.is_mileage else "expense"
        quantity = expense.distance_km if expense.is_mileage else 1.0
        own = {"employee_id": expense.employee_id.id, "event_id": None, "start": None}
        visit = self._get_visit({**own, "date": expense.date}, expense.employee_id, self.env.user)
        equipment = self.equipment_ids if len(self.equipment_ids) == 1 else self.equipment_ids[:0]
        (decision,) = self._decide(kind, expense.date, quantity, equipment)
        values = {
            "intervention_id": self.id,
            "event_id": visit.id,
            "expense_id": expense.id,
            "kind": kind,
            "name": expense.name,
            "employee_id": expense.employee_id.id,
            "equipment_id": equipment.id,
            "date": expense.date,
            "quantity": quantity,
            "quantity_invoice": quantity,
            **self._prepare_coverage_values(decision),
            **self._prepare_expense_price(expense),
        }
        if self.company_id.expense_charge == "none" and decision.coverage == "out_of_warranty":
            values |= {
                "coverage": "goodwill",
                "coverage_rule": "expense_not_charged",
                "discount": 100.0,
            }
        return values

    def _prepare_expense_price(self, expense):
        """Price of an expense: its cost by the company's policy; kilometres have a rate instead."""
        if expense.is_mileage:
            return {}
        return {"price_unit": self.company_id._get_expense_price(expense._get_cost())}

    # === CLOSING === #

    def _get_missing_to_close(self):
        """Override of `field_service`: an intervention doesn't close over unreported expenses."""
        missing = super()._get_missing_to_close()
        drafts = self.expense_ids.filtered(lambda expense: expense.state == "draft")
        if drafts:
            missing.append(
                self.env._(
                    "expenses not handed in: %(names)s", names=", ".join(drafts.mapped("name"))
                )
            )
        return missing
