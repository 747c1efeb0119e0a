"""Promises were two numbers on the service level; now each has a row of its own.

The columns of before are still there: Odoo drops them once every addon is loaded.
"""

from odoo import SUPERUSER_ID, api, fields
from odoo.tools import SQL

COLUMNS = (("first_response", "response_hours", 0), ("resolution", "resolution_hours", 3))


def migrate(cr, version):
    for kind, column, sequence in COLUMNS:
        cr.execute(
            SQL(
                """INSERT INTO helpdesk_sla_target
                          (policy_id, kind, sequence, hours, calendar_id, create_uid, create_date)
                   SELECT id, %s, %s, %s, calendar_id, create_uid, create_date
                     FROM helpdesk_sla_policy
                    WHERE %s > 0
              ON CONFLICT DO NOTHING""",
                kind,
                sequence,
                SQL.identifier(column),
                SQL.identifier(column),
            )
        )
    env = api.Environment(cr, SUPERUSER_ID, {})
    tickets = env["helpdesk.ticket"]
    env["helpdesk.sla.policy"].with_context(active_test=False).search([])._reset_ticket_deadlines()
    tickets.flush_model()
    # Whoever was warned of a deadline isn't warned of it again.
    cr.execute("SELECT id FROM helpdesk_ticket WHERE sla_warned AND closed IS NOT TRUE")
    for ticket in tickets.browse([ticket_id for (ticket_id,) in cr.fetchall()]):
        ticket.sla_notices = {
            kind: {"due": fields.Datetime.to_string(due), "alarm": due < cr.now()}
            for kind, due in ticket._get_pending_deadlines().items()
            if ticket._warn_before(due) < cr.now()
        }
