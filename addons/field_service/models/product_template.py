from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_warranty_months = fields.Integer(
        string="Warranty when installed (months)",
        help="If this part has to be replaced again on the same equipment within these months, the "
        "new one is at our expense. Zero, e.g. for what wears out: none.",
    )

    _service_warranty_months_not_negative = models.Constraint(
        "CHECK (service_warranty_months >= 0)", "Months of warranty cannot be negative."
    )
