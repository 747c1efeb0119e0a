from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare

from ..progress import EPSILON, FULL

# What Campo itself writes down: by hand it would be untrue.
KEPT_FIELDS = {
    "billed_amount",
    "invoice_line_id",
    "release_line_id",
    "retained_amount",
    "retention_line_id",
}
# What an invoice has been made of.
BILLED_FIELDS = {"project_id", "percent", "planned_amount", "retention_percent"}


class ServiceJobMilestone(models.Model):
    """A part of the price of a job order (*SAL*): a percent, billed once it is reached.

    Of what is billed a part may be retained until the work has proved good: it stands in the
    register of retentions until it is released with an invoice of its own.
    """

    _name = "service.job.milestone"
    _description = "Progress of a Job Order"
    _order = "project_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(string="Milestone", required=True)
    sequence = fields.Integer(default=10)
    project_id = fields.Many2one(
        "project.project", string="Job order", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="project_id.partner_id", string="Customer")
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    percent = fields.Float(string="Part (%)", required=True, digits=(16, 6))
    planned_amount = fields.Monetary(
        string="Amount",
        compute="_compute_planned_amount",
        inverse="_inverse_planned_amount",
        help="Its part of the price, before retention and tax.",
    )
    planned_date = fields.Date(string="Planned for")
    reached_on = fields.Date(copy=False)
    state = fields.Selection(
        selection=[("planned", "Planned"), ("reached", "To be invoiced"), ("billed", "Invoiced")],
        compute="_compute_state",
        store=True,
    )

    # === FIELDS: INVOICE AND RETENTION === #
    invoice_line_id = fields.Many2one(
        "account.move.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    invoice_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")
    billed_amount = fields.Monetary(string="Invoiced", readonly=True, copy=False)
    retention_percent = fields.Float(
        string="Retention (%)",
        compute="_compute_retention_percent",
        store=True,
        readonly=False,
        precompute=True,
        help="Held back of this part until the work has proved good.",
    )
    retention_line_id = fields.Many2one(
        "account.move.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    retained_amount = fields.Monetary(string="Retained", readonly=True, copy=False)
    release_date = fields.Date(
        string="Released on",
        compute="_compute_release_date",
        store=True,
        readonly=False,
        help="When what is retained may be invoiced.",
    )
    release_line_id = fields.Many2one(
        "account.move.line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    release_invoice_id = fields.Many2one(
        related="release_line_id.move_id", string="Invoice of the release"
    )
    retention_state = fields.Selection(
        selection=[("none", "Nothing"), ("retained", "Retained"), ("released", "Released")],
        string="Retention",
        compute="_compute_retention_state",
        store=True,
    )

    _retained_idx = models.Index("(company_id, release_date) WHERE retention_state = 'retained'")
    _percent_valid = models.Constraint(
        "CHECK (percent > 0 AND percent <= 100)",
        "A part of the price is more than 0 and at most 100 percent.",
    )
    _retention_valid = models.Constraint(
        "CHECK (retention_percent >= 0 AND retention_percent < 100)",
        "A retention is at least 0 and less than 100 percent.",
    )

    # === COMPUTE METHODS === #

    @api.depends("project_id.company_id")
    def _compute_company_id(self):
        for milestone in self:
            milestone.company_id = milestone.project_id.company_id or self.env.company

    @api.depends("percent", "project_id.service_price", "billed_amount", "invoice_line_id")
    def _compute_planned_amount(self):
        for milestone in self:
            if milestone.invoice_line_id:
                milestone.planned_amount = milestone.billed_amount
            else:
                price = milestone.project_id.service_price
                milestone.planned_amount = milestone.currency_id.round(
                    price * milestone.percent / FULL
                )

    def _inverse_planned_amount(self):
        for milestone in self:
            price = milestone.project_id.service_price
            if not price:
                raise UserError(
                    self.env._(
                        "Write the price of job order %(job_order)s first.",
                        job_order=milestone.project_id.display_name,
                    )
                )
            milestone.percent = FULL * milestone.planned_amount / price

    @api.depends("project_id.service_retention_percent")
    def _compute_retention_percent(self):
        for milestone in self:
            if not milestone.invoice_line_id:
                milestone.retention_percent = milestone.project_id.service_retention_percent

    @api.depends("project_id.service_retention_date")
    def _compute_release_date(self):
        for milestone in self:
            milestone.release_date = (
                milestone.project_id.service_retention_date or milestone.release_date
            )

    @api.depends("reached_on", "invoice_line_id")
    def _compute_state(self):
        for milestone in self:
            if milestone.invoice_line_id:
                milestone.state = "billed"
            else:
                milestone.state = "reached" if milestone.reached_on else "planned"

    @api.depends("retained_amount", "release_line_id")
    def _compute_retention_state(self):
        for milestone in self:
            if milestone.release_line_id:
                milestone.retention_state = "released"
            else:
                milestone.retention_state = "retained" if milestone.retained_amount else "none"

    # === CONSTRAINT METHODS === #

    @api.constrains("percent", "project_id")
    def _check_percents(self):
        for project in self.project_id:
            total = sum(project.service_milestone_ids.mapped("percent"))
            if float_compare(total, FULL + EPSILON, precision_digits=6) > 0:
                raise ValidationError(
                    self.env._(
                        "The parts of job order %(job_order)s come to %(percent)s %%: together "
                        "they cannot be more than its price.",
                        job_order=project.display_name,
                        percent=round(total, 2),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_not_billed()

    def _check_not_billed(self):
        for milestone in self:
            if milestone.invoice_line_id:
                raise UserError(
                    self.env._(
                        "“%(milestone)s” is on invoice %(invoice)s. Cancel the invoice first.",
                        milestone=milestone.name,
                        # Who plans a job order needn't read invoices.
                        invoice=milestone.sudo().invoice_id.display_name,
                    )
                )

    def _has_field_access(self, field, operation):
        """Override of `base`: what Campo keeps is written by its own methods, in sudo, only."""
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or field.name not in KEPT_FIELDS
        )

    # === CRUD METHODS === #

    def write(self, vals):
        if not BILLED_FIELDS.isdisjoint(vals):
            self._check_not_billed()
        return super().write(vals)

    # === ACTIONS === #

    def action_reach(self):
        """These milestones are reached: they can be invoiced."""
        self.check_access("write")
        self.filtered(lambda milestone: not milestone.reached_on).write(
            {"reached_on": fields.Date.context_today(self)}
        )

    def action_create_invoices(self):
        """Make the invoices of what is reached, and show them."""
        created = self.create_invoices()
        return self.env["account.move"].browse(created["invoice_ids"])._get_service_action()

    def action_release_retention(self):
        """Make the invoices of what is retained, and show them."""
        created = self.release_retention()
        return self.env["account.move"].browse(created["invoice_ids"])._get_service_action()
