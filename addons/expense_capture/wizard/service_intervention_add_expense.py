from odoo import api, fields, models


class ServiceInterventionAddExpense(models.TransientModel):
    """Captures an expense with as few taps as it takes: kind, photo, amount, save."""

    _name = "service.intervention.add.expense"
    _description = "Add an Expense"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    company_id = fields.Many2one(related="intervention_id.company_id")
    kind_id = fields.Many2one("expense.kind", string="What for", required=True)
    is_mileage = fields.Boolean(related="kind_id.is_mileage", string="Own car")
    amount = fields.Monetary()
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    distance_km = fields.Float(
        string="Kilometres",
        compute="_compute_distance_km",
        store=True,
        readonly=False,
        precompute=True,
        help="Worked out from the addresses, where they are on the map.",
    )
    is_return = fields.Boolean(string="There and back", default=True)
    distance_reason = fields.Char(string="Why more kilometres")
    odometer_start = fields.Float(string="Odometer at the start")
    odometer_stop = fields.Float(string="Odometer at the end")
    is_allowance = fields.Boolean(related="kind_id.is_allowance", string="By day")
    days = fields.Float(default=1.0)
    is_lodging = fields.Boolean(related="kind_id.is_lodging", string="With nights")
    nights = fields.Integer(default=1)
    origin = fields.Char(string="From")
    destination = fields.Char(
        string="To", compute="_compute_destination", store=True, readonly=False, precompute=True
    )
    paid_with = fields.Selection(
        selection=[
            ("own_card", "My card"),
            ("cash", "My cash"),
            ("company", "The company's card"),
        ],
        string="Paid with",
        required=True,
        default="own_card",
    )
    invoice_to_us = fields.Boolean(string="Invoice in our name")
    date = fields.Date(required=True, default=fields.Date.context_today)
    country_id = fields.Many2one(
        "res.country",
        string="Spent in",
        compute="_compute_country_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    name = fields.Char(string="Note")
    employee_id = fields.Many2one(
        "hr.employee",
        string="Spent by",
        domain="[('company_id', '=', company_id)]",
        groups="field_service.field_service_group_dispatcher",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Receipt")

    @api.depends("intervention_id")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.intervention_id.currency_id

    @api.depends("intervention_id")
    def _compute_destination(self):
        for wizard in self:
            # Stored values are worked out in sudo: only for who may read what they come from.
            wizard.intervention_id.sudo(False).check_access("read")
            wizard.destination = wizard.intervention_id.town

    @api.depends("intervention_id", "kind_id", "is_return")
    def _compute_distance_km(self):
        for wizard in self:
            # Stored values are worked out in sudo: only for who may work there.
            if wizard.kind_id.is_mileage and wizard.intervention_id:
                proposed = wizard._propose_distance()
                wizard.distance_km = proposed["distance_km"] or wizard.distance_km
            else:
                wizard.distance_km = 0

    def _propose_distance(self):
        """How far it is; see ``service.intervention.propose_distance``."""
        intervention = self.intervention_id.sudo(False)
        return intervention.propose_distance(return_trip=self.is_return)

    @api.depends("intervention_id")
    def _compute_country_id(self):
        for wizard in self:
            intervention = wizard.intervention_id
            wizard.country_id = (
                intervention._get_work_country() or intervention.company_id.country_id
            )

    def _prepare_expense(self):
        self.ensure_one()
        values = {
            "kind": self.kind_id.code,
            "date": fields.Date.to_string(self.date),
            "description": self.name or None,
            "country": self.country_id.code or None,
        }
        # Only dispatchers see for whom they write; everybody else writes for themselves.
        if employee := self.sudo().employee_id:
            values["employee_id"] = employee.id
        if self.is_mileage:
            return {
                **values,
                # The odometer knows better than the map.
                "distance_km": 0 if self.odometer_stop else self.distance_km,
                "origin": self.origin or None,
                "destination": self.destination or None,
                "return_trip": self.is_return,
                "distance_reason": self.distance_reason or None,
                "odometer_start": self.odometer_start,
                "odometer_stop": self.odometer_stop,
            }
        if self.is_allowance:
            return {**values, "days": self.days}
        by_company = self.paid_with == "company"
        return {
            **values,
            "nights": self.nights if self.is_lodging else 0,
            "amount": self.amount,
            "currency": self.currency_id.name,
            "payment_mode": "company_account" if by_company else "own_account",
            "payment_traceable": "no" if self.paid_with == "cash" else "yes",
            "invoice_to_us": self.invoice_to_us,
        }

    def _add(self):
        self.ensure_one()
        files = [
            {
                "name": attachment.name,
                "data": attachment.datas.decode() if attachment.datas else "",
            }
            for attachment in self.attachment_ids
        ]
        return self.intervention_id.add_expense(values=self._prepare_expense(), files=files)

    def action_confirm(self):
        """Save the expense, and say what somebody should look at."""
        return self._tell(self._add(), {"type": "ir.actions.act_window_close"})

    def action_confirm_and_new(self):
        """Save the expense and ask for the next one."""
        return self._tell(self._add(), self.intervention_id.action_add_expense())

    def _tell(self, added, following):
        if not added["warnings"]:
            return following
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "title": self.env._("Saved"),
                "message": " ".join(added["warnings"]),
                "next": following,
            },
        }
