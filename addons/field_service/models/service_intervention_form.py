from odoo import models
from odoo.tools import format_date, html2plaintext

from ..printing import format_stretch


class ServiceIntervention(models.Model):
    """What is printed of an intervention, before and after: texts in the environment's language."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.intervention"

    def _get_order_values(self):
        """Everything on the work order, which whoever goes there takes with them.

        :return: dict of texts and of lists of texts
        """
        self.ensure_one()
        self.check_access("read")
        # As with the report: whoever may read the intervention may read its work order.
        intervention_sudo = self.sudo()
        return {
            "customer": intervention_sudo._get_form_people(),
            "facts": intervention_sudo._get_order_facts(),
            "equipment": intervention_sudo._get_form_equipment(),
            "work_to_do": intervention_sudo._get_form_description(),
            "visits": intervention_sudo._get_order_visits(),
            "questions": [
                (answer.item_id.name, answer.item_id._get_limits_label())
                for answer in intervention_sudo.checklist_answer_ids
            ],
        }

    def _get_form_people(self):
        customer, site, contact = self.commercial_partner_id, self.site_id, self.contact_id
        return {
            "name": customer.name or "",
            "address": _get_address(customer),
            "site": site.name or "",
            "site_address": _get_address(site) if site else "",
            "contact": ", ".join(filter(None, [contact.name, contact.function])),
            "phones": list(
                filter(None, dict.fromkeys((contact.phone, site.phone, customer.phone)))
            ),
            "access_note": self.access_note or "",
        }

    def _get_form_references(self):
        """Numbers and names by which others know this work."""
        _ = self.env._
        contract = self.contract_id
        return [
            (_("Kind of work"), self.type_id.name),
            (_("Your request"), self.ticket_id.number),
            (_("On behalf of"), self.on_behalf_id.name),
            (_("Job order"), self.project_id.name),
            (_("Contract"), " ".join(filter(None, [contract.number, contract.name]))),
            (_("Your order"), self.customer_reference),
            (_("CIG"), self.cig),
            (_("CUP"), self.cup),
        ]

    def _get_form_equipment(self):
        states = dict(self.equipment_ids._fields["warranty_state"]._description_selection(self.env))
        return [
            {
                "name": item.name,
                "product": item.product_id.display_name or "",
                "serial_number": item.serial_number or "",
                "place": item.site_id.name or "",
                "warranty": states[item.warranty_state],
                "warranty_until": format_date(self.env, item.warranty_end_date or ""),
            }
            for item in self.equipment_ids
        ]

    def _get_form_description(self):
        """The work to do as plain text: what a mail brought with it is fetched by nobody."""
        html = str(self.description or "").replace("<li>", "<li>• ").replace("</li>", "<br/></li>")
        return html2plaintext(html, include_references=False).strip()

    def _get_order_facts(self):
        _ = self.env._
        priorities = dict(self._fields["priority"]._description_selection(self.env))
        facts = [
            *self._get_form_references(),
            (_("Priority"), priorities.get(self.priority)),
            (_("Dispatcher"), self.user_id.name),
        ]
        return [(label, value) for label, value in facts if value]

    def _get_order_visits(self):
        timezone = self.company_id._get_service_timezone()
        partners = self.technician_ids._get_visit_partners()
        return [
            {
                "planned": format_stretch(self.env, visit.start, visit.stop, timezone),
                "people": ", ".join((visit.partner_ids & partners).mapped("name")),
            }
            for visit in self.event_ids.filtered("active").sorted("start")
        ]


def _get_address(partner):
    """The address as the post writes it, without the lines that are empty."""
    lines = partner._display_address(without_company=True).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())
