from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    expense_charge = fields.Selection(
        related="company_id.expense_charge", readonly=False, required=True
    )
    expense_markup = fields.Float(related="company_id.expense_markup", readonly=False)
    expense_bill_approved_only = fields.Boolean(
        related="company_id.expense_bill_approved_only", readonly=False
    )
