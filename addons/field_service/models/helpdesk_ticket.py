from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..checking import is_id
from .service_intervention import OPEN_STATES


class HelpdeskTicket(models.Model):
    """A ticket on equipment, and the interventions that answer it."""

    _inherit = "helpdesk.ticket"

    equipment_id = fields.Many2one(
        "service.equipment",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('partner_id', '=', commercial_partner_id)]",
    )
    intervention_ids = fields.One2many(
        "service.intervention", "ticket_id", string="Interventions", readonly=True
    )
    intervention_count = fields.Integer(
        compute="_compute_intervention_count",
        groups="field_service.field_service_group_user",
    )
    warranty_state = fields.Selection(related="equipment_id.warranty_state")
    warranty_end_date = fields.Date(related="equipment_id.warranty_end_date")
    contract_id = fields.Many2one("service.contract", compute="_compute_contract_id")

    # === COMPUTE METHODS === #

    def _compute_intervention_count(self):
        count = dict(
            self.env["service.intervention"]._read_group(
                [("ticket_id", "in", self.ids)], ["ticket_id"], ["__count"]
            )
        )
        for ticket in self:
            ticket.intervention_count = count.get(ticket, 0)

    @api.depends("partner_id", "site_id", "equipment_id")
    def _compute_contract_id(self):
        today = fields.Date.context_today(self)
        # Which contract holds is shown to whoever sees the ticket.
        contracts_sudo = (
            self.env["service.contract"].sudo()._get_open(self.partner_id, self.company_id)
        )
        for ticket in self:
            ticket.contract_id = contracts_sudo._choose(
                ticket.partner_id,
                ticket.site_id,
                ticket.equipment_id._origin,
                today,
                ticket.company_id,
            )

    @api.depends("equipment_id", "site_id")
    def _compute_sla_policy_id(self):
        """Override of `helpdesk_ticket`: which contract holds depends on the equipment, too."""
        return super()._compute_sla_policy_id()

    @api.constrains("equipment_id", "partner_id")
    def _check_equipment_id(self):
        for ticket in self.filtered("equipment_id"):
            owner = ticket.equipment_id.partner_id.commercial_partner_id
            if owner != ticket.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(equipment)s doesn't belong to %(customer)s. Choose their own equipment.",
                        equipment=ticket.equipment_id.display_name,
                        customer=ticket.commercial_partner_id.display_name,
                    )
                )

    # === OPENING === #

    @api.model
    def _open_ticket_allowed_fields(self):
        """Override of `helpdesk_ticket` to let a ticket be opened on equipment."""
        return super()._open_ticket_allowed_fields() | {"equipment_id"}

    @api.model
    def _prepare_open_ticket_values(self, values):
        """Override of `helpdesk_ticket`: equipment says where help is needed."""
        values = super()._prepare_open_ticket_values(values)
        if equipment_id := values.get("equipment_id"):
            # Portal users read equipment through portal_customer's rules only; owner checked below.
            equipment_sudo = self.env["service.equipment"].sudo().browse(equipment_id).exists()
            if equipment_sudo.site_id and not values.get("site_id"):
                values["site_id"] = equipment_sudo.site_id.id
        return values

    @api.model
    def _check_open_ticket_values(self, values):
        """Override of `helpdesk_ticket`: only the requester's own equipment."""
        if equipment_id := values.get("equipment_id"):
            equipment_sudo = self.env["service.equipment"].sudo().browse(equipment_id).exists()
            customer_sudo = self.env["res.partner"].sudo().browse(values.get("partner_id"))
            if (
                not equipment_sudo
                or equipment_sudo.partner_id.commercial_partner_id
                != customer_sudo.commercial_partner_id
            ):
                raise ValidationError(self.env._("Choose one of your own pieces of equipment."))
        return super()._check_open_ticket_values(values)

    # === INTERVENTIONS === #

    @idempotent
    def create_intervention(self, type_id=None, request_uuid=None):
        """Turn the ticket into an intervention; files and conversation stay on the ticket.

        :param int type_id: type of intervention, the first one by default
        :return: ``{"intervention_id": …, "number": …}``
        """
        self.ensure_one()
        self.check_access("write")
        interventions = self.env["service.intervention"]
        interventions.check_access("create")
        if self.closed:
            raise UserError(
                self.env._(
                    "Ticket %(ticket)s is closed. Open it again first.", ticket=self.display_name
                )
            )
        if not self.partner_id:
            raise UserError(
                self.env._("Say who the requester is before you make an intervention of it.")
            )
        values = self._prepare_intervention_values()
        if type_id:
            types = self.env["service.intervention.type"]
            if not is_id(type_id) or not types.search_count([("id", "=", type_id)], limit=1):
                raise ValidationError(self.env._("Choose what kind of work it was."))
            values["type_id"] = type_id
        intervention = interventions.create(values)
        return {"intervention_id": intervention.id, "number": intervention.number}

    def _prepare_intervention_values(self):
        """Values of an intervention for this ticket; an override adds its own."""
        self.ensure_one()
        customer = self.commercial_partner_id
        return {
            "ticket_id": self.id,
            "company_id": self.company_id.id,
            "name": self.name,
            "description": self.description,
            "partner_id": customer.id,
            "contact_id": self.partner_id.id if self.partner_id != customer else False,
            "site_id": self.site_id.id or self.equipment_id.site_id.id,
            "equipment_ids": [fields.Command.set(self.equipment_id.ids)],
            "team_id": self.team_id.id,
            "priority": self.priority,
        }

    def _follow_intervention(self, state):
        """Move on when work on the ticket is planned or under way; closing is said explicitly."""
        self.ensure_one()
        if self.closed or state not in OPEN_STATES or state == "draft":
            return
        stage = self._get_stage_of_kind("open", self.team_id)
        if not self.stage_id.waiting and self.stage_id.sequence < stage.sequence:
            self.stage_id = stage

    # === KNOWLEDGE === #

    def _knowledge_codes(self):
        """Override of `helpdesk_ticket`: the same machine's problems are looked for first."""
        return " ; ".join(
            filter(None, [super()._knowledge_codes(), self.equipment_id.serial_number])
        )

    def _knowledge_tags(self):
        """Override of `helpdesk_ticket`: then those of machines of the same product."""
        return ", ".join(filter(None, [super()._knowledge_tags(), self._knowledge_product()]))

    def _knowledge_product(self):
        """Override of `helpdesk_ticket`: what its machine is."""
        return self.equipment_id._product_names(self._knowledge_lang())

    @api.model
    def _knowledge_trigger_fields(self):
        return super()._knowledge_trigger_fields() | {"equipment_id"}

    @api.model
    def _knowledge_filter_fields(self):
        return {**super()._knowledge_filter_fields(), "product": "equipment_id.product_id"}

    @api.model
    def _knowledge_access(self):
        """Override of `knowledge_base`: who repairs finds what was solved anywhere in the house."""
        if self.env.user.has_group("field_service.field_service_group_user"):
            return Domain.TRUE
        return super()._knowledge_access()

    # === ACTIONS === #

    def action_create_intervention(self):
        """Make an intervention of the ticket and open it."""
        created = self.create_intervention()
        return {
            "type": "ir.actions.act_window",
            "res_model": "service.intervention",
            "res_id": created["intervention_id"],
            "views": [(False, "form")],
        }

    def action_view_interventions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_action"
        )
        action["domain"] = [("ticket_id", "=", self.id)]
        action["context"] = {"default_ticket_id": self.id}
        if len(self.intervention_ids) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = self.intervention_ids.id
        return action
