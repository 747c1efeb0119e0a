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

    is_service_coordinator = fields.Boolean(
        string="Coordinates the people of their firm",
        groups="field_service.field_service_group_dispatcher",
        help="A contact with portal access at a firm that works for us: receives the interventions "
        "given to the firm, says who of their people goes and when, and answers for them.",
    )

    service_zone_id = fields.Many2one(
        "service.zone",
        string="Service zone",
        company_dependent=True,
        groups="field_service.field_service_group_dispatcher,account.group_account_invoice",
        help="Leave empty to decide by postcode, province or distance.",
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

    def _get_firm_people_sudo(self):
        """Employees of ours whose contact belongs to this firm, in sudo.

        The caller has judged the right to know them.
        """
        self.ensure_one()
        firm = ("commercial_partner_id", "=", self.commercial_partner_id.id)
        return (
            self.env["hr.employee"]
            .sudo()
            .search(
                [
                    "|",
                    ("user_id.partner_id", "any", [firm]),
                    "&",
                    ("user_id", "=", False),
                    ("work_contact_id", "any", [firm]),
                ],
                order="name, id",
            )
        )

    def _get_coordinators(self):
        """Contacts of this firm who receive what is given to it, and have a login for it."""
        self.ensure_one()
        return self.search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("is_service_coordinator", "=", True),
                ("user_ids.share", "=", True),
            ]
        )

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
