"""How long it takes to compute the deadlines of 100,000 open tickets anew.

    ./dev shell < bench/sla_recompute.py

Everything is rolled back at the end.
"""

# ruff: noqa: F821, T201 - `env` is the shell's, and figures are printed
import time
from datetime import timedelta

from odoo import Command, fields
from odoo.tools import SQL

TICKETS = 100_000
STRETCHES = (("ours", 0), ("waiting", 1), ("ours", 2), ("ours", 3))
PROMISES = (("first_response", 4), ("next_response", 8), ("on_site", 16), ("resolution", 40))

company = env.company
calendar = company.resource_calendar_id
stage = env.ref("helpdesk_ticket.helpdesk_stage_progress")
policy = env["helpdesk.sla.policy"].create(
    {
        "name": "Bench",
        "company_id": company.id,
        "target_ids": [
            Command.create({"kind": kind, "hours": hours, "calendar_id": calendar.id})
            for kind, hours in PROMISES
        ],
    }
)
env.flush_all()
env.cr.execute(
    SQL(
        """INSERT INTO helpdesk_ticket (number, name, company_id, stage_id, closed, active, channel,
                                        priority, create_date, sla_policy_id)
           SELECT 'BENCH' || i, 'Bench', %s, %s, FALSE, TRUE, 'internal', '1',
                  date_trunc('second', now() AT TIME ZONE 'UTC') - (i %% 60) * interval '1 day', %s
             FROM generate_series(1, %s) i""",
        company.id,
        stage.id,
        policy.id,
        TICKETS,
    )
)
for clock, hour in STRETCHES:
    env.cr.execute(
        SQL(
            """INSERT INTO helpdesk_ticket_segment (ticket_id, stage_id, clock, start, stop)
               SELECT id, stage_id, %s, create_date + %s * interval '1 hour',
                      CASE WHEN %s < 3 THEN create_date + (%s + 1) * interval '1 hour' END
                 FROM helpdesk_ticket WHERE sla_policy_id = %s""",
            clock,
            hour,
            hour,
            hour,
            policy.id,
        )
    )
env.cr.execute("ANALYZE helpdesk_ticket; ANALYZE helpdesk_ticket_segment")


def change_promise():
    policy.target_ids.filtered(lambda target: target.kind == "resolution").hours += 1


def add_holiday():
    tomorrow = fields.Datetime.now() + timedelta(days=1)
    env["resource.calendar.leaves"].create(
        {
            "name": "Bench",
            "calendar_id": calendar.id,
            "date_from": tomorrow,
            "date_to": tomorrow + timedelta(days=1),
        }
    )


for act in (change_promise, add_holiday):
    env.invalidate_all()
    wall, processor, queries = time.time(), time.process_time(), env.cr.sql_log_count
    act()
    env.flush_all()
    print(
        f"{act.__name__}: {time.time() - wall:.1f} s, of which Python "
        f"{time.process_time() - processor:.1f} s; {env.cr.sql_log_count - queries} queries"
    )
env.cr.rollback()
