from collections import Counter
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import format_duration

from .service_report import WASTED_OUTCOMES


class ServiceContract(models.Model):
    """A number of visits that a customer has bought in advance, beside or instead of hours."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.contract"

    included_visits = fields.Integer(
        tracking=True,
        help="How many visits are paid for with the fee: each has its call-out included. "
        "0 if they are not counted.",
    )
    wasted_visits_count = fields.Boolean(
        string="Wasted calls count",
        default=True,
        help="Whether a visit for nothing, or to a customer who was absent, is one of them. "
        "If not, its call-out is charged.",
    )
    used_visits = fields.Integer(compute="_compute_used_visits", store=True, copy=False)
    remaining_visits = fields.Integer(
        compute="_compute_used_visits", store=True, copy=False, index=True
    )
    visit_ids = fields.One2many(
        "calendar.event",
        "counted_contract_id",
        string="Visits used",
        context={"active_test": False},
    )

    _visits_positive = models.Constraint(
        "CHECK (included_visits >= 0)", "Included visits cannot be negative."
    )
    # The last defence of the number, whoever saves at once.
    _visits_not_overdrawn = models.Constraint(
        "CHECK (COALESCE(included_visits, 0) = 0 OR used_visits <= included_visits)",
        "This contract has not that many visits left. Please try again.",
    )

    @api.depends("included_visits", "visit_ids.counted_contract_id")
    def _compute_used_visits(self):
        used = dict(
            self.env["calendar.event"]
            .with_context(active_test=False)
            ._read_group(
                [("counted_contract_id", "in", self.ids)], ["counted_contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.used_visits = used.get(contract, 0)
            contract.remaining_visits = max(contract.included_visits - contract.used_visits, 0)

    def action_view_visits(self):
        """Show the visits that were taken from this contract."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visits used"),
            "res_model": "calendar.event",
            "views": [(False, "list"), (False, "calendar"), (False, "form")],
            "domain": [("counted_contract_id", "=", self.id)],
            "context": {"active_test": False, "create": False},
        }

    def _get_visits_left(self, visit):
        """How many visits are left for this one and those after it; None if they aren't counted.

        :param recordset visit: the ``calendar.event`` that is asked about; it has been counted once
            already, or not yet
        """
        self.ensure_one()
        if not self.included_visits:
            return None
        own = bool(visit) and visit.counted_contract_id == self
        return self.remaining_visits + own

    def _get_planned_visits(self):
        """How many visits to come will be taken from these contracts, in one query.

        :return: ``{id of the contract: number}``
        """
        counting = self.filtered("included_visits")
        if not counting:
            return {}
        # Visits of other teams are taken from it as well.
        planned_sudo = (
            self.env["calendar.event"]
            .sudo()
            ._read_group(
                [
                    ("intervention_id.contract_id", "in", counting.ids),
                    ("intervention_id.state", "not in", ("done", "cancelled")),
                    ("intervention_id.type_id.needs_visit", "=", True),
                    ("counted_contract_id", "=", False),
                    ("stop", ">", fields.Datetime.now()),
                ],
                ["intervention_id"],
                ["__count"],
            )
        )
        planned = Counter()
        for intervention_sudo, number in planned_sudo:
            planned[intervention_sudo.contract_id.id] += number
        return planned

    def _get_balance_label(self):
        """What is left of hours and visits, in words; empty where nothing is counted."""
        if not self:
            return ""
        _ = self.env._
        left = []
        if self.has_hours_bank:
            left.append(
                _(
                    "%(left)s of %(included)s hours left",
                    left=format_duration(self.remaining_hours),
                    included=format_duration(self.included_hours),
                )
            )
        if self.included_visits:
            left.append(
                _(
                    "%(left)s of %(included)s visits left",
                    left=self.remaining_visits,
                    included=self.included_visits,
                )
            )
        return ", ".join(left)


