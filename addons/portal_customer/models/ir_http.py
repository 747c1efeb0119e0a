from werkzeug.exceptions import BadRequest

from odoo import models
from odoo.http import request

# What lists and forms of Odoo's portal take from the address, and trust.
TRUSTED_BY_ODOO = {
    "sortby",
    "filterby",
    "groupby",
    "search_in",
    "date_begin",
    "date_end",
    "partner_id",
    "address_type",
    "use_delivery_as_billing",
}


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `web`: our scripts and the conversation speak the reader's language."""
        return [*super()._get_translation_frontend_modules_name(), "mail", "portal_customer"]

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override of `http_routing`: a token that is sent as a file is no token."""
        if "csrf_token" in request.httprequest.files:
            raise BadRequest
        return super()._pre_dispatch(rule, args)

    @classmethod
    def _handle_error(cls, exception):
        """Override of `http_routing`: Odoo's own pages under /my show their default, as ours do,
        when the address asks for an order, a filter or a form that there isn't.
        """
        if isinstance(exception, (KeyError, ValueError)) and cls._is_tampered_address():
            return request.redirect(request.httprequest.path)
        return super()._handle_error(exception)

    @classmethod
    def _is_tampered_address(cls):
        asked = request.httprequest
        return (
            asked.method == "GET"
            and "my" in asked.path.split("/")[1:3]  # the language may stand before it
            and not TRUSTED_BY_ODOO.isdisjoint(asked.args)
        )
