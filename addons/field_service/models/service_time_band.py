from datetime import timedelta

from odoo import api, fields, models

from ..time_bands import DAY, HOLIDAY, Band
from .service_rate import TIME_BANDS

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ServiceTimeBand(models.Model):
    """When work is overtime, night or holiday work. The first band in the list that fits holds."""

    _name = "service.time.band"
    _description = "Time Band"
    _order = "sequence, id"
    _rec_name = "time_band"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        ondelete="cascade",
        help="Leave empty for all companies.",
    )
    time_band = fields.Selection(
        selection=[band for band in TIME_BANDS if band[0] != "ordinary"], required=True
    )
    hour_from = fields.Float(string="From", required=True)
    hour_to = fields.Float(string="To", required=True, default=24)
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    public_holiday = fields.Boolean(string="Public holidays")

    _hours_valid = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_to <= 24 AND hour_from < hour_to)",
        "A time band begins and ends on the same day; a night is two bands.",
    )

    @api.model
    def _get_bands(self, company):
        """The bands of a company for the pure functions of ``time_bands``."""
        found = self.search([("company_id", "in", [company.id, False])])
        return [
            Band(
                line.time_band,
                round(line.hour_from * 60),
                min(round(line.hour_to * 60), DAY),
                frozenset(
                    [
                        *(number for number, name in enumerate(WEEKDAYS) if line[name]),
                        *([HOLIDAY] if line.public_holiday else []),
                    ]
                ),
            )
            for line in found
        ]

    @api.model
    def _get_holidays(self, company, first, last):
        """Public holidays of a company between two days: the global time off of its calendar."""
        # Holidays are no secret, and whoever works cannot read the company's calendar.
        leaves_sudo = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", [company.id, False]),
                    ("calendar_id", "in", [company.resource_calendar_id.id, False]),
                    ("date_from", "<=", fields.Datetime.to_datetime(last) + timedelta(days=1)),
                    ("date_to", ">=", fields.Datetime.to_datetime(first) - timedelta(days=1)),
                ]
            )
        )
        days = set()
        for leave in leaves_sudo:
            zone = leave.with_context(tz=company._get_service_timezone())
            day = fields.Datetime.context_timestamp(zone, leave.date_from).date()
            end = fields.Datetime.context_timestamp(zone, leave.date_to).date()
            while day <= end:
                days.add(day)
                day += timedelta(days=1)
        return days
