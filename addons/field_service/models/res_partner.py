from odoo import fields, models

from ..slots import Place


class ResPartner(models.Model):
    _inherit = "res.partner"

    equipment_count = fields.Integer(
        compute="_compute_equipment_count", groups="field_service.field_service_group_user"
    )

    service_fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        string="Work here is taxed as",
        company_dependent=True,
        groups="field_service.field_service_group_dispatcher,account.group_account_invoice",
        help="How work at this address is taxed, before what holds for the customer.",
    )

    def _compute_equipment_count(self):
        customers = self.commercial_partner_id
        count = dict(
            self.env["service.equipment"]._read_group(
                [("partner_id", "in", customers.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.equipment_count = count.get(partner.commercial_partner_id, 0)

    def _get_coordinates(self):
        """Where this address is, or None; both zero is Odoo's way to say unknown."""
        if not self.partner_latitude and not self.partner_longitude:
            return None
        return Place(self.partner_latitude, self.partner_longitude)

    def action_view_equipment(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_equipment_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.commercial_partner_id.id}
        return action
