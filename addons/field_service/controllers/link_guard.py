from werkzeug.exceptions import TooManyRequests

from odoo.http import request

from ..guesses import GUESSES, who_is


def check_guesses():
    """Let nobody go on who has tried too many wrong links; before anything else is done.

    :raise TooManyRequests: until some minutes have passed
    """
    if GUESSES.is_too_many(who_is(request.httprequest.remote_addr)):
        raise TooManyRequests


def note_wrong_link():
    """The link of this request is wrong, or has expired."""
    GUESSES.note(who_is(request.httprequest.remote_addr))
