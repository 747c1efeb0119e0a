from odoo import fields, models


class ServiceIntervention(models.Model):
    _inherit = "service.intervention"

    is_without_cig = fields.Boolean(
        string="Without CIG", help="This order of a public administration needs no CIG."
    )
