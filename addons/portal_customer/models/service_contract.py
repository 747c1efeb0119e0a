from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang


class ServiceContract(models.Model):
    """What the portal shows of a contract: what is covered and how much of it is left."""

    _name = "service.contract"
    _inherit = ["service.contract", "portal.readable.mixin"]

    @api.model
    def _portal_readable_fields(self):
        return super()._portal_readable_fields() | {
            "number",
            "name",
            "partner_id",
            "state",
            "date_start",
            "date_end",
            "renewal",
            "notice_days",
            "equipment_ids",
            "site_ids",
            "labour_percent",
            "travel_percent",
            "part_percent",
            "expense_percent",
            "call_out_included",
            "has_hours_bank",
            "included_hours",
            "used_hours",
            "remaining_hours",
            "included_visits",
            "used_visits",
            "remaining_visits",
            "customer_reference",
            "cig",
            "cup",
        }

    def _portal_row(self):
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        _ = self.env._
        facts = []
        if self.has_hours_bank:
            hours = formatLang(self.env, self.remaining_hours)
            facts.append(_("%(hours)s hours left", hours=hours))
        if self.included_visits:
            facts.append(_("%(count)s visits left", count=self.remaining_visits))
        if self.date_end:
            facts.append(_("valid until %(date)s", date=format_date(self.env, self.date_end)))
        return {
            "url": f"/my/contracts/{self.id}",
            "number": self.number,
            "title": self.name,
            "subtitle": " · ".join(facts),
            "date": False,
            "badge": labels[self.state],
            "badge_class": "success" if self.state == "open" else "secondary",
            "group": "",
        }

    def _portal_values(self):
        """A contract on its page; the caller has checked that the user may read it."""
        self.ensure_one()
        contract = self.sudo()
        _ = self.env._
        included = [
            (_("Labour"), contract.labour_percent),
            (_("Travel time and mileage"), contract.travel_percent),
            (_("Parts"), contract.part_percent),
            (_("Expenses"), contract.expense_percent),
            (
                _("Call-out"),
                100.0 if contract.call_out_included or contract.included_visits else 0.0,
            ),
        ]
        return {
            "name": contract.name,
            "number": contract.number,
            "date_start": contract.date_start,
            "date_end": contract.date_end,
            "included": [
                {"label": label, "percent": percent} for label, percent in included if percent
            ],
            "has_hours_bank": contract.has_hours_bank,
            "included_hours": contract.included_hours,
            "used_hours": contract.used_hours,
            "remaining_hours": contract.remaining_hours,
            "included_visits": contract.included_visits,
            "used_visits": contract.used_visits,
            "remaining_visits": contract.remaining_visits,
            "equipment": [
                {"name": item.display_name, "url": f"/my/equipment/{item.id}"}
                for item in contract.equipment_ids
            ],
            "sites": contract.site_ids.mapped("name"),
        }
