from odoo import fields, models


class RequesterSituationLog(models.Model):
    """Who looked at a customer's amounts without being an accountant, and why."""

    _name = "requester.situation.log"
    _description = "Look at an Accounting Situation"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    verdict = fields.Char(required=True)
    reason = fields.Text(required=True)
