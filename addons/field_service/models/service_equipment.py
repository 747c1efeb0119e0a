from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..coverage import Warranty


class ServiceEquipment(models.Model):
    """A thing installed at a customer's: what breaks, and what a warranty or contract is about."""

    _name = "service.equipment"
    _description = "Equipment"
    _inherit = ["mail.thread", "mail.activity.mixin", "attachment.intake.mixin"]
    _order = "partner_id, name, id"
    _rec_names_search = ["name", "serial_number"]
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True, index="trigram")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )
    serial_number = fields.Char(tracking=True, copy=False, index="trigram")
    product_id = fields.Many2one("product.product", index="btree_not_null", ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain=[("parent_id", "=", False)],
    )
    site_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id)]",
        help="Where it stands.",
    )
    delivery_date = fields.Date(string="Delivered on")
    installation_date = fields.Date(string="Installed on")
    test_date = fields.Date(string="Accepted on", help="Date of the acceptance test.")
    warranty_term_id = fields.Many2one(
        "service.warranty.term", string="Warranty", ondelete="restrict", check_company=True
    )
    warranty_start_date = fields.Date(compute="_compute_warranty_dates", store=True)
    warranty_end_date = fields.Date(
        string="Warranty until", compute="_compute_warranty_dates", store=True, index=True
    )
    warranty_state = fields.Selection(
        selection=[
            ("none", "No warranty"),
            ("unknown", "Start unknown"),
            ("valid", "In warranty"),
            ("expired", "Warranty expired"),
        ],
        compute="_compute_warranty_state",
    )
    contract_ids = fields.Many2many(
        "service.contract",
        copy=False,
        relation="service_contract_equipment_rel",
        string="Contracts",
    )
    next_legal_date = fields.Date(
        string="Next legal inspection", index="btree_not_null", tracking=True
    )
    note = fields.Html(help="What whoever works on it should know.")
    intervention_ids = fields.Many2many(
        "service.intervention",
        relation="service_intervention_equipment_rel",
        string="Interventions",
        readonly=True,
    )
    intervention_count = fields.Integer(compute="_compute_intervention_count")

    # One customer doesn't own the same thing twice; two manufacturers may number alike.
    _serial_uniq = models.UniqueIndex(
        "(company_id, partner_id, serial_number) WHERE serial_number IS NOT NULL AND active",
        "This customer already has equipment with this serial number.",
    )

    @api.depends(
        "warranty_term_id.months",
        "warranty_term_id.start_event",
        "delivery_date",
        "installation_date",
        "test_date",
    )
    def _compute_warranty_dates(self):
        for equipment in self:
            term = equipment.warranty_term_id
            start = term and equipment[f"{term.start_event}_date"]
            equipment.warranty_start_date = start
            # The last day is still covered.
            equipment.warranty_end_date = start and start + relativedelta(
                months=term.months
            ) - relativedelta(days=1)

    @api.depends("warranty_term_id", "warranty_end_date")
    def _compute_warranty_state(self):
        today = fields.Date.context_today(self)
        for equipment in self:
            if not equipment.warranty_term_id:
                equipment.warranty_state = "none"
            elif not equipment.warranty_end_date:
                equipment.warranty_state = "unknown"
            else:
                valid = equipment.warranty_end_date >= today
                equipment.warranty_state = "valid" if valid else "expired"

    def _compute_intervention_count(self):
        count = dict(
            self.env["service.intervention"]._read_group(
                [("equipment_ids", "in", self.ids)], ["equipment_ids"], ["__count"]
            )
        )
        for equipment in self:
            equipment.intervention_count = count.get(equipment, 0)

    @api.depends("name", "serial_number")
    def _compute_display_name(self):
        for equipment in self:
            serial = f" [{equipment.serial_number}]" if equipment.serial_number else ""
            equipment.display_name = f"{equipment.name or ''}{serial}"

    @api.constrains("partner_id", "site_id")
    def _check_site_id(self):
        for equipment in self.filtered("site_id"):
            if (
                equipment.site_id.commercial_partner_id
                != equipment.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(site)s is not a site of %(customer)s. "
                        "Choose one of the customer's own sites.",
                        site=equipment.site_id.display_name,
                        customer=equipment.partner_id.display_name,
                    )
                )

    def _product_names(self, lang) -> str:
        """What it is, in a language, separated by commas."""
        return ", ".join(self.product_id.with_context(lang=lang).mapped("name"))

    def _as_warranty(self):
        """The warranty for the pure functions of ``coverage``, or None."""
        self.ensure_one()
        term = self.warranty_term_id
        if not term:
            return None
        return Warranty(
            name=f"{term.name} – {self.display_name}",
            start=self.warranty_start_date or None,
            end=self.warranty_end_date or None,
            kinds=term._get_kinds(),
            payer=term.payer,
        )

    def action_view_interventions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_intervention_action"
        )
        action["domain"] = [("equipment_ids", "in", self.ids)]
        action["context"] = {
            "default_partner_id": self.partner_id.id,
            "default_site_id": self.site_id.id,
            "default_equipment_ids": self.ids,
        }
        return action
