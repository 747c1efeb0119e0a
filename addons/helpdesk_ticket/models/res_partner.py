from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_access_note = fields.Text(
        string="Access to the site",
        help="Keys, opening hours, whom to ask for. Shown to whoever has to go there.",
    )
    ticket_count = fields.Integer(
        compute="_compute_ticket_count", groups="helpdesk_ticket.helpdesk_ticket_group_user"
    )

    # Telephone calls look for whoever has a number.
    _phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    def _compute_ticket_count(self):
        customers = self.commercial_partner_id
        count = dict(
            self.env["helpdesk.ticket"]._read_group(
                [("commercial_partner_id", "in", customers.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.ticket_count = count.get(partner.commercial_partner_id, 0)

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_ticket.helpdesk_ticket_action"
        )
        action["domain"] = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.id}
        return action
