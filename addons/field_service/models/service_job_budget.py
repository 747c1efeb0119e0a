from odoo import api, fields, models
from odoo.exceptions import ValidationError

BUDGET_KINDS = [
    ("labour", "Labour"),
    ("travel", "Travel time"),
    ("mileage", "Mileage"),
    ("part", "Parts"),
    ("expense", "Expenses"),
    ("subcontract", "Subcontractors"),
    ("other", "Other costs"),
]


class ServiceJobBudget(models.Model):
    """What a job order may cost, by kind, beside what it has cost so far: hours and money.

    The actual cost is worked out from the work and from what is booked on the job order besides;
    it is for those who may see costs.
    """

    _name = "service.job.budget"
    _description = "Budget of a Job Order"
    _order = "project_id, sequence, id"
    _rec_name = "kind"

    project_id = fields.Many2one(
        "project.project", string="Job order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    currency_id = fields.Many2one(related="project_id.currency_id")
    sequence = fields.Integer(compute="_compute_sequence", store=True, precompute=True)
    kind = fields.Selection(selection=BUDGET_KINDS, required=True)
    planned_hours = fields.Float()
    planned_amount = fields.Monetary(string="Planned cost")
    actual_hours = fields.Float(compute="_compute_actual", compute_sudo=True)
    actual_amount = fields.Monetary(
        string="Actual cost", compute="_compute_actual", compute_sudo=True
    )
    remaining_amount = fields.Monetary(
        string="Left of it",
        compute="_compute_actual",
        compute_sudo=True,
        help="Below zero: overrun.",
    )
    used_percent = fields.Float(string="Used (%)", compute="_compute_actual", compute_sudo=True)

    _kind_uniq = models.Constraint(
        "UNIQUE (project_id, kind)", "Each kind of cost stands in the budget once."
    )

    @api.depends("kind")
    def _compute_sequence(self):
        kinds = [kind for kind, _label in BUDGET_KINDS]
        for line in self:
            line.sequence = kinds.index(line.kind) if line.kind else 0

    @api.depends("project_id", "kind", "planned_amount")
    def _compute_actual(self):
        costs = {project: project._get_actual_costs() for project in self.project_id}
        for line in self:
            hours, amount = costs.get(line.project_id, {}).get(line.kind, (0.0, 0.0))
            line.actual_hours = hours
            line.actual_amount = amount
            line.remaining_amount = line.planned_amount - amount
            line.used_percent = 100.0 * amount / line.planned_amount if line.planned_amount else 0.0

    @api.constrains("planned_hours", "planned_amount")
    def _check_planned(self):
        if any(line.planned_hours < 0 or line.planned_amount < 0 for line in self):
            raise ValidationError(self.env._("What is planned cannot be negative."))
