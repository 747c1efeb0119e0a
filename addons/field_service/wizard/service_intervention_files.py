from odoo import fields, models


class ServiceInterventionFiles(models.TransientModel):
    """Asks what photos and documents show; they are sent as they are chosen."""

    _name = "service.intervention.files"
    _description = "Add Photos and Documents"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    kind = fields.Selection(
        selection=[("before", "Before"), ("after", "After"), ("other", "Other")],
        string="They show",
        required=True,
        default="before",
    )
