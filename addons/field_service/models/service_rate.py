from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache

TIME_BANDS = [
    ("ordinary", "Ordinary"),
    ("overtime", "Overtime"),
    ("night", "Night"),
    ("holiday", "Holiday"),
]
KIND_SELECTION = [
    ("labour", "Labour"),
    ("travel", "Travel time"),
    ("waiting", "Waiting time"),
    ("mileage", "Mileage"),
    ("part", "Part"),
    ("expense", "Expense"),
    ("call_out", "Call-out fee"),
    ("flat_fee", "Flat fee"),
]
# What a kind of work is counted in, and sold as, unless its rate says otherwise.
KIND_UOM = {
    "labour": "uom.product_uom_hour",
    "travel": "uom.product_uom_hour",
    "waiting": "uom.product_uom_hour",
    "mileage": "uom.product_uom_km",
}
KIND_PRODUCT = {
    "labour": "field_service.product_labour",
    "travel": "field_service.product_travel",
    "waiting": "field_service.product_waiting",
    "mileage": "field_service.product_mileage",
    "expense": "field_service.product_expense",
    "call_out": "field_service.product_call_out",
    "flat_fee": "field_service.product_flat_fee",
    "day_away": "field_service.product_day_away",
}
# Journeys: they may have a flat price instead of one per hour or kilometre.
JOURNEY_KINDS = ("travel", "mileage")


class ServiceRate(models.Model):
    """A line of the price list of work (*tariffario*), valid between dates.

    For a piece of work the rates of its contract come before those of its customer, and these
    before the general ones; then a rate of its zone before one for any, and one of its time band
    before one for any; then the newest.
    """

    _name = "service.rate"
    _description = "Rate"
    _inherit = ["service.dated.mixin"]
    _order = "kind, time_band, date_from desc, id desc"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[
            *[item for item in KIND_SELECTION if item[0] not in ("part", "expense")],
            ("day_away", "Day away"),
        ],
        required=True,
    )
    time_band = fields.Selection(selection=TIME_BANDS, help="Leave empty for all times.")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="cascade",
        domain=[("parent_id", "=", False)],
        help="Leave empty for all customers.",
    )
    contract_id = fields.Many2one(
        "service.contract",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="A price that holds under this contract, e.g. for the hours beyond the hours bank.",
    )
    product_id = fields.Many2one(
        "product.product",
        ondelete="restrict",
        help="What stands on the invoice. Empty: the usual one of this kind of work.",
    )
    zone_id = fields.Many2one(
        "service.zone",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Leave empty for all zones.",
    )
    price = fields.Monetary(
        required=True, help="Per hour, per kilometre, per call-out, per day away, or flat."
    )
    is_flat = fields.Boolean(
        string="Flat",
        help="Travel or kilometres have one price per visit, however long the way was.",
    )
    from_hours = fields.Float(
        string="From hours of travel",
        help="A day away is billed when somebody travels at least so long on that day.",
    )
    rounding = fields.Float(
        string="Rounded up to",
        help="Work is billed in steps, e.g. of half an hour. Zero: as it was done.",
    )
    minimum = fields.Float(help="What is billed at least, in hours or kilometres.")

    _not_negative = models.Constraint(
        "CHECK (price >= 0 AND rounding >= 0 AND minimum >= 0)",
        "Prices, steps and minimums cannot be negative.",
    )
    _flat_journeys = models.Constraint(
        "CHECK (is_flat IS NOT TRUE OR kind IN ('travel', 'mileage'))",
        "Only travel and kilometres have a flat price; other work is priced by its own unit.",
    )
    _hours_of_days = models.Constraint(
        "CHECK (from_hours IS NULL OR from_hours >= 0)",
        "Hours of travel cannot be negative.",
    )

    @api.depends("kind", "time_band")
    def _compute_display_name(self):
        for rate in self:
            names = [
                dict(self._fields[name]._description_selection(self.env)).get(rate[name])
                for name in ("kind", "time_band")
            ]
            rate.display_name = " – ".join(filter(None, names))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        self.env.registry.clear_cache()
        return rates

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _get_rates(self, company):
        """Every rate of a company: a short list, looked up once and chosen from in memory."""
        return self.browse(self._get_rate_ids(company.id))

    @api.model
    @ormcache("company_id")
    def _get_rate_ids(self, company_id):
        # Who may see prices is judged where they are shown.
        rates_sudo = self.sudo().with_context(active_test=True)
        return tuple(rates_sudo.search(Domain("company_id", "=", company_id)).ids)

    def _choose(self, kind, day, time_band=False, contract=None, partner=None, zone=None):
        """The rate of this set that holds for a piece of work, or none."""
        customer = partner and partner.commercial_partner_id
        candidates = self.filtered(
            lambda rate: (
                rate.kind == kind
                and rate._is_valid_on(day)
                and rate.time_band in (False, time_band or "ordinary")
                and (not rate.contract_id or rate.contract_id == contract)
                and (not rate.partner_id or rate.partner_id == customer)
                and (not rate.zone_id or rate.zone_id == zone)
            )
        )
        return candidates.sorted(
            key=lambda rate: (
                bool(rate.contract_id),
                bool(rate.partner_id),
                bool(rate.zone_id),
                bool(rate.time_band),
                rate.date_from,
                rate.id,
            ),
            reverse=True,
        )[:1]
