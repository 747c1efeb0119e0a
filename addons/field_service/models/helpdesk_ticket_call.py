from odoo import api, fields, models

# Pieces of equipment offered for a call; more are found on the ticket's form.
SHOWN_EQUIPMENT = 12


class HelpdeskTicket(models.Model):
    """Telephone: the caller's equipment, with what covers it, one tap away from a ticket."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "helpdesk.ticket"

    @api.model
    def _prepare_call_subjects(self, customers):
        """Override of `helpdesk_ticket` to offer the customers' equipment."""
        subjects = super()._prepare_call_subjects(customers)
        today = fields.Date.context_today(self)
        # Agents see what is installed at whoever calls, as they do on the ticket.
        equipment_sudo = (
            self.env["service.equipment"]
            .sudo()
            .search_fetch(
                [
                    ("partner_id", "in", customers.ids),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["name", "serial_number", "partner_id", "site_id", "warranty_end_date"],
                order="partner_id, name, id",
            )
        )
        for customer, items in equipment_sudo.grouped("partner_id").items():
            subjects.setdefault(customer.sudo(False), []).extend(
                {
                    "key": f"equipment-{item.id}",
                    "name": item.display_name,
                    "note": " · ".join(
                        filter(
                            None,
                            [
                                item.site_id.name or item.site_id.city,
                                item.warranty_end_date
                                and item.warranty_end_date >= today
                                and self.env._("In warranty"),
                            ],
                        )
                    ),
                    "defaults": {"equipment_id": item.id, "site_id": item.site_id.id},
                }
                for item in items[:SHOWN_EQUIPMENT]
            )
        return subjects
