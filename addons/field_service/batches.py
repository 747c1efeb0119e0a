"""Work through many records in a job, so that what goes wrong with one stops no other."""

import logging

import psycopg2

_logger = logging.getLogger(__name__)

BATCH = 100


def each_apart(records, act, tell, every=BATCH):
    """Act on each record in a savepoint of its own; commits now and then, as jobs do.

    :param callable act: takes one record
    :param callable tell: takes a record and the exception with which it failed
    :param int every: after how many records it commits
    """
    total = len(records)
    for position, record in enumerate(records, start=1):
        try:
            with record.env.cr.savepoint():
                act(record)
        except psycopg2.OperationalError:
            # Two at once: Odoo repeats the whole.
            raise
        except Exception as error:
            _logger.exception("%s could not be worked on", record)
            tell(record, error)
        if position % every == 0 or position == total:
            time_left = record.env["ir.cron"]._commit_progress(
                (position - 1) % every + 1, remaining=total - position
            )
            if not time_left:
                break
