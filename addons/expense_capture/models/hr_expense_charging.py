from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.field_service.coverage import FULL

from ..charging import Policy, choose, price

NOT_CHARGED = "expense_not_charged"
REPRICED_FIELDS = ("price_unit", "coverage", "discount")
# Nobody can send this object from outside: only an expense takes its own work line away.
OWN_LINE = object()
CHARGING_FIELDS = {
    "intervention_id",
    "event_id",
    "equipment_id",
    "employee_id",
    "product_id",
    "kind_id",
    "name",
    "date",
    "quantity",
    "distance_km",
    "origin",
    "destination",
    "stop_ids",
    "is_return",
    "total_amount",
    "total_amount_currency",
    "currency_id",
    "tax_ids",
    "invoice_to_us",
    "approval_state",
    "state",
}


class HrExpense(models.Model):
    """What the customer pays for an expense: one work line, which follows it until it is billed."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    work_line_ids = fields.One2many(
        "service.work.line",
        "expense_id",
        string="Work lines",
        groups="field_service.field_service_group_user,account.group_account_invoice",
    )
    coverage = fields.Selection(
        selection=lambda self: (
            self.env["service.work.line"]._fields["coverage"]._description_selection(self.env)
        ),
        compute="_compute_coverage",
        compute_sudo=True,
    )
    coverage_reason = fields.Char(compute="_compute_coverage", compute_sudo=True)
    billing_state = fields.Selection(
        selection=lambda self: (
            self.env["service.work.line"]._fields["billing_state"]._description_selection(self.env)
        ),
        string="Charged",
        compute="_compute_coverage",
        compute_sudo=True,
    )

    @api.depends("work_line_ids.coverage", "work_line_ids.billing_state")
    @api.depends_context("lang")
    def _compute_coverage(self):
        for expense in self:
            line = expense.work_line_ids[:1]
            expense.coverage = line.coverage
            expense.coverage_reason = line.coverage_reason
            expense.billing_state = line.billing_state

    # === COST AND PRICE === #

    def _get_cost_amount(self):
        """What the expense costs in the end: all of it but the VAT that is ours to deduct.

        It is what its entry puts on the analytic account, once it is posted.
        """
        self.ensure_one()
        total = self.total_amount
        if not self.tax_ids:
            return total
        taxes = self.env["account.tax"]
        base_line = self._prepare_base_line_for_taxes_computation(
            price_unit=total, quantity=1.0, currency_id=self.company_currency_id, rate=1.0
        )
        taxes._add_tax_details_in_base_line(base_line, self.company_id)
        taxes._round_base_lines_tax_details([base_line], self.company_id)
        taxes._add_accounting_data_in_base_lines_tax_details([base_line], self.company_id)
        deducted = sum(
            part["tax_amount"]
            for tax in base_line["tax_details"]["taxes_data"]
            for part in tax["tax_reps_data"]
            if part["tax_rep"].use_in_tax_closing
        )
        return self.company_currency_id.round(total - deducted)

    def _get_charged_amount(self, policy=None):
        """What is charged for the expense, before tax: as the policy says.

        :param policy: ``charging.Policy``, if it was asked already
        """
        self.ensure_one()
        cost = self._get_cost_amount()
        # Nobody pays for a receipt that has no amount yet, not even a fixed price.
        amount = price(policy or self._get_charge_policy(), cost) if cost else 0.0
        return self.company_currency_id.round(amount)

    def _get_charge_policy(self):
        """What decides the price: contract, customer or kind, else the company's setting."""
        self.ensure_one()
        return self._get_charge_policies()[self]

    def _get_charge_policies(self):
        """Of each of these expenses what decides its price; the policies are read once.

        :return: dict of expense to ``charging.Policy``
        """
        payers = {expense: expense._get_payer() for expense in self}
        # Who spends needn't be able to read prices; Campo works them out.
        found_sudo = self.env["expense.charge.policy"].sudo()
        found_sudo = found_sudo.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("partner_id", "in", [False, *(payer.id for payer in payers.values())]),
                ("contract_id", "in", [False, *self.intervention_id.contract_id.ids]),
            ]
        )
        by_company = {
            company: [policy._as_policy() for policy in policies]
            for company, policies in found_sudo.grouped("company_id").items()
        }
        return {
            expense: choose(
                by_company.get(expense.company_id, ()),
                expense.intervention_id.contract_id.id or 0,
                payers[expense].id or 0,
                expense.kind_id.id or 0,
                expense.date or fields.Date.context_today(expense),
            )
            or Policy(expense.company_id.expense_charge, expense.company_id.expense_markup)
            for expense in self
        }

    def _get_payer(self):
        self.ensure_one()
        intervention = self.intervention_id
        return (intervention.invoice_partner_id or intervention.partner_id).commercial_partner_id

    # === THE WORK LINE === #

    @api.model
    def _get_charging_fields(self):
        return CHARGING_FIELDS

    def _charge(self):
        """Bring the work line of each expense in step with it."""
        # Whoever spends or approves money has no right to write work: this is Campo's bookkeeping.
        interventions_sudo = self._get_travelled_sudo()
        for expense_sudo in self.sudo():
            expense_sudo._charge_one()
        self._settle_travel(interventions_sudo | self._get_travelled_sudo())

    def _get_travelled_sudo(self):
        """Interventions to which these expenses bring kilometres, in sudo."""
        journeys_sudo = self.sudo().work_line_ids.filtered(lambda line: line.kind == "mileage")
        return journeys_sudo.intervention_id

    @api.model
    def _settle_travel(self, interventions_sudo):
        """A flat price of kilometres is billed once, whichever way they were recorded."""
        for intervention_sudo in interventions_sudo:
            intervention_sudo._settle_travel()

    def _discharge(self):
        """Take the work lines of these expenses away, as far as nobody was shown them.

        :raise UserError: when a line is on a closed report or on an invoice
        """
        lines_sudo = self.sudo().work_line_ids
        lines_sudo._check_not_frozen()
        interventions_sudo = self._get_travelled_sudo()
        lines_sudo.with_context(expense_capture_own_line=OWN_LINE).unlink()
        self._settle_travel(interventions_sudo)

    def _check_not_approved(self):
        """Work is taken back with its expense only until somebody has approved that."""
        for expense in self:
            if expense._is_settled():
                raise UserError(
                    self.env._(
                        "“%(expense)s” has been approved already. Whoever approved it can "
                        "refuse it.",
                        expense=expense.name,
                    )
                )

    def _charge_one(self):
        line = self.work_line_ids
        if self.intervention_id and self.state == "refused" and line and line._is_shown():
            # It stays on the signed report, is blocked and says why.
            return
        wanted = self.intervention_id and self.state != "refused"
        if line and not (wanted and self._is_same_work(line)):
            self._discharge()
            line = self.work_line_ids
        if wanted and line:
            self._update_line(line)
        elif wanted:
            line.create(self._prepare_new_line_values())

    def _is_same_work(self, line):
        """Whether the line only has to be corrected, or another one takes its place."""
        return line.intervention_id == self.intervention_id and line.kind == self._get_line_kind()

    def _get_line_kind(self):
        self.ensure_one()
        return "mileage" if self.is_mileage else "expense"

    def _update_line(self, line):
        """What is invoiced stays; what was shown to the customer may only change its price."""
        values = self._prepare_line_values()
        if line.price_rule == "by_hand":
            # Somebody in the office has decided it, whatever the policy says.
            values.pop("price_unit", None)
        if line.invoice_line_id:
            if "price_unit" in values and values["price_unit"] != line.price_unit:
                self._tell_difference(line)
            return
        if line._is_shown():
            values = {name: value for name, value in values.items() if name == "price_unit"}
        changed = {name: value for name, value in values.items() if line[name] != value}
        if "date" in changed and not line.coverage_note:
            changed |= self._decide_coverage(line.equipment_id)
        if changed:
            line.write(
                {
                    name: value.id if isinstance(value, models.BaseModel) else value
                    for name, value in changed.items()
                }
            )

    def _prepare_line_values(self):
        """Values of the work line that follow the expense."""
        self.ensure_one()
        kind = self._get_line_kind()
        values = {
            "name": self._get_line_name(),
            "date": self.date or fields.Date.context_today(self),
            "employee_id": self.employee_id,
            "quantity": self.quantity if kind == "mileage" else 1.0,
        }
        if kind == "expense":
            # Kilometres are billed as the price list of work says, whoever paid for them.
            values["price_unit"] = self._get_charged_amount()
        return values

    def _prepare_new_line_values(self):
        intervention = self.intervention_id
        values = self._prepare_line_values()
        day = values["date"]
        visit = self.event_id or intervention._get_visit(
            {"event_id": False, "start": False, "date": day}, self.employee_id, self.env.user
        )
        equipment = self.equipment_id or intervention._get_line_equipment({"equipment_id": False})
        return {
            **values,
            "employee_id": self.employee_id.id,
            "expense_id": self.id,
            "intervention_id": intervention.id,
            "event_id": visit.id,
            "equipment_id": equipment.id,
            "kind": self._get_line_kind(),
            **self._decide_coverage(equipment),
        }

    def _get_line_name(self):
        self.ensure_one()
        route = self._get_route()
        if route and self.is_mileage:
            return f"{self.name}: {route}"[:300]
        return (self.name or "")[:300]

    def _decide_coverage(self, equipment, policy=None):
        """Who pays, by the rules of all work; a firm that charges no expenses pays them itself.

        :param policy: ``charging.Policy``, if it was asked already
        """
        self.ensure_one()
        kind = self._get_line_kind()
        day = self.date or fields.Date.context_today(self)
        quantity = self.quantity if kind == "mileage" else 1.0
        (decision,) = self.intervention_id._decide(kind, day, quantity, equipment)
        return self._waive(self.intervention_id._prepare_coverage_values(decision), policy)

    def _waive(self, values, policy=None):
        """Who pays by the rules of all work, or we, where expenses are not charged.

        :param dict values: what ``service.intervention._prepare_coverage_values`` gives
        :param policy: ``charging.Policy``, if it was asked already
        """
        self.ensure_one()
        # Of a warranty somebody else pays, or we do already.
        by_customer = values["coverage"] != "warranty" and values["discount"] < FULL
        if self._get_line_kind() != "expense" or not by_customer:
            return values
        if (policy or self._get_charge_policy()).charge != "none":
            return values
        return values | {
            "coverage": "goodwill",
            "coverage_rule": NOT_CHARGED,
            "coverage_params": {},
            "discount": FULL,
        }

    # === PRICES THAT HAVE CHANGED === #

    def _find_repriced(self):
        """What would change, if what is not invoiced yet were charged as the policies say now.

        Prices and decisions that somebody has written by hand stay, and so does who pays for what
        the customer has signed.

        :return: dict of work line to the values it gets
        """
        policies = self._get_charge_policies()
        found = {}
        for expense, line in self._get_open_lines():
            policy = policies[expense]
            is_waived = line.coverage_rule == NOT_CHARGED or policy.charge == "none"
            if line._is_shown() and is_waived:
                continue
            values = expense._decide_anew(line, policy)
            if line.price_rule != "by_hand":
                values["price_unit"] = expense._get_charged_amount(policy)
            if any(line[name] != values.get(name, line[name]) for name in REPRICED_FIELDS):
                found[line] = values
        return found

    def _decide_anew(self, line, policy):
        """Who pays for a line, once a policy begins or ceases to charge nothing; else nothing."""
        if line.coverage_note or line._is_shown():
            return {}
        if line.coverage_rule == NOT_CHARGED and policy.charge != "none":
            return self._decide_coverage(line.equipment_id, policy)
        now = {"coverage": line.coverage, "discount": line.discount}
        waived = self._waive(now, policy)
        return {} if waived is now else waived

    def _get_open_lines(self):
        """Pairs of expense and its work line, as far as that is not invoiced; no kilometres."""
        return [
            (expense, line)
            for expense in self
            for line in expense.work_line_ids
            if line.kind == "expense" and not line.invoice_line_id and expense.state != "refused"
        ]

    def _tell_difference(self, line):
        """The books follow what was spent, the invoice what was agreed: say that they differ."""
        self.intervention_id.message_post(
            body=self.env._(
                "“%(expense)s” has changed after it was invoiced with %(invoice)s. The invoice "
                "stays as it is.",
                expense=self.name,
                invoice=line.invoice_line_id.move_id.display_name,
            ),
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )
