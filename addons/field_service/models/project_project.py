from odoo import fields, models


class ProjectProject(models.Model):
    """The job order (*commessa*): how its work is charged and what its customer wants to read."""

    _inherit = "project.project"

    service_billing = fields.Selection(
        selection=[
            ("time_material", "Time and material"),
            ("fixed_price", "Fixed price"),
            ("not_billed", "Not billed"),
        ],
        string="Work is charged",
        required=True,
        default="time_material",
    )
    customer_reference = fields.Char(string="Customer's order")
    customer_reference_date = fields.Date(string="Date of the order")
    cig = fields.Char(string="CIG", size=10)
    cup = fields.Char(string="CUP", size=15)
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        ondelete="restrict",
        check_company=True,
        help="How work for this job order is taxed, before what holds for the customer.",
    )
    service_intervention_ids = fields.One2many(
        "service.intervention", "project_id", string="Interventions"
    )
