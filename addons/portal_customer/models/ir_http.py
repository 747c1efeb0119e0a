import re
from urllib.parse import urlencode, urlsplit, urlunsplit

from werkzeug.exceptions import BadRequest

from odoo import models
from odoo.exceptions import UserError
from odoo.http import SessionExpiredException, request

from .res_users import CONTACT_KEY

# What lists and forms of Odoo's portal take from the address or the form, and trust.
TRUSTED_BY_ODOO = {
    "sortby",
    "filterby",
    "groupby",
    "search_in",
    "search",  # the database takes no text with a NUL
    "date_begin",
    "date_end",
    "partner_id",
    "address_type",
    "use_delivery_as_billing",
}
# No address holds them: Odoo repeats it in a header, which they would end.
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `web`: our scripts and the conversation speak the reader's language."""
        return [*super()._get_translation_frontend_modules_name(), "mail", "portal_customer"]

    @classmethod
    def _redirect(cls, location, code=303):
        """Override of `base`: an address is sent on without the line breaks somebody put in."""
        return super()._redirect(CONTROL.sub("", location), code)

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override of `http_routing`: a token that is sent as a file is no token, text with a NUL
        is nobody's, people act for the customer they have chosen, and who has no time zone reads
        times in the company's.
        """
        asked = request.httprequest
        typed = (value for _name, value in asked.form.items(multi=True))
        if "csrf_token" in asked.files or any("\0" in value for value in typed):
            raise BadRequest
        result = super()._pre_dispatch(rule, args)
        # As whom somebody acts who is a contact of several customers. Judged where it is read.
        if contact_id := request.session.get(CONTACT_KEY):
            request.update_context(**{CONTACT_KEY: contact_id})
        if request.env.user.share and not request.env.user.tz:
            request.update_context(tz=request.env.company._get_reader_timezone())
        return result

    @classmethod
    def _handle_error(cls, exception):
        """Override of `http_routing`: Odoo's own pages under /my show their default, as ours do,
        when the address asks for an order, a filter or a form that there isn't; a form of theirs
        with such values is refused. Who has to log in again comes back to the page they typed on.
        """
        if isinstance(exception, (KeyError, ValueError, UserError)) and cls._is_tampered():
            if request.httprequest.method == "GET":
                return request.redirect(request.httprequest.path)
            if not isinstance(exception, UserError):
                exception = BadRequest()
        response = super()._handle_error(exception)
        if isinstance(exception, SessionExpiredException) and cls._is_sent_form(response):
            # What was to be done can't be opened after the login; the page it was typed on can.
            response.location = f"/web/login?{urlencode({'redirect': cls._get_page_left()})}"
        return response

    @classmethod
    def _is_sent_form(cls, response):
        asked = request.httprequest
        return (
            asked.method == "POST"
            and response.status_code in (302, 303)
            and "my" in asked.path.split("/")[1:3]
        )

    @classmethod
    def _get_page_left(cls):
        """The page of ours from which a form was sent, without the address of the server."""
        page = urlsplit(request.httprequest.referrer or "")
        if page.netloc != request.httprequest.host:
            return "/my"
        return urlunsplit(("", "", page.path, page.query, ""))

    @classmethod
    def _is_tampered(cls):
        asked = request.httprequest
        return (
            "my" in asked.path.split("/")[1:3]  # the language may stand before it
            and not TRUSTED_BY_ODOO.isdisjoint(asked.values)
        )
