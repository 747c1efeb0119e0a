from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..batches import each_apart
from ..recurrence import Recurrence, due_days, next_day

MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]


class ServiceMaintenancePlan(models.Model):
    """Preventive visits: which work comes back how often, and how long ahead it is put on the desk.

    Each due day becomes one intervention, never two. Of several days that were missed only the last
    one is made up for: a machine that was not looked at for a year needs one visit.
    """

    _name = "service.maintenance.plan"
    _description = "Plan of Preventive Visits"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "next_date, id"
    _check_company_auto = True

    name = fields.Char(string="Subject", required=True, tracking=True)
    active = fields.Boolean(default=True)
    contract_id = fields.Many2one(
        "service.contract", index="btree_not_null", ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_customer",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_customer",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
    )
    site_id = fields.Many2one(
        "res.partner",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    equipment_ids = fields.Many2many(
        "service.equipment",
        relation="service_maintenance_plan_equipment_rel",
        domain="[('partner_id', '=', partner_id)]",
        check_company=True,
    )
    type_id = fields.Many2one(
        "service.intervention.type",
        required=True,
        default=lambda self: self.env.ref(
            "field_service.service_intervention_type_maintenance", raise_if_not_found=False
        ),
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Dispatcher",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
    )
    description = fields.Html(string="Work to do", sanitize_attributes=True, sanitize_form=True)
    expected_hours = fields.Float(
        compute="_compute_expected_hours",
        store=True,
        readonly=False,
        help="Proposed length of a visit.",
    )

    # === FIELDS: WHEN === #
    interval_number = fields.Integer(string="Every", required=True, default=1, tracking=True)
    interval_unit = fields.Selection(
        selection=[
            ("days", "Days"),
            ("weeks", "Weeks"),
            ("months", "Months"),
            ("years", "Years"),
        ],
        required=True,
        default="years",
        tracking=True,
    )
    date_start = fields.Date(
        string="First time on", required=True, default=fields.Date.context_today, tracking=True
    )
    month_from = fields.Selection(
        selection=MONTHS,
        string="Only from",
        help="First month in which a visit may fall due, e.g. of the heating season.",
    )
    month_to = fields.Selection(selection=MONTHS, string="Until", help="Last month, included.")
    lead_days = fields.Integer(
        string="Days ahead",
        default=30,
        help="How long before it falls due the intervention is put on the desk.",
    )
    next_date = fields.Date(
        string="Next time on",
        compute="_compute_next_date",
        store=True,
        readonly=False,
        copy=False,
        help="The next due day of which there is no intervention yet.",
    )
    create_date_due = fields.Date(
        string="To be made on", compute="_compute_create_date_due", store=True
    )
    intervention_ids = fields.One2many("service.intervention", "maintenance_plan_id", copy=False)
    intervention_count = fields.Integer(compute="_compute_intervention_count")

    _interval_positive = models.Constraint(
        "CHECK (interval_number > 0)", "Preventive visits come back after at least one day."
    )
    _lead_positive = models.Constraint(
        "CHECK (lead_days >= 0)", "An intervention is made before it falls due, not after."
    )
    _season_complete = models.Constraint(
        "CHECK ((month_from IS NULL) = (month_to IS NULL))",
        "Give both the first and the last month of the season.",
    )
    _due_idx = models.Index("(create_date_due) WHERE active AND create_date_due IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("contract_id")
    def _compute_customer(self):
        for plan in self:
            contract = plan.contract_id
            plan.partner_id = contract.partner_id or plan.partner_id
            plan.company_id = contract.company_id or plan.company_id or self.env.company

    @api.depends("type_id")
    def _compute_expected_hours(self):
        for plan in self:
            plan.expected_hours = plan.type_id.expected_hours

    @api.depends("date_start", "interval_number", "interval_unit", "month_from", "month_to")
    def _compute_next_date(self):
        """A changed rhythm begins anew, after what has been made already."""
        made = dict(
            self.env["service.intervention"]
            .with_context(active_test=False)
            ._read_group(
                [("maintenance_plan_id", "in", self.ids)],
                ["maintenance_plan_id"],
                ["maintenance_date:max"],
            )
        )
        today = fields.Date.context_today(self)
        for plan in self:
            last = made.get(plan._origin)
            since = max(today, last + timedelta(days=1)) if last else today
            plan.next_date = plan._is_rhythm_complete() and next_day(plan._as_recurrence(), since)

    @api.depends("next_date", "lead_days")
    def _compute_create_date_due(self):
        for plan in self:
            plan.create_date_due = plan.next_date and plan.next_date - timedelta(
                days=plan.lead_days
            )

    def _compute_intervention_count(self):
        count = dict(
            self.env["service.intervention"]._read_group(
                [("maintenance_plan_id", "in", self.ids)], ["maintenance_plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.intervention_count = count.get(plan, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("date_start", "interval_number", "interval_unit", "month_from", "month_to")
    def _check_season(self):
        for plan in self:
            if not next_day(plan._as_recurrence(), plan.date_start):
                raise ValidationError(
                    self.env._(
                        "%(plan)s would never fall due within its months. Choose a first day in "
                        "the season, or a shorter interval.",
                        plan=plan.display_name,
                    )
                )

    @api.constrains("partner_id", "site_id", "equipment_ids", "contract_id")
    def _check_customer(self):
        for plan in self:
            customer = plan.partner_id.commercial_partner_id
            foreign = (
                plan.site_id.commercial_partner_id
                | plan.equipment_ids.partner_id.commercial_partner_id
                | plan.contract_id.partner_id.commercial_partner_id
            ) - customer
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(plan)s is for %(customer)s, but its site, equipment or contract belongs "
                        "to %(other)s.",
                        plan=plan.display_name,
                        customer=customer.display_name,
                        other=foreign[0].display_name,
                    )
                )

    # === ACTIONS === #

    def action_create_next(self):
        """Put the next visit on the desk now, without waiting for its day."""
        self.ensure_one()
        self.check_access("write")
        if not self.next_date:
            raise UserError(self.env._("%(plan)s has no next day.", plan=self.display_name))
        return self._create_intervention(self.next_date)._get_records_action()

    def action_view_interventions(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_action"
        )
        action["domain"] = [("maintenance_plan_id", "=", self.id)]
        action["context"] = {}
        return action

    # === BUSINESS METHODS === #

    def _as_recurrence(self):
        self.ensure_one()
        season = (int(self.month_from), int(self.month_to)) if self.month_from else None
        return Recurrence(self.date_start, self.interval_number, self.interval_unit, season)

    def _is_rhythm_complete(self):
        """Whether the form says enough to reckon with: it computes while somebody types."""
        return (
            self.date_start
            and self.interval_number > 0
            and self.interval_unit
            and bool(self.month_from) == bool(self.month_to)
        )

    @api.model
    def _get_due_domain(self):
        today = fields.Date.context_today(self)
        return Domain("create_date_due", "<=", today) & (
            Domain("contract_id", "=", False) | Domain("contract_id.state", "=", "open")
        )

    def _create_due(self):
        """Make the interventions of one plan that are due by now.

        :return: ``service.intervention``
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        recurrence = self._as_recurrence()
        days = due_days(recurrence, self.next_date, today + timedelta(days=self.lead_days))
        # Somebody may have put the next time on another day.
        days = sorted({self.next_date, *days})
        missed = [day for day in days if day < today]
        interventions = self.env["service.intervention"]
        for day in missed[-1:] + days[len(missed) :]:
            if self._is_covered(day):
                interventions |= self._create_intervention(day)
            else:
                self.next_date = False
                break
        return interventions

    def _is_covered(self, day):
        """A contract that ends before the day asks for no visit; a tacitly renewed one goes on."""
        contract = self.contract_id
        return not contract.date_end or day <= contract.date_end or contract._is_renewed_tacitly()

    def _create_intervention(self, day):
        """The intervention of a due day, and on to the next; one made before is not made again."""
        self.ensure_one()
        interventions = self.env["service.intervention"]
        made = interventions.with_context(active_test=False).search(
            [("maintenance_plan_id", "=", self.id), ("maintenance_date", "=", day)], limit=1
        )
        made = made or interventions.with_company(self.company_id).create(
            self._prepare_intervention_values(day)
        )
        self.next_date = next_day(self._as_recurrence(), day + timedelta(days=1))
        return made

    def _prepare_intervention_values(self, day):
        self.ensure_one()
        return {
            "name": self.name,
            "description": self.description,
            "company_id": self.company_id.id,
            "type_id": self.type_id.id,
            "partner_id": self.partner_id.id,
            "site_id": self.site_id.id or self.equipment_ids.site_id[:1].id,
            "equipment_ids": [fields.Command.set(self.equipment_ids.ids)],
            "contract_id": self.contract_id.id,
            "user_id": self.user_id.id,
            "maintenance_plan_id": self.id,
            "maintenance_date": day,
        }

    # === SCHEDULED === #

    @api.model
    def _cron_create_interventions(self):
        """Make what is due, plan by plan: what goes wrong with one stops no other."""
        plans = self.search(self._get_due_domain(), order="create_date_due, id")
        each_apart(plans, type(self)._create_due, type(self)._tell_failure)

    def _tell_failure(self, error):
        """Put a task on the plan, once until it is done."""
        self.ensure_one()
        texts = self.with_context(lang=self.user_id.lang or self.env.lang).env
        summary = texts._("Preventive visits could not be made")
        if summary in self.activity_ids.mapped("summary"):
            return
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            # A sentence for people if there is one; anything else stands in the log.
            note=str(error) if isinstance(error, UserError) else texts._("See the server's log."),
            user_id=self.user_id.id or self.env.uid,
        )
