from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.knowledge_base.locking import lock_rows

from ..progress import EPSILON, FULL
from .account_move_service import InvoiceKey
from .service_job_budget import BUDGET_KINDS
from .service_work_line import TIME_KINDS

# Which kind of cost of the budget a kind of work is.
COST_KINDS = {"waiting": "labour"}


class ProjectProject(models.Model):
    """The job order as a whole: its price, what of it is billed, what it may and does cost."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "project.project"

    service_price = fields.Monetary(
        string="Contract price",
        groups="field_service.field_service_group_price",
        help="Price of the whole job order before tax: it is billed in parts as work proceeds.",
    )
    service_retention_percent = fields.Float(
        string="Retention (%)",
        groups="field_service.field_service_group_price",
        help="Held back of each progress invoice until the work has proved good.",
    )
    service_retention_date = fields.Date(
        string="Retention released on",
        groups="field_service.field_service_group_price",
        help="From when what was retained may be invoiced.",
    )
    service_milestone_ids = fields.One2many(
        "service.job.milestone",
        "project_id",
        string="Progress",
        groups="field_service.field_service_group_price",
    )
    service_billed_percent = fields.Float(
        string="Invoiced (%)",
        compute="_compute_service_progress",
        store=True,
        compute_sudo=True,
        groups="field_service.field_service_group_price",
    )
    service_billed_amount = fields.Monetary(
        string="Invoiced",
        compute="_compute_service_progress",
        store=True,
        compute_sudo=True,
        groups="field_service.field_service_group_price",
    )
    service_retained_amount = fields.Monetary(
        string="Retained",
        compute="_compute_service_progress",
        store=True,
        compute_sudo=True,
        groups="field_service.field_service_group_price",
    )
    service_budget_ids = fields.One2many(
        "service.job.budget",
        "project_id",
        string="Budget",
        groups="field_service.field_service_group_cost",
    )
    service_expected_bills = fields.Monetary(
        string="Expected vendor bills",
        compute="_compute_service_expected_bills",
        compute_sudo=True,
        groups="field_service.field_service_group_cost",
        help="What contractors will still bill us for work on this job order.",
    )

    _service_retention_valid = models.Constraint(
        "CHECK (service_retention_percent IS NULL "
        "OR service_retention_percent >= 0 AND service_retention_percent < 100)",
        "A retention is at least 0 and less than 100 percent.",
    )
    _service_price_valid = models.Constraint(
        "CHECK (service_price IS NULL OR service_price >= 0)",
        "The price of a job order cannot be negative.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "service_milestone_ids.percent",
        "service_milestone_ids.invoice_line_id",
        "service_milestone_ids.billed_amount",
        "service_milestone_ids.retention_state",
    )
    def _compute_service_progress(self):
        for project in self:
            billed = project.service_milestone_ids.filtered("invoice_line_id")
            project.service_billed_percent = sum(billed.mapped("percent"))
            project.service_billed_amount = sum(billed.mapped("billed_amount"))
            project.service_retained_amount = sum(
                milestone.retained_amount
                for milestone in billed
                if milestone.retention_state == "retained"
            )

    def _compute_service_expected_bills(self):
        expected = dict(
            self.env["service.work.line"]._read_group(
                Domain("intervention_id.project_id", "in", self.ids)
                & Domain("expects_bill", "=", True)
                & Domain("bill_line_id", "=", False),
                ["intervention_id"],
                ["expected_bill_amount:sum"],
            )
        )
        totals = defaultdict(float)
        for intervention, amount in expected.items():
            totals[intervention.project_id] += amount
        for project in self:
            project.service_expected_bills = totals[project]

    @api.constrains("service_price", "service_milestone_ids")
    def _check_service_price(self):
        for project in self:
            if (
                project.currency_id.compare_amounts(
                    project.service_price, project.service_billed_amount
                )
                < 0
            ):
                raise ValidationError(project._get_price_sentence())

    def _get_price_sentence(self):
        return self.env._(
            "More than this price has been invoiced of job order %(job_order)s already.",
            job_order=self.display_name,
        )

    # === PROGRESS BILLING === #

    def bill_progress(self, percent, name=None):
        """Invoice a job order up to a percent of its price: the part that isn't invoiced yet.

        :param float percent: of the whole, up to 100
        :param str name: what the invoice says; the number of the progress report by default
        :return: ``{"invoice_ids": […], "milestone_ids": […]}``
        :raise AccessError: who may not make invoices
        :raise UserError: when that much is invoiced already, or milestones are planned
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants invoice job orders."))
        percent = self._check_percent(percent)
        self._lock_for_progress()
        if self.service_milestone_ids.filtered(lambda milestone: milestone.state != "billed"):
            raise UserError(
                self.env._(
                    "Job order %(job_order)s is billed by milestones: mark those that are reached.",
                    job_order=self.display_name,
                )
            )
        billed = self.service_billed_percent
        if percent <= billed + EPSILON:
            raise UserError(
                self.env._(
                    "%(billed)s %% of job order %(job_order)s is invoiced already.",
                    billed=round(billed, 2),
                    job_order=self.display_name,
                )
            )
        number = len(self.service_milestone_ids) + 1
        milestone = self.env["service.job.milestone"].create(
            {
                "project_id": self.id,
                "name": name or self.env._("Progress %(number)s", number=number),
                "sequence": number * 10,
                "percent": percent - billed,
                "reached_on": fields.Date.context_today(self),
            }
        )
        return milestone.create_invoices()

    def _check_percent(self, percent):
        if isinstance(percent, bool) or not isinstance(percent, int | float):
            raise ValidationError(self.env._("Write the percent as a number."))
        if not 0 < percent <= FULL:
            raise ValidationError(self.env._("The percent is more than 0 and at most 100."))
        return float(percent)

    def _lock_for_progress(self):
        """Let nobody else invoice these job orders, or bill an advance on them, meanwhile."""
        lock_rows(self)
        # Accountants invoice milestones.
        lock_rows(self.sudo().service_milestone_ids)

    def _get_billed_progress(self):
        """Percent and amount that are invoiced of the price."""
        self.ensure_one()
        return self.service_billed_percent, self.service_billed_amount

    def _get_invoice_key(self):
        """What invoices of this job order have in common."""
        self.ensure_one()
        company = self.company_id or self.env.company
        payer = self.env["res.partner"].browse(self.partner_id.address_get(["invoice"])["invoice"])
        positions = self.env["account.fiscal.position"].with_company(company)
        return InvoiceKey(
            company=company,
            payer=payer,
            currency=company.currency_id,
            fiscal_position=self.fiscal_position_id or positions._get_fiscal_position(payer),
            contract=self.env["service.contract"],
            customer_reference=self.customer_reference or "",
            customer_reference_date=self.customer_reference_date,
            cig=self.cig or "",
            cup=self.cup or "",
        )

    def _get_amount_to_invoice(self):
        """Extension of its own model: what is left of the price, and what is retained."""
        project_sudo = self.sudo()
        left = project_sudo.service_price - project_sudo.service_billed_amount
        return (
            super()._get_amount_to_invoice() + max(left, 0.0) + project_sudo.service_retained_amount
        )

    # === ACTUAL COSTS === #

    def _get_actual_costs(self):
        """What the job order has cost so far, by kind of cost of the budget.

        Work costs what its lines say, whether it is booked already or not; what else is booked on
        the job order comes to it.

        :return: {kind: (hours, amount)}
        """
        self.ensure_one()
        costs = defaultdict(lambda: (0.0, 0.0))

        def add(kind, hours, amount):
            before_hours, before_amount = costs[kind]
            costs[kind] = (before_hours + hours, before_amount + amount)

        # Costs are for those who may see them; whoever asks is asked by field or by caller.
        work_sudo = self.env["service.work.line"].sudo().search(self._get_service_work_domain())
        kinds = {kind for kind, _label in BUDGET_KINDS}
        for line in work_sudo:
            kind = COST_KINDS.get(line.kind, line.kind)
            if line.expects_bill:
                kind = "subcontract"
            if kind in kinds:
                hours = line.quantity if line.kind in TIME_KINDS else 0.0
                add(kind, hours, line.amount_cost)
        for line in self.env["account.analytic.line"].sudo().search(self._get_other_cost_domain()):
            if line.project_id:
                add("labour", line.unit_amount, -line.amount)
            elif line.product_id.type == "consu":
                add("part", 0.0, -line.amount)
            else:
                add("other", 0.0, -line.amount)
        return dict(costs)

    def _get_other_cost_domain(self):
        """What is booked on the job order besides its work: no revenue, no cost of a work line."""
        return (
            Domain("account_id", "=", self.account_id.id)
            & Domain("service_work_line_ids", "=", False)
            & Domain("move_line_id", "not any", self._get_counted_entry_domain())
        )

    def _get_counted_entry_domain(self):
        """Accounting entries that are no further cost: revenue, and bills of work; an override
        knows more that stands for work.
        """
        return Domain("move_id.move_type", "in", ["out_invoice", "out_refund"]) | Domain(
            "service_bill_work_ids", "!=", False
        )

    # === ACTIONS === #

    def action_complete_budget(self):
        """Put the kinds that have cost something, and stand in no line, into the budget."""
        self.ensure_one()
        self.check_access("write")
        known = set(self.service_budget_ids.mapped("kind"))
        self.env["service.job.budget"].create(
            [
                {"project_id": self.id, "kind": kind}
                for kind, (hours, amount) in self._get_actual_costs().items()
                if kind not in known and (hours or amount)
            ]
        )

    def action_open_job_order(self):
        """Open the job order with its price, budget and progress."""
        self.ensure_one()
        self._check_is_office()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.project_project_action_job_order"
        )
        return {**action, "res_id": self.id, "views": [(False, "form")], "view_mode": "form"}

    def action_view_expected_bills(self):
        """List the work that a contractor's bill is expected for."""
        self.ensure_one()
        self._check_is_office()
        return self._get_closing_action("bills")
