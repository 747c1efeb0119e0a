"""Rows that two people must not act on at once: the one lock of Campo."""

from odoo.fields import Domain
from odoo.tools import SQL


def lock_rows(records, domain=(), touch=False):
    """Lock the rows of these records until the end of the transaction; wait for who holds them.

    Odoo's ``lock_for_update`` and ``try_lock_for_update`` give up on a row that is taken
    (SKIP LOCKED): whoever comes second would be refused, or would leave it out without a word. Here
    they wait. Once the first one is through and has changed the row, PostgreSQL refuses the
    second one's older view of it (a serialization failure), Odoo repeats the request, and it sees
    what the first one did. So nothing need be read again after the lock, but the row must change:
    where the first one only adds other rows beside it, ``touch`` writes it as it is.

    Rows are locked by ascending id, so that of two who want the same rows one gets them all. Who
    locks rows of several models keeps one order, so that no two wait for each other: see
    *Who locks what first* in docs/architecture.md.

    Rows that only refer to a locked one, e.g. a timesheet of a job order, can be added meanwhile.

    The caller has checked the access; record rules don't matter here.

    :param domain: stored fields that must have these values: rows that don't are left out
    :param bool touch: whether whoever waits is repeated also when the row isn't changed after all
    :return: the records that were found, locked, by ascending id
    """
    if not records:
        return records
    query = records._search(
        Domain("id", "in", records.ids) & Domain(domain),
        order="id",
        active_test=False,
        bypass_access=True,
    )
    rows = records.env.execute_query(SQL("%s FOR NO KEY UPDATE", query.select()))
    locked = records.browse(record_id for (record_id,) in rows)
    if touch and locked:
        table = SQL.identifier(records._table)
        records.env.execute_query(
            SQL("UPDATE %s SET id = id WHERE id = ANY(%s)", table, list(locked.ids))
        )
    return locked
