from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.dashboard import between, tile

# Days of a period, and into how many steps its line is cut.
PERIODS = {7: 7, 30: 15, 90: 13, 365: 12}
DEFAULT_PERIOD = 30
# Customers and technicians are many: those with the most tickets say enough.
MAX_BARS = 12


class HelpdeskTicketReport(models.Model):
    """How the desk works: a row per ticket, with what can be counted or averaged about it.

    What isn't known yet is empty, never zero: averages are of what happened. Figures of single
    colleagues are for managers.
    """

    _name = "helpdesk.ticket.report"
    _description = "Ticket Report"
    _auto = False
    _order = "create_date desc, id desc"
    _rec_name = "ticket_id"
    _depends = {
        "helpdesk.ticket": [
            "active",
            "category_id",
            "channel",
            "close_date",
            "closed",
            "commercial_partner_id",
            "company_id",
            "first_response_date",
            "first_response_hours",
            "next_deadline",
            "priority",
            "rating_last_value",
            "reopen_count",
            "resolution_hours",
            "sla_missed",
            "sla_policy_id",
            "stage_id",
            "team_id",
            "user_id",
        ]
    }

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)
    create_date = fields.Datetime(string="Opened on", readonly=True)
    close_date = fields.Datetime(string="Closed on", readonly=True)
    closed = fields.Boolean(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("helpdesk.team", readonly=True)
    category_id = fields.Many2one("helpdesk.category", readonly=True)
    stage_id = fields.Many2one("helpdesk.stage", readonly=True)
    commercial_partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        readonly=True,
        groups="helpdesk_ticket.helpdesk_ticket_group_manager",
    )
    priority = fields.Selection(
        selection=lambda self: self.env["helpdesk.ticket"]._fields["priority"].selection,
        readonly=True,
    )
    channel = fields.Selection(
        selection=lambda self: self.env["helpdesk.ticket"]._fields["channel"].selection,
        readonly=True,
    )
    ticket_count = fields.Integer(string="Tickets", readonly=True)
    first_response_hours = fields.Float(
        string="Hours to first response", readonly=True, aggregator="avg"
    )
    resolution_hours = fields.Float(string="Hours to solution", readonly=True, aggregator="avg")
    reopened = fields.Float(string="Reopened (%)", readonly=True, aggregator="avg")
    promise_kept = fields.Float(string="Promises kept (%)", readonly=True, aggregator="avg")
    rating = fields.Float(readonly=True, aggregator="avg")

    # === QUERY === #

    @property
    def _table_query(self):
        return SQL("SELECT %s FROM helpdesk_ticket t WHERE t.active", self._select())

    def _select(self):
        """The columns; an override adds those of its fields."""
        return SQL(
            """t.id,
               t.id AS ticket_id,
               t.create_date,
               t.close_date,
               COALESCE(t.closed, FALSE) AS closed,
               t.company_id,
               t.team_id,
               t.category_id,
               t.stage_id,
               t.commercial_partner_id,
               t.user_id,
               t.priority,
               t.channel,
               1 AS ticket_count,
               CASE WHEN t.first_response_date IS NOT NULL
                    THEN t.first_response_hours END AS first_response_hours,
               CASE WHEN t.close_date IS NOT NULL
                    THEN t.resolution_hours END AS resolution_hours,
               CASE WHEN t.reopen_count > 0 THEN 100.0 ELSE 0.0 END AS reopened,
               CASE WHEN t.sla_policy_id IS NULL THEN NULL
                    WHEN t.sla_missed OR t.next_deadline < (now() AT TIME ZONE 'UTC') THEN 0.0
                    WHEN t.closed THEN 100.0 END AS promise_kept,
               NULLIF(t.rating_last_value, 0) AS rating"""
        )

    # === DASHBOARD === #

    @api.model
    @api.readonly
    def get_dashboard(self, days=DEFAULT_PERIOD, team_id=None, split_by="team_id"):
        """Figures of the desk for a period that ends now, each with the one of the period before.

        :param int days: 7, 30, 90 or 365
        :param team_id: one team only, else all that the user sees
        :param split_by: by what kept promises are told: ``team_id``, ``category_id``,
            ``commercial_partner_id``, for managers also ``user_id``
        :return: dict of ``tiles``, ``line`` (what stood open), ``bars`` and the choices ``teams``,
            ``splits``
        """
        self.browse().check_access("read")
        days = days if days in PERIODS else DEFAULT_PERIOD
        teams = self.env["helpdesk.team"].search_fetch([], ["name"])
        chosen = teams.filtered(lambda team: team.id == team_id)
        splits = self._get_splits()
        split_by = split_by if split_by in splits else "team_id"
        scope = Domain("team_id", "=", chosen.id) if chosen else Domain.TRUE
        now = fields.Datetime.now()
        return {
            "days": days,
            "team_id": chosen.id,
            "split_by": split_by,
            "teams": [{"id": team.id, "name": team.name} for team in teams],
            "splits": [{"id": name, "name": label} for name, label in splits.items()],
            "tiles": self._get_tiles(scope, now, timedelta(days=days)),
            "line": self._get_line(scope, now, days),
            "bars": self._get_bars(scope, now - timedelta(days=days), split_by),
        }

    @api.model
    def _get_splits(self):
        labels = self.fields_get(
            ["team_id", "category_id", "commercial_partner_id", "user_id"], ["string"]
        )
        # The order of the choices; who may not read a field isn't offered it.
        names = ("team_id", "category_id", "commercial_partner_id", "user_id")
        return {name: labels[name]["string"] for name in names if name in labels}

    @api.model
    def _get_tiles(self, scope, now, period):
        opened, closed = (
            [
                self._sum_up(scope & between(name, now - period * (ago + 1), now - period * ago))
                for ago in (0, 1)
            ]
            for name in ("create_date", "close_date")
        )
        standing = self._count_open(scope, [now, now - period])
        of_opened = scope & between("create_date", now - period, now)
        of_closed = scope & between("close_date", now - period, now)
        return [
            tile("open", self.env._("Open now"), standing, scope & Domain("closed", "=", False)),
            tile("opened", self.env._("Opened"), _pick(opened, "count"), of_opened),
            tile("closed", self.env._("Closed"), _pick(closed, "count"), of_closed),
            tile(
                "first_response",
                self.env._("Hours to first response"),
                _pick(opened, "first_response_hours"),
                of_opened & Domain("first_response_date", "!=", False),
                better=-1,
            ),
            tile(
                "resolution",
                self.env._("Hours to solution"),
                _pick(closed, "resolution_hours"),
                of_closed,
                better=-1,
            ),
            tile(
                "kept",
                self.env._("Promises kept"),
                _pick(closed, "promise_kept"),
                of_closed & Domain("sla_policy_id", "!=", False),
                unit="%",
                group_by="sla_missed",
                better=1,
            ),
            tile(
                "reopened",
                self.env._("Reopened"),
                _pick(closed, "reopened"),
                of_closed & Domain("reopen_count", ">", 0),
                unit="%",
                better=-1,
            ),
            tile(
                "rating",
                self.env._("Rating"),
                _pick(closed, "rating"),
                of_closed & Domain("rating_last_value", ">", 0),
                unit="/ 5",
                group_by="rating_last_value",
                better=1,
            ),
        ]

    @api.model
    def _sum_up(self, domain):
        names = ["first_response_hours", "resolution_hours", "promise_kept", "reopened", "rating"]
        ((count, *averages),) = self._read_group(
            domain, [], ["__count", *(f"{name}:avg" for name in names)]
        )
        return {"count": count, **dict(zip(names, averages, strict=True))}

    @api.model
    def _count_open(self, scope, moments):
        """How many tickets stood open at some moments, from what was opened and closed since."""
        still = self.search_count(scope & Domain("closed", "=", False))
        return [
            still
            - self.search_count(scope & Domain("create_date", ">", moment))
            + self.search_count(scope & Domain("close_date", ">", moment))
            for moment in moments
        ]

    @api.model
    def _get_line(self, scope, now, days):
        """What stood open, was opened and closed, step by step: three numbers for each."""
        steps = PERIODS[days]
        width = timedelta(days=days) / steps
        start = now - timedelta(days=days)
        counts = {}
        for name in ("create_date", "close_date"):
            counts[name] = [0] * steps
            # By day, so that it costs the same however many tickets there are.
            for day, count in self._read_group(
                scope & between(name, start, now), [f"{name}:day"], ["__count"]
            ):
                step = int((day.replace(tzinfo=None) - start) / width)
                counts[name][min(max(step, 0), steps - 1)] += count
        (standing,) = self._count_open(scope, [start])
        line = []
        for step in range(steps):
            opened, closed = (counts[name][step] for name in ("create_date", "close_date"))
            standing += opened - closed
            until = start + width * (step + 1)
            line.append(
                {
                    "until": fields.Datetime.to_string(until),
                    "open": standing,
                    "opened": opened,
                    "closed": closed,
                }
            )
        return line

    @api.model
    def _get_bars(self, scope, start, split_by):
        """Kept promises of what was closed since, by what the user has chosen."""
        groups = self._read_group(
            scope & Domain("close_date", ">=", start) & Domain("promise_kept", "!=", False),
            [split_by],
            ["promise_kept:avg", "__count"],
            order="__count desc",
            limit=MAX_BARS,
        )
        return [
            {
                "id": record.id,
                "name": record.display_name or self.env._("None"),
                "value": kept,
                "count": count,
                "domain": list(
                    scope
                    & Domain("close_date", ">=", start)
                    & Domain("sla_policy_id", "!=", False)
                    & Domain(split_by, "=", record.id)
                ),
            }
            for record, kept, count in groups
        ]


def _pick(sums, name):
    return [period[name] for period in sums]
