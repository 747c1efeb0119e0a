from odoo import api, models
from odoo.fields import Domain

from odoo.addons.field_service.models.service_intervention import OPEN_STATES

# As many as somebody looks through; beyond them one searches, or scans the label.
SHOWN_EQUIPMENT = 200
SHOWN_PAST = 50


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
        user = self.env.user
        # Machines that somebody only works on are no choice for a request of their own.
        own = Domain(user._portal_equipment_domain(user._get_acting_contact()))
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
        user = self.env.user
        own = Domain(user._portal_equipment_domain()) & Domain("id", "=", self.id)
        contracts = self.env["service.contract"].search(
            [
                ("company_id", "=", equipment.company_id.id),
                ("partner_id", "=", equipment.partner_id.id),
                ("state", "=", "open"),
            ]
        )
        history = self.env["service.intervention"].search(
            [("equipment_ids", "in", self.ids)], limit=SHOWN_PAST
        )
        tickets = self.env["helpdesk.ticket"].search(
            [("equipment_id", "=", self.id)], limit=SHOWN_PAST
        )
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
            # A technician works on machines that are not theirs.
            "is_own": bool(self.search_count(own, limit=1)),
            "contracts": [
                contract._portal_row()
                for contract in contracts
                # A contract of their customer may be about other machines.
                if contract.sudo()._fits(equipment.site_id, equipment)
            ],
            "interventions": [intervention._portal_row() for intervention in history],
            "tickets": [ticket._portal_row() for ticket in tickets],
            "past": self._portal_past(),
            "files": self.env["ir.attachment"]._portal_files(self),
        }

    def _portal_past(self):
        """What others have done to the machine, for an outside technician who has work on it.

        What was wrong and what solved it, and nothing of who asked, paid or was charged for it.

        :return: list of dicts as rows of a list, without an address
        """
        self.ensure_one()
        here = Domain("equipment_ids", "in", self.ids)
        mine = here & Domain("technician_ids.user_id", "=", self.env.uid)
        # Who works where is not read by people from outside; whether they work here they know.
        jobs_sudo = self.env["service.intervention"].sudo()
        if not jobs_sudo.search_count(mine & Domain("state", "in", OPEN_STATES), limit=1):
            return []
        # The machine's past is read by whoever has to repair it, whosever work it was.
        done_sudo = jobs_sudo.search(
            here & ~mine & Domain("state", "=", "done"),
            order="close_date desc, id desc",
            limit=SHOWN_PAST,
        )
        solved_sudo = (
            self.env["helpdesk.ticket"]
            .sudo()
            .search(
                [
                    ("equipment_id", "=", self.id),
                    ("closed", "=", True),
                    ("solution", "!=", False),
                    # What became of the others is told by their interventions.
                    ("intervention_ids", "not any", [("state", "=", "done")]),
                ],
                order="close_date desc, id desc",
                limit=SHOWN_PAST,
            )
        )
        rows = [
            {
                "title": record.name,
                "date": record.close_date,
                "texts": list(filter(None, (record.cause, record.solution))),
            }
            for record in [*done_sudo, *solved_sudo]
        ]
        return sorted(rows, key=lambda row: str(row["date"]), reverse=True)[:SHOWN_PAST]

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
