from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    situation_grace_days = fields.Integer(
        string="Days of grace",
        default=0,
        help="An invoice counts as overdue this many days after its due date.",
    )
    situation_block_days = fields.Integer(
        string="Blocked when overdue by",
        default=0,
        help="A customer with an invoice overdue by more days is shown as blocked. Zero: never.",
    )

    def _reset_ticket_policies(self):
        """Have the service level of open tickets decided anew."""
        self.env["helpdesk.ticket"].sudo().search(
            [("company_id", "in", self.ids), ("closed", "=", False)]
        )._reset_policies()
