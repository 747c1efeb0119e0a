from odoo import fields, models
from odoo.tools import format_amount, format_date


class ResPartnerOpenSituation(models.TransientModel):
    """Shows the amounts of a customer's situation, once the reason is written."""

    _name = "res.partner.open.situation"
    _description = "Accounting Situation"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    situation_label = fields.Char(related="partner_id.situation_label", string="Situation")
    reason = fields.Char(required=True)
    as_of = fields.Char(string="As of", readonly=True)
    open_amount = fields.Char(string="Open", readonly=True)
    overdue_amount = fields.Char(string="Overdue", readonly=True)
    credit_limit = fields.Char(string="Credit limit", readonly=True)

    def action_show(self):
        """Log the look and show the amounts in the same dialog."""
        self.ensure_one()
        (situation,) = self.partner_id.open_situation(reason=self.reason)
        amounts = situation["amounts"]
        currency = self.env.company.currency_id
        self.write(
            {
                "as_of": format_date(self.env, situation["as_of"]),
                "open_amount": format_amount(self.env, amounts["open"], currency),
                "overdue_amount": format_amount(self.env, amounts["overdue"], currency),
                "credit_limit": format_amount(self.env, amounts["credit_limit"], currency),
            }
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_ticket.res_partner_open_situation_action"
        )
        return {**action, "res_id": self.id}
