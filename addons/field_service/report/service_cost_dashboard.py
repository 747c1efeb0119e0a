from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.helpdesk_ticket.tools.dashboard import between, tile

# Days of a period, and into how many steps its chart is cut.
PERIODS = {30: 15, 90: 13, 365: 12}
DEFAULT_PERIOD = 365
# By what our own expense is told; the order of the choices.
SPLITS = (
    "product_id",
    "serial_number",
    "cause_id",
    "manufacturer_id",
    "type_id",
    "partner_id",
)
# What costs most, and what earns least, says enough; the native lists know the rest.
MAX_ROWS = 10


class ServiceCostReport(models.Model):
    """The costs of service at a glance, each figure with the records it is made of.

    Figures are of one company, the current one, in its currency, and of no single colleague.
    """

    _inherit = "service.cost.report"

    # === DASHBOARD === #

    @api.model
    @api.readonly
    def get_dashboard(self, days=DEFAULT_PERIOD, split_by="product_id"):
        """What service costs in a period that ends today, beside the period before.

        :param int days: 30, 90 or 365
        :param split_by: by what our own expense is told: ``product_id``, ``serial_number``,
            ``cause_id``, ``manufacturer_id``, ``type_id`` or ``partner_id``
        :return: dict of ``tiles``, ``line`` (costs of the period step by step), ``bars`` (own
            expense by what was chosen), ``contracts`` (those that earn least first), ``claims``
            (what manufacturers still owe), ``is_empty``, ``currency_id`` and the choices
        """
        self.browse().check_access("read")
        days = days if days in PERIODS else DEFAULT_PERIOD
        split_by = split_by if split_by in SPLITS else SPLITS[0]
        labels = self.fields_get(SPLITS, ["string"])
        period = timedelta(days=days)
        today = fields.Date.context_today(self)
        now = self._of_company() & between("date", today - period, today)
        before = self._of_company() & between("date", today - 2 * period, today - period)
        claims = self._get_open_claims()
        fixes = self._get_fixes(period)
        return {
            "days": days,
            "split_by": split_by,
            "splits": [{"id": name, "name": labels[name]["string"]} for name in SPLITS],
            "currency_id": self.env.company.currency_id.id,
            "tiles": [
                *self._get_own_tiles(now, before, claims),
                *self._get_contract_tiles(now, before),
                *self._get_fix_tiles(fixes),
            ],
            "line": self._get_line(now, today, days),
            "bars": self._get_bars(now, split_by),
            "contracts": self._get_contracts(now),
            "claims": claims,
            "is_empty": not (
                self.search_count(now, limit=1) or claims or (fixes and fixes[0]["count"])
            ),
        }

    @api.model
    def _of_company(self):
        return Domain("company_id", "=", self.env.company.id)

    # === FIGURES === #

    @api.model
    def _get_own_tiles(self, now, before, claims):
        """What nobody pays us, and what of it manufacturers pay back."""
        names = ("warranty_cost", "goodwill_cost", "recovered")
        sums = [self._sum_up(domain, *names) for domain in (now, before)]
        owed = self.env.company.currency_id.round(sum(claim["amount"] for claim in claims))
        labels = {
            "warranty_cost": self.env._("Cost of warranty"),
            "goodwill_cost": self.env._("Cost of goodwill"),
            "recovered": self.env._("Recovered from manufacturers"),
        }
        warranty, goodwill, recovered = (
            tile(
                name,
                labels[name],
                [period[name] for period in sums],
                now & Domain(name, "!=", 0),
                better=1 if name == "recovered" else -1,
                model=self._name,
            )
            for name in names
        )
        to_recover = tile(
            "to_recover",
            self.env._("To be recovered now"),
            [owed, None],
            self._get_open_claims_domain(),
            model="service.warranty.claim",
            group_by="manufacturer_id",
        )
        return [warranty, goodwill, to_recover, recovered]

    @api.model
    def _get_contract_tiles(self, now, before):
        """What contracts bring, and what is left of it."""
        of_contracts = Domain("contract_id", "!=", False)
        sums = [
            self._sum_up(domain & of_contracts, "revenue", "margin") for domain in (now, before)
        ]
        revenue, margin = sums[0]["revenue"], sums[0]["margin"]
        tiles = [
            tile(
                f"contract_{name}",
                label,
                [period[name] for period in sums],
                now & of_contracts,
                better=1,
                model=self._name,
                group_by="contract_id",
            )
            for name, label in (
                ("revenue", self.env._("Revenue of contracts")),
                ("margin", self.env._("Margin of contracts")),
            )
        ]
        if revenue:
            tiles[1]["note"] = self.env._(
                "%(percent)s%% of their revenue", percent=round(100 * margin / revenue)
            )
        return tiles

    @api.model
    def _get_fixes(self, period):
        """How often one visit was enough, in a period and in the one before; empty for those who
        may not read it.
        """
        fixes = self.env["service.fix.report"]
        if not fixes.has_access("read"):
            return []
        now = fields.Datetime.now()
        found = []
        for ago in (0, 1):
            domain = self._of_company() & between(
                "close_date", now - period * (ago + 1), now - period * ago
            )
            ((count, fixed, back),) = fixes._read_group(
                domain, [], ["__count", "first_time_fix:avg", "returned:avg"]
            )
            found.append({"domain": domain, "count": count, "fixed": fixed, "back": back})
        return found

    @api.model
    def _get_fix_tiles(self, fixes):
        if not fixes:
            return []
        now = fixes[0]
        # A share says nothing without what it is a share of.
        note = self.env._("of %(count)s finished interventions", count=now["count"])
        return [
            tile(
                name,
                label,
                [period[key] for period in fixes],
                now["domain"],
                better,
                model="service.fix.report",
                unit="%",
                note=note,
                group_by=group_by,
            )
            for name, label, key, better, group_by in (
                ("fixed", self.env._("Fixed at once"), "fixed", 1, "first_time_fix"),
                ("returned", self.env._("Came back"), "back", -1, "returned"),
            )
        ]

    @api.model
    def _sum_up(self, domain, *names):
        (sums,) = self._read_group(domain, [], [f"{name}:sum" for name in names])
        return {name: self._round(value) for name, value in zip(names, sums, strict=True)}

    @api.model
    def _round(self, amount):
        return self.env.company.currency_id.round(amount or 0.0)

    @api.model
    def _get_line(self, now, today, days):
        """What warranty and goodwill cost and what came back, step by step."""
        steps = PERIODS[days]
        names = ("warranty_cost", "goodwill_cost", "recovered")
        # The first day of the period is the day after the period before.
        start = today - timedelta(days=days - 1)
        line = [
            {"until": start + timedelta(days=(step + 1) * days // steps - 1)}
            | dict.fromkeys(names, 0.0)
            for step in range(steps)
        ]
        # By day, so that it costs the same however much work there is.
        for day, *sums in self._read_group(now, ["date:day"], [f"{name}:sum" for name in names]):
            step = next(step for step in line if day <= step["until"])
            for name, amount in zip(names, sums, strict=True):
                step[name] += amount or 0.0
        return [
            {
                "until": fields.Date.to_string(step["until"]),
                **{name: self._round(step[name]) for name in names},
            }
            for step in line
        ]

    @api.model
    def _get_bars(self, now, split_by):
        """Our own expense by what the user has chosen, the dearest first."""
        groups = self._read_group(
            now & Domain("own_cost", "!=", 0),
            [split_by],
            ["own_cost:sum", "warranty_cost:sum", "goodwill_cost:sum"],
            order="own_cost:sum DESC",
            limit=MAX_ROWS,
        )
        return [
            {
                **self._name_group(value),
                "value": self._round(own),
                "warranty": self._round(warranty),
                "goodwill": self._round(goodwill),
                "domain": list(
                    now
                    & Domain("own_cost", "!=", 0)
                    & Domain(split_by, "=", getattr(value, "id", value) or False)
                ),
            }
            for value, own, warranty, goodwill in groups
        ]

    @api.model
    def _get_contracts(self, now):
        """What each contract brings, gets back, costs and leaves; those that earn least first."""
        groups = self._read_group(
            now & Domain("contract_id", "!=", False),
            ["contract_id"],
            ["revenue:sum", "recovered:sum", "cost:sum", "margin:sum"],
            order="margin:sum, contract_id",
            limit=MAX_ROWS,
        )
        return [
            {
                **self._name_group(contract),
                "revenue": self._round(revenue),
                "recovered": self._round(recovered),
                "cost": self._round(cost),
                "margin": self._round(margin),
                "domain": list(now & Domain("contract_id", "=", contract.id)),
            }
            for contract, revenue, recovered, cost, margin in groups
        ]

    @api.model
    def _get_open_claims(self):
        """What each manufacturer still has to pay back, whenever it was claimed."""
        groups = self.env["service.warranty.claim"]._read_group(
            self._get_open_claims_domain(),
            ["manufacturer_id"],
            ["amount:sum", "recovered_amount:sum", "__count", "date:min"],
            order="amount:sum DESC, manufacturer_id",
        )
        return [
            {
                **self._name_group(manufacturer),
                "amount": self._round(amount - recovered),
                "count": count,
                "since": fields.Date.to_string(since),
                "domain": list(
                    self._get_open_claims_domain() & Domain("manufacturer_id", "=", manufacturer.id)
                ),
            }
            for manufacturer, amount, recovered, count, since in groups
        ]

    @api.model
    def _get_open_claims_domain(self):
        return self._of_company() & Domain("state", "in", ["to_claim", "claimed"])

    @api.model
    def _name_group(self, value):
        """Id and name of what figures are grouped by: a record, a serial number, or nothing."""
        unknown = self.env._("Not known")
        if not isinstance(value, models.BaseModel):
            return {"id": value or False, "name": value or unknown}
        # As in Odoo's own groups: whoever may read a figure may read what it is about.
        return {"id": value.id, "name": value.sudo().display_name or unknown}

    # === ACTIONS === #

    def action_open(self):
        """Open what a row is of: the claim, the intervention or the contract."""
        self.ensure_one()
        self.check_access("read")
        record = self.intervention_id or self.contract_id
        if self.source == "claim":
            record = self.env["service.warranty.claim"].browse(self.id // 4)
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
