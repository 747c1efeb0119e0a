from odoo import fields, models

from ..coverage import KINDS


class ServiceWarrantyTerm(models.Model):
    """What a warranty promises: how long, from when, which kinds of cost, and who pays."""

    _name = "service.warranty.term"
    _description = "Warranty Term"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index="btree_not_null", ondelete="cascade")
    months = fields.Integer(string="Duration (months)", required=True, default=24)
    start_event = fields.Selection(
        selection=[
            ("delivery", "Delivery"),
            ("installation", "Installation"),
            ("test", "Acceptance test"),
        ],
        string="Starts at",
        required=True,
        default="installation",
    )
    payer = fields.Selection(
        selection=[("us", "We pay"), ("manufacturer", "The manufacturer pays")],
        required=True,
        default="us",
    )
    manufacturer_id = fields.Many2one(
        "res.partner",
        ondelete="restrict",
        help="Whoever is invoiced for what the manufacturer's warranty covers.",
    )
    covers_labour = fields.Boolean(string="Labour and waiting", default=True)
    covers_travel = fields.Boolean(string="Travel time and mileage")
    covers_call_out = fields.Boolean(string="Call-out fee")
    covers_part = fields.Boolean(string="Parts", default=True)
    covers_expense = fields.Boolean(string="Expenses")

    _months_positive = models.Constraint("CHECK (months > 0)", "A warranty lasts at least a month.")
    _manufacturer_known = models.Constraint(
        "CHECK (payer != 'manufacturer' OR manufacturer_id IS NOT NULL)",
        "Choose the manufacturer who pays for this warranty.",
    )

    def _get_kinds(self):
        """Kinds of cost that are covered, in the words of ``coverage.KINDS``."""
        self.ensure_one()
        covered = {
            "labour": self.covers_labour,
            "waiting": self.covers_labour,
            "travel": self.covers_travel,
            "mileage": self.covers_travel,
            "call_out": self.covers_call_out,
            "part": self.covers_part,
            "expense": self.covers_expense,
        }
        return frozenset(kind for kind in KINDS if covered.get(kind))
