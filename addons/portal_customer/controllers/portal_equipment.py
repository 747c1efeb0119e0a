from odoo.http import request, route

from .portal import PortalPages


class PortalEquipment(PortalPages):
    """What a customer has installed, and what they have bought in advance."""

    @route(
        ["/my/equipment", "/my/equipment/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_equipment(self, page=1, **query):
        _ = request.env._
        return self._render_list(
            "service.equipment",
            "/my/equipment",
            title=_("Equipment"),
            page_name="equipment",
            options={
                "sortings": {
                    "name": {"label": _("Name"), "order": "name, id"},
                    "serial": {"label": _("Serial number"), "order": "serial_number, id"},
                },
                "filters": {"all": {"label": _("All"), "domain": []}},
                "groupings": {"site": {"label": _("Site"), "field": "site_id"}},
                "search": ["name", "serial_number"],
                "empty": _("No equipment is registered for you yet."),
            },
            query=query,
            page=page,
        )

    @route(
        "/my/equipment/<int:equipment_id>", type="http", auth="user", website=True, readonly=True
    )
    def portal_equipment(self, equipment_id, **_query):
        equipment = self._get_record("service.equipment", equipment_id)
        return self._render_page(
            "portal_equipment",
            {"page_name": "equipment", "equipment": equipment._portal_values()},
        )

    @route("/q/<int:equipment_id>", type="http", auth="user", website=True, readonly=True)
    def portal_scanned_label(self, equipment_id, **_query):
        equipment = self._get_record("service.equipment", equipment_id)
        return request.redirect(equipment._get_scanned_path())

    @route(
        ["/my/contracts", "/my/contracts/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_contracts(self, page=1, **query):
        _ = request.env._
        return self._render_list(
            "service.contract",
            "/my/contracts",
            title=_("Contracts"),
            page_name="contract",
            options={
                "sortings": {
                    "date": {"label": _("Newest"), "order": "date_start desc, id desc"},
                    "name": {"label": _("Name"), "order": "name, id"},
                },
                "filters": {
                    "all": {"label": _("All"), "domain": []},
                    "open": {"label": _("In force"), "domain": [("state", "=", "open")]},
                },
                "search": ["name", "number"],
                "empty": _("You have no service contract."),
            },
            query=query,
            page=page,
        )

    @route("/my/contracts/<int:contract_id>", type="http", auth="user", website=True, readonly=True)
    def portal_contract(self, contract_id, **_query):
        contract = self._get_record("service.contract", contract_id)
        return self._render_page(
            "portal_contract", {"page_name": "contract", "contract": contract._portal_values()}
        )
