import re

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

# A path of this server: what stands after "//" or "/\" would be another one's name.
OWN_PATH = re.compile(r"/(?![/\\])")


class PortalAddress(CustomerPortal):
    """Odoo's own form of an address, which leads only to pages of this server."""

    def _prepare_address_form_values(self, partner_sudo, *args, callback="", **query):
        """Override of `portal`: a link made by somebody else can't choose what "Discard" does."""
        return super()._prepare_address_form_values(
            partner_sudo, *args, callback=callback if OWN_PATH.match(callback) else "", **query
        )

    @route()
    def portal_address_submit(self, partner_id=None, **form_data):
        """Override of `portal`: the answer repeats what was typed, and is never read as a page."""
        if not OWN_PATH.match(form_data.get("callback", "")):
            form_data.pop("callback", None)
        response = request.make_response(super().portal_address_submit(partner_id, **form_data))
        response.mimetype = "application/json"
        return response
