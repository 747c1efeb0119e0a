import functools
import hashlib
import inspect
import json
import re

from odoo.exceptions import UserError, ValidationError

# Any short printable name does; phones send RFC 4122 UUIDs.
UUID_PATTERN = re.compile(r"[\w.:-]{8,64}", re.ASCII)


def idempotent(method):
    """Let a public method be repeated safely: with the same ``request_uuid`` it acts once.

    The decorated method has a keyword ``request_uuid=None`` and returns something JSON-able. The
    first call with a UUID claims it, acts and stores the result in the same transaction; every
    later call by the same user gets that result back. The same UUID for other records or other
    arguments is a mistake of the caller and refused. Of two calls at once the second waits for the
    first, gets a serialization failure from PostgreSQL and is repeated by Odoo: it then finds the
    stored result.
    """
    signature = inspect.signature(method)

    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        bound = signature.bind(self, *args, **kwargs)
        request_uuid = bound.arguments.get("request_uuid")
        if not request_uuid:
            return method(self, *args, **kwargs)
        if not isinstance(request_uuid, str) or not UUID_PATTERN.fullmatch(request_uuid):
            raise ValidationError(
                self.env._("A request identifier has 8 to 64 letters, digits, dots or dashes.")
            )
        # The table is Campo's own bookkeeping: nobody but the superuser has access to it.
        requests_sudo = self.env["idempotent.request"].sudo()
        name = f"{self._name}.{method.__name__}"
        digest = _digest(self, bound)
        if not requests_sudo._claim(name, request_uuid, digest):
            known = requests_sudo._find(name, request_uuid)
            if known.digest != digest:
                raise UserError(
                    self.env._(
                        "The request %(uuid)s was already used for something else. "
                        "Repeat the action with a new identifier.",
                        uuid=request_uuid,
                    )
                )
            return known.result
        result = method(self, *args, **kwargs)
        requests_sudo._store_result(name, request_uuid, result)
        return result

    return wrapper


def _digest(records, bound):
    """Fingerprint of what is asked: the records and all arguments but the identifier."""
    arguments = dict(list(bound.arguments.items())[1:])
    arguments.pop("request_uuid", None)
    canonical = json.dumps([records.ids, arguments], sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
