from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date, formatLang

from ..charging import amount, billed_quantity
from ..coverage import FULL
from .service_rate import KIND_PRODUCT, KIND_SELECTION, KIND_UOM, TIME_BANDS

TIME_KINDS = ("labour", "travel", "waiting")
# What the customer was shown when signing.
SHOWN_FIELDS = {
    "intervention_id",
    "kind",
    "employee_id",
    "date",
    "start",
    "stop",
    "break_minutes",
    "time_band",
    "product_id",
    "serial_number",
    "name",
    "quantity",
    "uom_id",
    "event_id",
    "equipment_id",
    "report_id",
}
# What decides how much is invoiced, and to whom.
CHARGED_FIELDS = {
    "coverage",
    "payer_id",
    "quantity_invoice",
    "price_unit",
    "discount",
    "contract_id",
}
# What Campo itself writes down: by hand it would be untrue.
KEPT_FIELDS = {
    "analytic_line_id",
    "billing_state",
    "charged_as",
    "coverage_params",
    "coverage_rule",
    "invoice_line_id",
    "is_day_away",
    "price_params",
    "price_rule",
    "quantity_covered",
}
MAX_QUANTITY = 100_000
# Nobody can send this object from outside: only an amendment takes work off a closed report.
AMENDING = object()


class ServiceWorkLine(models.Model):
    """One thing done or used, charged once.

    ``quantity`` is what was done: it costs. ``quantity_invoice`` is what is billed: it is rounded
    and has a minimum. Each line is billed, covered (and says why) or blocked (and says why).
    """

    _name = "service.work.line"
    _description = "Work Line"
    _order = "date, start, id"
    _rec_name = "name"
    _check_company_auto = True

    # === FIELDS: WHAT WAS DONE === #
    intervention_id = fields.Many2one(
        "service.intervention", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(
        related="intervention_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    report_id = fields.Many2one(
        "service.report", index="btree_not_null", ondelete="set null", readonly=True
    )
    event_id = fields.Many2one(
        "calendar.event",
        string="Visit",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    kind = fields.Selection(selection=KIND_SELECTION, required=True)
    name = fields.Char(string="Description", required=True)
    employee_id = fields.Many2one(
        "hr.employee",
        string="Technician",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    equipment_id = fields.Many2one(
        "service.equipment", index="btree_not_null", ondelete="restrict", check_company=True
    )
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    start = fields.Datetime()
    stop = fields.Datetime()
    break_minutes = fields.Integer(string="Break (minutes)")
    time_band = fields.Selection(selection=TIME_BANDS)
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    serial_number = fields.Char(
        string="Serial number or lot", readonly=True, help="Of the part that was built in."
    )
    uom_id = fields.Many2one(
        "uom.uom",
        compute="_compute_uom_id",
        store=True,
        precompute=True,
        ondelete="restrict",
    )
    quantity = fields.Float(
        string="Done", required=True, default=1, digits=(16, 4), help="What was done: it costs."
    )

    # === FIELDS: WHO PAYS === #
    coverage = fields.Selection(
        selection=[
            ("job_order", "Job order"),
            ("contract", "Contract"),
            ("warranty", "Warranty"),
            ("out_of_warranty", "Out of warranty"),
            ("goodwill", "At our expense"),
            ("to_verify", "To be verified"),
        ],
        required=True,
        default="to_verify",
        index=True,
    )
    coverage_rule = fields.Char(readonly=True, export_string_translation=False)
    coverage_params = fields.Json(readonly=True)
    coverage_note = fields.Char(
        string="Decided by hand because", readonly=True, help="Why somebody decided otherwise."
    )
    coverage_reason = fields.Char(compute="_compute_coverage_reason")
    contract_id = fields.Many2one(
        "service.contract", index="btree_not_null", ondelete="restrict", check_company=True
    )
    payer_id = fields.Many2one(
        "res.partner",
        compute="_compute_payer_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === FIELDS: WHAT IS BILLED === #
    quantity_invoice = fields.Float(
        string="Billed",
        compute="_compute_quantity_invoice",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        # As exact as on an invoice line, so that both come to the same amount.
        digits="Product Unit",
        help="What is billed: rounded up, with its minimum.",
    )
    # What of the work a contract has paid with its hours.
    quantity_covered = fields.Float(compute="_compute_quantity_covered", store=True)
    charged_as = fields.Selection(
        selection=[
            ("flat", "Flat price"),
            ("flat_once", "In the flat price"),
            ("day_away", "In the day away"),
        ],
        readonly=True,
        help="A journey that is not billed by the hour or the kilometre.",
    )
    is_day_away = fields.Boolean(string="Day away", readonly=True)
    price_unit = fields.Float(
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        digits="Product Price",
        groups="field_service.field_service_group_price",
    )
    price_rule = fields.Char(
        compute="_compute_price_unit",
        store=True,
        precompute=True,
        compute_sudo=True,
        export_string_translation=False,
        groups="field_service.field_service_group_price",
    )
    price_params = fields.Json(
        compute="_compute_price_unit",
        store=True,
        precompute=True,
        compute_sudo=True,
        groups="field_service.field_service_group_price",
    )
    price_reason = fields.Char(
        string="Why this price",
        compute="_compute_price_reason",
        compute_sudo=True,
        groups="field_service.field_service_group_price",
    )
    discount = fields.Float(
        string="Discount (%)",
        compute="_compute_discount",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        digits=(16, 2),
        groups="field_service.field_service_group_price",
    )
    amount_invoice = fields.Monetary(
        string="Amount",
        compute="_compute_amount_invoice",
        store=True,
        precompute=True,
        compute_sudo=True,
        groups="field_service.field_service_group_price",
    )
    amount_cost = fields.Monetary(
        string="Cost",
        compute="_compute_amount_cost",
        compute_sudo=True,
        groups="field_service.field_service_group_cost",
        help="For reports; the cost itself stands on one analytic line.",
    )
    analytic_line_id = fields.Many2one(
        "account.analytic.line",
        string="Cost line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="field_service.field_service_group_cost",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups="field_service.field_service_group_price",
    )
    billing_state = fields.Selection(
        selection=[
            ("to_bill", "To be invoiced"),
            ("billed", "Invoiced"),
            ("covered", "Covered"),
            ("blocked", "Blocked"),
        ],
        compute="_compute_billing_state",
        store=True,
        compute_sudo=True,
    )
    blocked_reason = fields.Char(compute="_compute_blocked_reason", compute_sudo=True)

    # One call-out a visit, whoever records it.
    _call_out_uniq = models.UniqueIndex(
        "(event_id) WHERE kind = 'call_out' AND event_id IS NOT NULL",
        "The call-out fee of this visit has already been recorded.",
    )
    # One day away a day and person, whoever records it.
    _day_away_uniq = models.UniqueIndex(
        "(intervention_id, employee_id, date) WHERE is_day_away",
        "This day away has already been recorded.",
    )
    _to_bill_idx = models.Index("(report_id) WHERE invoice_line_id IS NULL")
    _part_idx = models.Index("(equipment_id, product_id) WHERE kind = 'part'")
    _quantity_valid = models.Constraint(
        f"CHECK (quantity >= 0 AND quantity <= {MAX_QUANTITY} AND quantity_invoice >= 0)",
        "A quantity cannot be negative, nor as large as this.",
    )
    _times_in_order = models.Constraint(
        "CHECK (stop IS NULL OR start IS NULL OR stop >= start)",
        "Work cannot end before it begins.",
    )
    _discount_valid = models.Constraint(
        "CHECK (discount IS NULL OR discount BETWEEN 0 AND 100)",
        "A discount is between 0 and 100 percent.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "time_band", "date", "contract_id", "payer_id")
    def _compute_product_id(self):
        """What stands on the invoice: as the rate says, else the usual one of the kind."""
        for line, rate in self._get_rates():
            xmlid = KIND_PRODUCT.get(line._get_rate_kind())
            if line.product_id or not xmlid:
                line.product_id = line.product_id
            else:
                line.product_id = rate.product_id or self.env.ref(xmlid, raise_if_not_found=False)

    @api.depends("kind", "product_id")
    def _compute_uom_id(self):
        unit = self.env.ref("uom.product_uom_unit")
        for line in self:
            xmlid = KIND_UOM.get(line.kind)
            line.uom_id = self.env.ref(xmlid) if xmlid else line.product_id.uom_id or unit

    @api.depends("coverage_rule", "coverage_params", "coverage_note")
    @api.depends_context("lang")
    def _compute_coverage_reason(self):
        for line in self:
            line.coverage_reason = line.coverage_note or line._get_coverage_sentence(
                line.coverage_rule, line.coverage_params or {}
            )

    @api.depends("intervention_id.invoice_partner_id", "coverage", "coverage_rule")
    def _compute_payer_id(self):
        for line in self:
            if line.sudo().invoice_line_id:
                line.payer_id = line.payer_id
            elif line.coverage_rule == "warranty_manufacturer" and line.coverage == "warranty":
                terms = line.equipment_id.warranty_term_id
                line.payer_id = terms.manufacturer_id
            else:
                line.payer_id = line.intervention_id.invoice_partner_id

    @api.depends("quantity", "kind", "time_band", "date", "contract_id", "charged_as")
    def _compute_quantity_invoice(self):
        for line, rate in self._get_rates():
            if line.charged_as:
                line.quantity_invoice = 1.0 if line.charged_as == "flat" else 0.0
            else:
                line.quantity_invoice = billed_quantity(line.quantity, rate.rounding, rate.minimum)

    @api.depends("quantity", "coverage", "contract_id")
    def _compute_quantity_covered(self):
        for line in self:
            line.quantity_covered = line.quantity if line.coverage == "contract" else 0.0

    @api.depends("kind", "time_band", "date", "product_id", "contract_id", "payer_id")
    def _compute_price_unit(self):
        """The price and which rung of contract, price list, rate and product decided it."""
        for line, rate in self._get_rates():
            if line.invoice_line_id or line.kind == "expense" or line.price_rule == "by_hand":
                line.price_unit = line.price_unit
                line.price_rule = line.price_rule
                line.price_params = line.price_params
            else:
                line.price_unit, line.price_rule, line.price_params = line._find_price(rate)

    @api.depends("price_rule", "price_params", "charged_as")
    @api.depends_context("lang")
    def _compute_price_reason(self):
        for line in self:
            line.price_reason = line._get_price_sentence(line.price_rule, line.price_params or {})

    @api.depends("coverage")
    def _compute_discount(self):
        """Covered work is billed at nothing; a decision by percent is written by who decided."""
        for line in self:
            if line.invoice_line_id:
                line.discount = line.discount
            else:
                line.discount = line._get_default_discount()

    @api.depends("price_unit", "quantity_invoice", "discount")
    def _compute_amount_invoice(self):
        for line in self:
            line.amount_invoice = amount(
                line.price_unit,
                line.quantity_invoice,
                line.discount,
                line.currency_id.decimal_places or 2,
            )

    @api.depends("quantity", "kind", "employee_id", "product_id", "analytic_line_id.amount")
    def _compute_amount_cost(self):
        for line in self:
            line.amount_cost = line._get_cost()

    @api.depends("coverage", "amount_invoice", "charged_as", "invoice_line_id", "report_id.state")
    def _compute_billing_state(self):
        for line in self:
            if line.invoice_line_id:
                line.billing_state = "billed"
            elif line.coverage == "to_verify":
                line.billing_state = "blocked"
            elif line.discount >= FULL or line.charged_as in ("flat_once", "day_away"):
                line.billing_state = "covered"
            elif not line.report_id or line.report_id.state == "draft" or not line.price_unit:
                line.billing_state = "blocked"
            else:
                line.billing_state = "to_bill"

    @api.depends("billing_state", "coverage", "report_id.state", "price_unit")
    @api.depends_context("lang")
    def _compute_blocked_reason(self):
        for line in self:
            if line.billing_state != "blocked":
                line.blocked_reason = False
            elif line.coverage == "to_verify":
                line.blocked_reason = self.env._("Who pays has still to be verified.")
            elif not line.report_id or line.report_id.state == "draft":
                line.blocked_reason = self.env._("The report has not been signed yet.")
            else:
                line.blocked_reason = self.env._("It has no price.")

    def _get_rates(self):
        """Pair each line with the rate that holds for it; the price list is read once."""
        rates = {
            company: self.env["service.rate"].sudo()._get_rates(company)
            for company in self.company_id
        }
        empty = self.env["service.rate"].sudo()
        for line in self:
            yield (
                line,
                rates.get(line.company_id, empty)._choose(
                    line._get_rate_kind(),
                    line.date,
                    line.time_band,
                    line.contract_id,
                    line.payer_id,
                    line.intervention_id.zone_id,
                ),
            )

    def _get_rate_kind(self):
        """What this line is called in the price list."""
        return "day_away" if self.is_day_away else self.kind

    def _find_price(self, rate):
        """The price by the first of: contract, customer, customer's price list, rate, product.

        A price list speaks of work only where it names the product or its category, and of
        overtime only where that is a product of its own: it doesn't know what time it was.

        :param recordset rate: what the price list of work says, see ``_get_rates``
        :return: price, rule and its values, see ``_get_price_sentence``
        """
        self.ensure_one()
        params = {"date": fields.Date.to_string(rate.date_from)} if rate else {}
        if rate.zone_id:
            params["zone"] = rate.zone_id.name
        if rate.contract_id:
            return rate.price, "contract_rate", {**params, "contract": rate.contract_id.name}
        if rate.partner_id:
            return rate.price, "customer_rate", {**params, "customer": rate.partner_id.name}
        listed, item = self._get_pricelist_price()
        named = item.applied_on in ("0_product_variant", "1_product", "2_product_category")
        timed = rate.time_band not in (False, "ordinary") and not rate.product_id
        if item and (not rate or named and not timed and not rate.is_flat):
            return listed, "pricelist", {"pricelist": item.pricelist_id.name}
        if rate:
            return rate.price, "rate", params
        return listed, "product" if self.product_id else "none", {}

    def _get_pricelist_price(self):
        """Price of the product by the payer's price list, else its own; and the list's item."""
        items = self.env["product.pricelist.item"]
        product = self.product_id
        if not product:
            return 0.0, items
        pricelist = self.payer_id.with_company(self.company_id).property_product_pricelist
        if not pricelist:
            return product.with_company(self.company_id).lst_price, items
        price, item_id = pricelist._get_product_price_rule(
            product,
            self.quantity_invoice or 1.0,
            currency=self.currency_id,
            uom=self.uom_id,
            date=self.date,
        )
        return price, items.browse(item_id)

    def _get_price_sentence(self, rule, params):
        """Say to a person, in their language, where the price comes from."""
        _ = self.env._
        if self.charged_as in ("flat_once", "day_away"):
            return {
                "flat_once": _("In the flat price of the way, which is billed once a visit."),
                "day_away": _("In the price of the day away."),
            }[self.charged_as]
        sentences = {
            "contract_rate": _("Price of contract %(contract)s since %(date)s."),
            "customer_rate": _("Price for %(customer)s since %(date)s."),
            "pricelist": _("Price list %(pricelist)s."),
            "rate": _("Rate since %(date)s."),
            "product": _("Price of the product."),
            "by_hand": _("Written by %(name)s."),
        }
        if rule not in sentences:
            return False
        shown = dict(params)
        if day := shown.get("date"):
            shown["date"] = format_date(self.env, day)
        parts = [sentences[rule] % shown]
        if zone := shown.get("zone"):
            parts.append(_("Zone: %(zone)s.", zone=zone))
        if self.charged_as == "flat":
            parts.append(_("Flat price, once a visit."))
        return " ".join(parts)

    def _get_billed_uom(self):
        """What is billed is counted in: a flat price is one, not one hour."""
        self.ensure_one()
        return self.env.ref("uom.product_uom_unit") if self.charged_as == "flat" else self.uom_id

    def _set_pieces(self, pieces):
        """Correct how many pieces were used; their price follows, unless somebody has set it."""
        self.ensure_one()
        self.quantity = pieces
        if self.price_rule != "by_hand":
            self.env.add_to_compute(self._fields["price_unit"], self)

    def _get_default_discount(self):
        """What the payer doesn't pay, in percent, when nobody has decided a percent."""
        self.ensure_one()
        if self.coverage == "job_order":
            billing = self.intervention_id._get_job_billing()
            return FULL if billing in ("fixed_price", "not_billed") else 0.0
        if self.coverage == "warranty":
            return 0.0 if self.coverage_rule == "warranty_manufacturer" else FULL
        return FULL if self.coverage in ("contract", "goodwill") else 0.0

    def _get_cost(self):
        """Cost of a line in company currency: an override knows the cost of expenses."""
        self.ensure_one()
        if self.kind in TIME_KINDS:
            if self.analytic_line_id:
                return -self.analytic_line_id.amount
            return self.currency_id.round(self.quantity * self.employee_id.hourly_cost)
        if self.kind == "part":
            product = self.product_id.with_company(self.company_id)
            return self.currency_id.round(self.quantity * product.standard_price)
        # Contractors drive their own vehicles.
        if self.kind == "mileage" and not self.employee_id.settled_by_bill:
            return self.currency_id.round(self.quantity * self.company_id.service_km_cost)
        return 0.0

    def _get_coverage_sentence(self, rule, params):
        """Say to a person, in their language, which rule decided who pays."""
        _ = self.env._
        sentences = {
            "job_order_time_material": _("Job order %(job_order)s, on time and material."),
            "job_order_fixed_price": _("Job order %(job_order)s, at a fixed price."),
            "job_order_not_billed": _("Job order %(job_order)s, which is not billed."),
            "warranty_valid": _("Covered by %(warranty)s until %(until)s."),
            "warranty_manufacturer": _(
                "Covered by %(warranty)s until %(until)s; the manufacturer pays."
            ),
            "warranty_start_missing": _(
                "%(warranty)s: it is not known since when it runs. Complete the equipment."
            ),
            "warranty_without_kind": _("%(warranty)s doesn't include this kind of cost."),
            "warranty_not_begun": _("%(warranty)s has not begun yet."),
            "warranty_expired": _("%(warranty)s ended on %(until)s."),
            "warranty_excluded_by_cause": _("%(warranty)s doesn't cover the cause: %(cause)s."),
            "contract_full": _("Included in contract %(contract)s."),
            "contract_percent": _("Included in contract %(contract)s at %(percent)s %%."),
            "contract_hours": _("Paid with the hours of contract %(contract)s."),
            "contract_hours_used": _("The hours of contract %(contract)s are used up."),
            "contract_visit": _("One of the visits included in contract %(contract)s."),
            "contract_visits_used": _("The visits included in contract %(contract)s are used up."),
            "contract_visit_wasted": _(
                "A wasted call is not one of the visits of contract %(contract)s."
            ),
            "contract_without_kind": _("Contract %(contract)s doesn't include this kind of cost."),
            "contract_not_valid": _("Contract %(contract)s is not valid on this date."),
            "contract_hours_partly": _(
                "The hours of contract %(contract)s are enough for a part of it only. Decide."
            ),
            "rework": _("The repair of %(intervention)s again: at our expense."),
            "rework_excluded_by_cause": _(
                "The repair of %(intervention)s again, but the cause is another: %(cause)s."
            ),
            "part_warranty": _(
                "We installed this part with %(report)s: it is in warranty until %(until)s."
            ),
            "part_warranty_expired": _(
                "We installed this part with %(report)s; its warranty ended on %(until)s."
            ),
            "part_warranty_excluded_by_cause": _(
                "We installed this part with %(report)s; its warranty doesn't cover: %(cause)s."
            ),
            "changed_after_signature": _("After the signature it turned out: %(sentence)s"),
            "nothing_applies": _("No job order, warranty or contract applies."),
        }
        sentence = sentences.get(rule)
        if not sentence:
            return _("Nobody has decided yet.")
        shown = dict(params)
        if until := shown.get("until"):
            shown["until"] = format_date(self.env, until)
        return sentence % shown

    # === CONSTRAINT METHODS === #

    @api.constrains("date", "kind", "employee_id")
    def _check_work(self):
        for line in self:
            if line.kind in TIME_KINDS and not line.employee_id:
                raise ValidationError(self.env._("Say who did the work: %(name)s.", name=line.name))
            if line.kind == "part" and not line.product_id:
                raise ValidationError(self.env._("Choose the part that was used."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_not_frozen()

    def _is_closed(self):
        """Whether the customer has signed it, or it is on an invoice."""
        self.ensure_one()
        return bool(self.invoice_line_id) or self.report_id.state not in (False, "draft")

    def _check_not_frozen(self):
        """Refuse to touch what the customer has signed or what is on an invoice."""
        self._check_not_invoiced()
        for line in self.sudo():
            if line.report_id and line.report_id.state != "draft":
                raise UserError(
                    self.env._(
                        "“%(name)s” is on report %(report)s, which is closed: what was shown to "
                        "the customer stays as it is.",
                        name=line.name,
                        report=line.report_id.display_name,
                    )
                )

    def _has_field_access(self, field, operation):
        """Override of `base`: what Campo keeps is written by its own methods, in sudo, only."""
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or field.name not in KEPT_FIELDS
        )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("name", self._get_default_name(vals))
        # A price that is given is written as one that somebody has decided: left to `create`, the
        # price list's own would be computed beside it, and the amount with that one.
        prices = [
            None if vals.get("kind") == "expense" else vals.get("price_unit") for vals in vals_list
        ]
        vals_list = [
            {name: value for name, value in vals.items() if name != "price_unit"}
            if price is not None
            else vals
            for vals, price in zip(vals_list, prices, strict=True)
        ]
        lines = super().create(vals_list)
        for line, price in zip(lines, prices, strict=True):
            if price is not None:
                line.write({"price_unit": price})
                line._note_price_by_hand()
        lines._create_costs()
        return lines

    def write(self, vals):
        amending = self.env.context.get("field_service_amending") is AMENDING
        if not SHOWN_FIELDS.isdisjoint(vals) and not amending:
            self._check_not_frozen()
        if report_id := vals.get("report_id"):
            self.env["service.report"].sudo().browse(report_id)._check_draft()
        if not CHARGED_FIELDS.isdisjoint(vals):
            self._check_not_invoiced()
        if "coverage" in vals and "coverage_rule" not in vals:
            # Whatever a rule had proposed, somebody has decided now.
            vals = {"coverage_note": self._get_override_note(), **vals}
            self._log_coverage(vals["coverage"])
        result = super().write(vals)
        if not self.env.su and not {"price_unit", "discount"}.isdisjoint(vals):
            self._check_discount_right()
        if not self.env.su and "price_unit" in vals:
            self._note_price_by_hand()
        if vals.get("coverage") == "contract" and "contract_id" not in vals:
            # Decided by hand, it uses up hours of the contract all the same.
            for line in self.filtered(lambda line: not line.contract_id):
                line.contract_id = line.intervention_id.contract_id
        if not {"quantity", "employee_id", "date", "name"}.isdisjoint(vals):
            self._update_costs()
        return result

    def _note_price_by_hand(self):
        """Whatever the price list says, somebody has decided now, and it stays so."""
        self.sudo().write({"price_rule": "by_hand", "price_params": {"name": self.env.user.name}})

    def unlink(self):
        # The cost goes with the work it stands for; nobody else deletes Campo's cost lines.
        costs_sudo = self.sudo().analytic_line_id.with_context(**self._as_own_cost())
        result = super().unlink()
        costs_sudo.unlink()
        return result

    def _check_not_invoiced(self):
        for line in self.sudo():
            if line.invoice_line_id:
                raise UserError(
                    self.env._(
                        "“%(name)s” is on invoice %(invoice)s. Cancel the invoice first.",
                        name=line.name,
                        invoice=line.invoice_line_id.move_id.display_name,
                    )
                )

    def _get_default_name(self, vals):
        """What a line says if nobody says more; the customer reads it, so in their language."""
        customer = self.env["service.intervention"].browse(vals.get("intervention_id")).partner_id
        env = self.with_context(lang=customer.lang or self.env.lang).env
        if product_id := vals.get("product_id"):
            name = env["product.product"].sudo().browse(product_id).display_name
            if serial_number := vals.get("serial_number"):
                return env._("%(part)s, serial %(number)s", part=name, number=serial_number)
            return name
        if vals.get("is_day_away"):
            return env._("Day away")
        return dict(self._fields["kind"]._description_selection(env)).get(vals.get("kind"), "")

    def _check_discount_right(self):
        """Refuse a price below what the user may give; service managers may give any.

        Lines that somebody else pays for by a rule have a discount by right.
        """
        if self.env.user.has_group("field_service.field_service_group_manager"):
            return
        for line, rate in self.sudo()._get_rates():
            limit = line.company_id.service_discount_limit
            listed = line._find_price(rate)[0]
            least = line.currency_id.round(listed * (100 - limit) / 100)
            given = line.currency_id.round(line.price_unit * (100 - line.discount) / 100)
            if not line._get_default_discount() and given < least:
                raise UserError(
                    self.env._(
                        "“%(name)s”: you may give a discount of %(limit)s %%, down to %(price)s. "
                        "Ask a service manager for more.",
                        name=line.name,
                        limit=formatLang(self.env, limit),
                        price=format_amount(self.env, least, line.currency_id),
                    )
                )

    def _get_override_note(self):
        return self.env._("Decided by %(name)s.", name=self.env.user.name)

    def _log_coverage(self, coverage):
        labels = dict(self._fields["coverage"]._description_selection(self.env))
        for line in self:
            if line.coverage != coverage:
                line.intervention_id.message_post(
                    body=self.env._(
                        "“%(line)s”: %(before)s → %(after)s",
                        line=line.name,
                        before=labels[line.coverage],
                        after=labels.get(coverage, ""),
                    ),
                    message_type="notification",
                    subtype_xmlid="mail.mt_note",
                )

    def _prepare_new_coverage(self, part_warranty):
        """What the coverage rules say now about this line; nothing if they can't say it alone.

        :param part_warranty: see ``service.intervention._get_part_warranties``
        """
        self.ensure_one()
        intervention = self.intervention_id
        decisions = intervention._decide(
            self.kind, self.date, self.quantity, self.equipment_id, part_warranty, self.event_id
        )
        if decisions[0].rule.startswith("contract_hours"):
            if (self.coverage_rule or "").startswith("contract_hours"):
                # Which hours the bank pays for was decided when they were recorded.
                return {}
            if len(decisions) > 1:
                return {
                    "coverage": "to_verify",
                    "coverage_rule": "contract_hours_partly",
                    "coverage_params": dict(decisions[0].params),
                    "contract_id": False,
                    "discount": 0.0,
                }
        return intervention._prepare_coverage_values(decisions[0])

    def _change_coverage(self, values):
        """Charge a line as the rules say now; what was signed is put before the office instead."""
        self.ensure_one()
        if self.report_id.state in ("signed", "unsigned"):
            if self.coverage == values["coverage"] and self.discount == values["discount"]:
                return
            self._log_coverage("to_verify")
            values = {
                "coverage": "to_verify",
                "coverage_rule": "changed_after_signature",
                "coverage_params": {
                    "sentence": self._get_coverage_sentence(
                        values["coverage_rule"], values["coverage_params"]
                    )
                },
                "contract_id": False,
                "discount": 0.0,
            }
        self.write(values)

    # === PUBLIC METHODS === #

    def set_coverage(self, coverage, reason):
        """Decide by hand who pays for these lines, also after the report was signed.

        :param str coverage: a key of ``coverage``
        :param str reason: why; kept on the line and on the intervention
        :return: ``{"line_ids": […], "coverage": …}``
        """
        self.check_access("write")
        reason = reason.strip() if isinstance(reason, str) else ""
        if not isinstance(coverage, str) or coverage not in dict(
            self._fields["coverage"].selection
        ):
            raise ValidationError(self.env._("Choose one of the kinds of coverage offered."))
        if not reason:
            raise ValidationError(self.env._("Write why it is decided like this."))
        self.write({"coverage": coverage, "coverage_note": reason})
        return {"line_ids": self.ids, "coverage": coverage}

    def _to_dict(self):
        """What a technician or customer may know about a line: no price, no cost."""
        self.ensure_one()
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "date": fields.Date.to_string(self.date),
            "start": fields.Datetime.to_string(self.start) if self.start else None,
            "stop": fields.Datetime.to_string(self.stop) if self.stop else None,
            "time_band": self.time_band or None,
            "quantity": round(self.quantity, 4),
            "serial_number": self.serial_number or None,
            # Portal users read neither units nor people; these two names say nothing secret.
            "unit": self.sudo().uom_id.name,
            "employee": self.sudo().employee_id.name or None,
            "coverage": self.coverage,
            "coverage_label": dict(self._fields["coverage"]._description_selection(self.env))[
                self.coverage
            ],
            "coverage_reason": self.coverage_reason,
        }
