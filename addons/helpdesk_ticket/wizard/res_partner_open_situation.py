from odoo import api, fields, models
from odoo.tools import format_amount


class ResPartnerOpenSituation(models.TransientModel):
    """Shows the amounts of a customer's situation: at once to accountants, to others once the
    reason is written down.
    """

    _name = "res.partner.open.situation"
    _description = "Accounting Situation"
    _inherit = ["dialog.mixin"]

    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    situation_label = fields.Char(related="partner_id.situation_label", string="Situation")
    reason = fields.Char()
    opened = fields.Boolean(compute="_compute_opened")
    # What was shown; the model writes it, nobody else reads it.
    situation = fields.Json(string="Amounts shown", readonly=True, export_string_translation=False)
    as_of = fields.Date(string="As of", compute="_compute_amounts")
    open_amount = fields.Char(string="Open", compute="_compute_amounts")
    overdue_amount = fields.Char(string="Overdue", compute="_compute_amounts")
    oldest_due = fields.Date(string="Oldest open item due on", compute="_compute_amounts")
    credit_limit = fields.Char(string="Credit limit", compute="_compute_amounts")
    ageing = fields.Json(
        string="By age", compute="_compute_amounts", export_string_translation=False
    )

    @api.depends("situation", "partner_id")
    def _compute_opened(self):
        may_see = self.env["res.partner"]._may_see_amounts()
        for dialog in self:
            dialog.opened = bool(dialog.situation) or may_see

    @api.depends("situation", "partner_id")
    def _compute_amounts(self):
        currency = self.env.company.currency_id
        may_see = self.env["res.partner"]._may_see_amounts()
        for dialog in self:
            situation = dialog.situation
            if not situation and may_see and dialog.partner_id:
                (situation,) = dialog.partner_id.requester_situation()
            dialog.update(self._prepare_amounts(situation, currency))

    def _prepare_amounts(self, situation, currency):
        """Values of the amounts shown, none of them without a situation."""
        if not situation:
            names = ["as_of", "open_amount", "overdue_amount", "oldest_due", "credit_limit"]
            return dict.fromkeys([*names, "ageing"], False)
        amounts = situation["amounts"]

        def text(amount):
            return format_amount(self.env, amount, currency)

        return {
            "as_of": situation["as_of"],
            "open_amount": text(amounts["open"]),
            "overdue_amount": text(amounts["overdue"]),
            "oldest_due": amounts["oldest_due"],
            "credit_limit": text(amounts["credit_limit"]) if amounts["credit_limit"] else False,
            "ageing": [
                {**row, "text": text(row["amount"])}
                for row in self.env["res.partner"]._get_ageing(amounts["bands"])
            ],
        }

    def action_show(self):
        """Log the look and show the amounts in the same dialog."""
        self.ensure_one()
        (situation,) = self.partner_id.open_situation(reason=self.reason)
        # The amounts were given to this user for this dialog, which is nobody else's.
        self.sudo().situation = situation
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_ticket.res_partner_open_situation_action"
        )
        return {**action, "res_id": self.id}
