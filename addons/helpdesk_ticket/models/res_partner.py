from odoo import fields, models

from .helpdesk_ticket_mail_intake import WEBSITE_HOST


class ResPartner(models.Model):
    _inherit = "res.partner"

    service_access_note = fields.Text(
        string="Access to the site",
        help="Keys, opening hours, whom to ask for. Shown to whoever has to go there.",
    )
    rating_opt_out = fields.Boolean(
        string="No requests for ratings",
        help="This contact, or the whole company, is never asked for a rating.",
    )
    ticket_count = fields.Integer(
        compute="_compute_ticket_count", groups="helpdesk_ticket.helpdesk_ticket_group_user"
    )

    # Telephone calls look for whoever has a number.
    _phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")
    # Mail asks for whoever has an address, and for customers with a domain.
    _email_normalized_idx = models.Index("(email_normalized) WHERE email_normalized IS NOT NULL")
    _mail_domain_idx = models.Index("(split_part(email_normalized, '@', 2))")
    _website_host_idx = models.Index(f"(({WEBSITE_HOST})) WHERE website IS NOT NULL")

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

    def _refuses_ratings(self):
        """Whether a contact, their company, or the list of refused addresses says no to ratings."""
        self.ensure_one()
        return bool(
            self.rating_opt_out or self.commercial_partner_id.rating_opt_out or self.is_blacklisted
        )

    def _is_made_by_mail(self):
        """Whether Odoo made this contact of a mail address: nobody knows whose it is."""
        return bool(
            not self.is_company
            and not self.parent_id
            # A contact that can log in is somebody's, whether the user is active or not.
            and not self.with_context(active_test=False).user_ids
            and self.email_normalized
            and self.name in (self.email, self.email_normalized)
        )

    def action_view_tickets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_ticket.helpdesk_ticket_action"
        )
        action["domain"] = [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.id}
        return action
