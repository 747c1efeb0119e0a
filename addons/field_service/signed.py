"""Links that stand for a person without a login: signed, never stored, revoked by a counter."""

from odoo.tools import hash_sign, verify_hash_signed

# Nobody can send this object from outside: only what mails a link gets to know it.
MAILING = object()


def sign_link(env, scope, values, expiration=None):
    """A token for an address; whoever holds it is taken for the person it names."""
    # The database's secret is for the superuser only; what is signed is the caller's to judge.
    return hash_sign(env(su=True), scope, values, expiration=expiration)


def read_link(env, scope, token):
    """What a token says, as a list; empty when it is wrong, expired or of another scope."""
    if not isinstance(token, str):
        return []
    try:
        return verify_hash_signed(env(su=True), scope, token) or []
    except ValueError:
        # Not even the shape of a token.
        return []
