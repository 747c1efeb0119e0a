from odoo.tools import SQL


def migrate(cr, version):
    """Check-ins that are on visits become stays, so that whoever is on site can leave.

    Of somebody who is checked in to several visits only the last one is still open; where the
    others ended nobody has said.
    """
    if not version:
        return
    cr.execute(
        SQL(
            """
            WITH stay AS (
                SELECT event.intervention_id, intervention.company_id, person.id AS user_id,
                       event.id AS event_id, attendee.checked_in_on, attendee.checked_out_on,
                       row_number() OVER (
                           PARTITION BY person.id, attendee.checked_out_on IS NULL
                           ORDER BY attendee.checked_in_on DESC, attendee.id DESC
                       ) AS newest
                  FROM calendar_attendee attendee
                  JOIN calendar_event event ON event.id = attendee.event_id
                  JOIN service_intervention intervention ON intervention.id = event.intervention_id
                  JOIN LATERAL (
                       SELECT id FROM res_users
                        WHERE partner_id = attendee.partner_id
                        ORDER BY active DESC, id
                        LIMIT 1
                  ) person ON TRUE
                 WHERE attendee.checked_in_on IS NOT NULL
            )
            INSERT INTO service_presence (
                intervention_id, company_id, user_id, event_id, on_site_start, left_on,
                create_date, write_date
            )
            SELECT intervention_id, company_id, user_id, event_id, checked_in_on,
                   CASE WHEN checked_out_on IS NOT NULL THEN checked_out_on
                        WHEN newest > 1 THEN checked_in_on END,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM stay
             ORDER BY checked_in_on
            """
        )
    )
