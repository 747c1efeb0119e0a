from datetime import datetime

from odoo import api, fields, models

from ..charging import Trip, charge_trips
from .service_work_line import TIME_KINDS

TOLERANCE = 0.001  # hours; quantities have four digits: three times 80 minutes are four hours


class ServiceIntervention(models.Model):
    """Flat prices of the way: per zone once a visit, per day and technician when they are away."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    zone_id = fields.Many2one(
        "service.zone",
        compute="_compute_zone_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        help="What the way costs depends on it.",
    )
    zone_reason = fields.Char(compute="_compute_zone_reason", compute_sudo=True)

    @api.depends("site_id", "partner_id", "company_id")
    def _compute_zone_id(self):
        for intervention, (zone, _rule) in self._find_zones():
            intervention.zone_id = zone

    @api.depends("zone_id", "site_id", "partner_id")
    def _compute_zone_reason(self):
        _ = self.env._
        sentences = {
            "explicit": _("As written on the address."),
            "postcode": _("By the postcode."),
            "province": _("By the province."),
            "distance": _("By the distance from the company."),
        }
        for intervention, (zone, rule) in self._find_zones():
            if not intervention.zone_id:
                intervention.zone_reason = False
            elif intervention.zone_id != zone:
                intervention.zone_reason = _("Chosen by hand.")
            else:
                intervention.zone_reason = sentences[rule]

    # === CRUD METHODS === #

    def write(self, vals):
        moving = not {"zone_id", "site_id", "partner_id"}.isdisjoint(vals)
        before = {record: record.zone_id for record in self} if moving else {}
        result = super().write(vals)
        if moving:
            self.filtered(lambda record: record.zone_id != before[record])._price_again()
        return result

    # === BUSINESS METHODS === #

    def _price_again(self):
        """Another zone has other prices: for work that nobody has signed, nor priced by hand."""
        for intervention in self.filtered("work_line_ids"):
            # Whoever moves a job needn't see what it costs.
            intervention_sudo = intervention.sudo()
            lines_sudo = intervention_sudo.work_line_ids.filtered(
                lambda line: not line._is_closed() and line.price_rule != "by_hand"
            )
            # Quantities stay: a stretch that was cut was rounded once, some were typed by hand.
            self.env.add_to_compute(lines_sudo._fields["price_unit"], lines_sudo)
            intervention_sudo._settle_travel()

    def _find_zones(self):
        """Pair each intervention with the zone of its place and the rule that decided."""
        zones_model = self.env["service.zone"].sudo()
        zones = {company: zones_model._get_zones(company) for company in self.company_id}
        for intervention in self:
            place = (intervention.site_id or intervention.partner_id).sudo()
            yield (
                intervention,
                zones.get(intervention.company_id, zones_model)._find_for(
                    place, intervention.company_id
                ),
            )

    def _settle_travel(self):
        """Charge journeys by the flat prices of the price list; in sudo, after work has changed.

        A flat price of travel or kilometres is billed once a visit. A day away is billed per day
        and technician, and takes the place of the hours they travel on that day. What the customer
        has signed stays as it is.

        :return: lines of days away that were created
        """
        self.ensure_one()
        rates = self.env["service.rate"]._get_rates(self.company_id)
        created = self.env["service.work.line"]
        if not rates.filtered(lambda rate: rate.is_flat or rate.kind == "day_away"):
            return created
        away, created = self._settle_days_away()
        journeys = self.work_line_ids.filtered(lambda line: line.kind in ("travel", "mileage"))
        # What is signed was charged first; a flat price falls on somebody who pays it.
        journeys = journeys.sorted(
            lambda line: (
                not line._is_closed(),
                line.discount >= 100,
                line.date,
                line.start or datetime.max,
                line.id,
            )
        )
        trips = [
            Trip(line.employee_id.id, line.date, line.event_id.id, line.kind, rate.is_flat)
            for line, rate in journeys._get_rates()
        ]
        for line, charged_as in zip(journeys, charge_trips(trips, away), strict=True):
            if (line.charged_as or None) != charged_as and not line._is_closed():
                line.charged_as = charged_as
        return created

    def _settle_days_away(self):
        """Record the days away that are due, and take back those that are not any more.

        :return: set of pairs of technician's id and day, and the lines created
        """
        hours, worked = {}, self.work_line_ids.filtered(lambda line: line.kind in TIME_KINDS)
        # Hours of travel that a customer has signed are paid as hours.
        signed = {
            (line.employee_id.id, line.date)
            for line in worked
            if line.kind == "travel" and line._is_closed() and not line.charged_as
        }
        for line in worked.filtered("employee_id"):
            key = (line.employee_id.id, line.date)
            hours.setdefault(key, [0.0, line])
            if line.kind == "travel":
                hours[key][0] += line.quantity
        recorded = {
            (line.employee_id.id, line.date): line
            for line in self.work_line_ids.filtered("is_day_away")
        }
        away, created = set(), self.env["service.work.line"]
        for key, (travelled, line) in hours.items():
            rate = self._get_part_rate("day_away", line.date, False)
            if rate and travelled + TOLERANCE >= rate.from_hours and key not in signed:
                away.add(key)
                if key not in recorded:
                    created |= self._create_day_away(line)
        for key, line in recorded.items():
            if line._is_closed():
                away.add(key)
            elif key not in away:
                line.unlink()
        return away, created

    def _create_day_away(self, worked):
        """A day away of the person and day of some work; paid by whoever pays for travelling."""
        decisions = self._decide("travel", worked.date, 1.0, worked.equipment_id)
        if decisions[0].rule.startswith("contract_hours"):
            # It is no hours: a bank of hours doesn't pay for it.
            decisions = self._decide("flat_fee", worked.date, 1.0, worked.equipment_id)
        return self.env["service.work.line"].create(
            {
                "intervention_id": self.id,
                "event_id": worked.event_id.id,
                "kind": "flat_fee",
                "is_day_away": True,
                "employee_id": worked.employee_id.id,
                "equipment_id": worked.equipment_id.id,
                "date": worked.date,
                "quantity": 1.0,
                **self._prepare_coverage_values(decisions[0]),
            }
        )