class CalendarEvent(models.Model):
    """Which contract a visit was taken from."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "calendar.event"

    counted_contract_id = fields.Many2one(
        "service.contract",
        string="Visit of contract",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
    )

    def _has_field_access(self, field, operation):
        """Override of `base`: visits are counted by Campo, in sudo, only."""
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or field.name != "counted_contract_id"
        )

    def _recount_visits(self):
        """Visits that were cancelled are given back, unless there is work on them."""
        for intervention, visits in self.grouped("intervention_id").items():
            # Whoever cancels a visit needn't see contracts.
            intervention.sudo()._count_visits(visits.sudo())


class ServiceWorkLine(models.Model):
    """A call-out that somebody charges by hand takes its visit with it."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    def write(self, vals):
        result = super().write(vals)
        if "coverage" in vals and "coverage_rule" not in vals:
            # Whoever decides who pays needn't have a right to change the visit.
            for line_sudo in self.sudo().filtered(lambda line: line.kind == "call_out"):
                contract = line_sudo.contract_id if line_sudo.coverage == "contract" else None
                counted = contract and contract.included_visits
                line_sudo.event_id.counted_contract_id = contract if counted else False
        return result


class ServiceIntervention(models.Model):
    """Which of its visits are taken from the contract, and what of it is left."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    contract_balance = fields.Char(compute="_compute_contract_balance", compute_sudo=True)

    @api.depends(
        "contract_id.has_hours_bank",
        "contract_id.included_hours",
        "contract_id.remaining_hours",
        "contract_id.included_visits",
        "contract_id.remaining_visits",
    )
    @api.depends_context("lang")
    def _compute_contract_balance(self):
        for intervention in self:
            intervention.contract_balance = intervention.contract_id._get_balance_label()

    def _count_visits(self, visits, done=False):
        """Take visits that have been done from the contract, and give back those that weren't.

        A visit is taken when the coverage rules charge its call-out to the contract: in warranty,
        on a job order or to repair our own repair again it costs the customer no visit. Where
        somebody has charged the call-out by hand, that holds.

        In sudo. Of two that take the last one at once, PostgreSQL refuses the second one's change
        of the contract; Odoo repeats the request, and its call-out is charged.

        :param recordset visits: of this intervention
        :param bool done: the caller knows that they were done
        """
        self.ensure_one()
        lines = self.work_line_ids.filtered("event_id")
        by_hand = lines.filtered(lambda line: line.kind == "call_out" and line.coverage_note)
        for visit in (visits - by_hand.event_id).sorted("start"):
            counts = self.type_id.needs_visit and (done or self._is_done_visit(visit, lines))
            contract = self.contract_id if counts and self._is_on_contract(visit) else False
            if visit.counted_contract_id.id != (contract and contract.id):
                visit.counted_contract_id = contract

    def _is_done_visit(self, visit, lines):
        """Somebody has been there: work or a closed report says so, or who has checked in."""
        return (
            visit in lines.event_id
            or visit in self.report_ids.filtered(lambda report: report.state != "draft").event_ids
            or (visit.active and any(visit.attendee_ids.mapped("checked_in_on")))
        )

    def _is_on_contract(self, visit):
        zone = self.company_id._get_service_timezone()
        day = fields.Datetime.context_timestamp(self.with_context(tz=zone), visit.start).date()
        equipment = self._get_called_out_equipment(visit)
        (decision,) = self._decide("call_out", day, 1.0, equipment, visit=visit)
        return decision.rule == "contract_visit"

    def _get_called_out_equipment(self, visit):
        """The equipment a visit's call-out is charged for, as ``_create_call_out`` chooses it."""
        lines = self.work_line_ids.filtered(lambda line: line.event_id == visit)
        chosen = lines.filtered(lambda line: line.kind == "call_out") or lines
        by_time = chosen.sorted(key=lambda line: (line.date, line.start or datetime.min))
        return by_time[:1].equipment_id

    def _is_wasted_call(self, visit):
        """Whether the last report of a visit says that the technician came for nothing."""
        if not visit:
            return False
        reports = self.report_ids.filtered(
            lambda report: visit in report.event_ids and not report.amendment_ids
        )
        return bool(reports) and reports.sorted("id")[-1].outcome in WASTED_OUTCOMES
