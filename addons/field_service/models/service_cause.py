from odoo import fields, models


class ServiceCause(models.Model):
    """Why something broke; some causes void a warranty."""

    _name = "service.cause"
    _description = "Cause of a Fault"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    excludes_warranty = fields.Boolean(
        help="Misuse, wear, wrong installation: whatever the warranty says, it doesn't pay."
    )
    company_id = fields.Many2one("res.company", index="btree_not_null", ondelete="cascade")
