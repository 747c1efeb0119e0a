from odoo import api, models
from odoo.fields import Domain

# As many as somebody looks through; beyond them one searches, or scans the label.
SHOWN_EQUIPMENT = 200


class ServiceEquipment(models.Model):
    """What the portal shows of equipment."""

    _name = "service.equipment"
    _inherit = ["service.equipment", "portal.readable.mixin"]

    @api.model
    def _portal_readable_fields(self):
        return super()._portal_readable_fields() | {
            "name",
            "serial_number",
            "partner_id",
            "site_id",
            "product_id",
            "delivery_date",
            "installation_date",
            "test_date",
            "warranty_term_id",
            "warranty_start_date",
            "warranty_end_date",
            "warranty_state",
            "next_legal_date",
            "intervention_ids",
        }

    def _portal_row(self):
        self.ensure_one()
        return {
            "url": f"/my/equipment/{self.id}",
            "number": self.serial_number or "",
            "title": self.name,
            "subtitle": self.sudo().site_id.name or "",
            "date": False,
            "badge": self._portal_warranty_label(),
            "badge_class": "success" if self.warranty_state == "valid" else "secondary",
            "group": "",
        }

    @api.model
    def _portal_choices(self, search="", chosen_id=None):
        """Machines the user may choose from for a request: their own, as they are looked for.

        :param str search: words, each of which is in the name, the serial number or the product
        :param int chosen_id: the one that was scanned or chosen before, which stays among them
        :return: list of dicts ``id``, ``name``, at most ``SHOWN_EQUIPMENT`` and the chosen one;
            and whether there are more than are shown without a search
        """
        own = self.env.user._portal_list_domain("service.equipment")
        words = str(search or "").replace("\0", "")[:100].split()
        shown = self.search(own, order="name, id", limit=SHOWN_EQUIPMENT + 1)
        has_more = len(shown) > SHOWN_EQUIPMENT
        if words:
            looked_for = own & Domain.AND(map(_names, words))
            shown = self.search(looked_for, order="name, id", limit=SHOWN_EQUIPMENT)
        shown = shown[:SHOWN_EQUIPMENT]
        if chosen_id:
            shown |= self.search(own & Domain("id", "=", chosen_id))
        return [{"id": item.id, "name": item.display_name} for item in shown], has_more

    def _portal_warranty_label(self):
        labels = dict(self._fields["warranty_state"]._description_selection(self.env))
        return labels.get(self.warranty_state, "")

    def _portal_values(self):
        """Equipment on its page; the caller has checked that the user may read it."""
        self.ensure_one()
        equipment = self.sudo()
        contracts = self.env["service.contract"].search(
            [("equipment_ids", "in", self.ids), ("state", "=", "open")]
        )
        history = self.env["service.intervention"].search(
            [("equipment_ids", "in", self.ids)], limit=50
        )
        tickets = self.env["helpdesk.ticket"].search([("equipment_id", "=", self.id)], limit=50)
        return {
            "id": self.id,
            "name": equipment.name,
            "serial_number": equipment.serial_number or "",
            "site": equipment.site_id.name or "",
            "installation_date": equipment.installation_date,
            "warranty": equipment.warranty_term_id.name or "",
            "warranty_label": self._portal_warranty_label(),
            "warranty_end_date": equipment.warranty_end_date,
            "next_legal_date": equipment.next_legal_date,
            "contracts": [contract._portal_row() for contract in contracts],
            "interventions": [intervention._portal_row() for intervention in history],
            "tickets": [ticket._portal_row() for ticket in tickets],
            "files": self.env["ir.attachment"]._portal_files(self),
        }

    def _get_label_url(self):
        """Override of `field_service`: a label leads whoever scans it where they can act."""
        self.ensure_one()
        return f"{self.get_base_url()}/q/{self.id}"

    def _get_scanned_path(self):
        """Where somebody who has scanned the label goes; the caller has checked the right to read.

        Our people find the equipment, a technician from outside the work they have there, a
        customer reports a fault.
        """
        self.ensure_one()
        if not self.env.user.share:
            return f"/odoo/field-service-equipment/{self.id}"
        # Who works where is not read by people from outside; these are their own.
        work_sudo = (
            self.env["service.intervention"]
            .sudo()
            .search(
                [
                    ("equipment_ids", "in", self.ids),
                    ("technician_ids.user_id", "=", self.env.uid),
                    ("state", "not in", ("done", "cancelled")),
                ],
                order="planned_start nulls last, id desc",
                limit=1,
            )
        )
        if work_sudo:
            return f"/my/interventions/{work_sudo.id}"
        return f"/my/tickets/new?equipment_id={self.id}"


def _names(word):
    """Domain of the equipment that has a word in what it is called by."""
    # People outside read no products; what their own machine is is no secret to them.
    return Domain.OR(
        (
            Domain("name", "ilike", word),
            Domain("serial_number", "ilike", word),
            Domain("product_id", "any!", [("name", "ilike", word)]),
        )
    )
