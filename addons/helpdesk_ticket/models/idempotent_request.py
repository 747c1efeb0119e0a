from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Phones may stay without network for days, never for months.
KEEP_DAYS = 90


class IdempotentRequest(models.Model):
    """What a request that may be repeated has already done, see ``tools/idempotent.py``."""

    _name = "idempotent.request"
    _description = "Request Done Once"
    _log_access = False

    requested_on = fields.Datetime(required=True, index=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    method = fields.Char(required=True)
    uuid = fields.Char(required=True)
    digest = fields.Char(required=True)
    result = fields.Json()

    _once = models.Constraint(
        "UNIQUE (user_id, method, uuid)", "This request has already been made."
    )

    def _claim(self, method, uuid, digest):
        """Reserve a UUID for the transaction under way.

        SQL, because the ORM has no ON CONFLICT: a unique violation would abort the transaction and
        Odoo doesn't retry it, while here the loser of a race gets a serialization failure, which
        Odoo does retry.

        :return: whether it was free
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO idempotent_request (user_id, method, uuid, digest, requested_on)
                   VALUES (%(user)s, %(method)s, %(uuid)s, %(digest)s, %(now)s)
                   ON CONFLICT (user_id, method, uuid) DO NOTHING""",
                user=self.env.uid,
                method=method,
                uuid=uuid,
                digest=digest,
                now=fields.Datetime.now(),
            )
        )
        return bool(self.env.cr.rowcount)

    def _find(self, method, uuid):
        return self.search(
            [("user_id", "=", self.env.uid), ("method", "=", method), ("uuid", "=", uuid)], limit=1
        )

    def _store_result(self, method, uuid, result):
        self._find(method, uuid).result = result

    @api.autovacuum
    def _gc_requests(self):
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([("requested_on", "<", limit)], limit=10_000).unlink()
