-- Tickets of the past: when they were opened is not for anybody to write, so not the ORM's business.
WITH past (name, age, duration) AS (
    VALUES
        ('helpdesk_ticket_boiler_lockout_demo', 912, 5),
        ('helpdesk_ticket_film_tension_demo', 1464, 27),
        ('helpdesk_ticket_labeller_demo', 480, 50),
        ('helpdesk_ticket_lift_door_demo', 360, 3),
        ('helpdesk_ticket_vpn_demo', 216, 6),
        ('helpdesk_ticket_boiler_again_demo', 2, NULL),
        ('helpdesk_ticket_film_again_demo', 27, NULL),
        ('helpdesk_ticket_printer_demo', 50, NULL),
        ('helpdesk_ticket_site_panel_demo', 6, NULL)
),
ticket AS (
    SELECT data.res_id AS id,
           date_trunc('minute', now() AT TIME ZONE 'UTC') - past.age * interval '1 hour' AS opened,
           past.duration * interval '1 hour' AS duration
      FROM past
      JOIN ir_model_data data ON data.module = 'helpdesk_ticket' AND data.name = past.name
      -- An update loads demo data again: what is dated already stays as it is.
      JOIN helpdesk_ticket ON helpdesk_ticket.id = data.res_id
       AND helpdesk_ticket.create_date
           > date_trunc('minute', now() AT TIME ZONE 'UTC') - past.age * interval '1 hour' + interval '1 minute'
),
dated AS (
    UPDATE helpdesk_ticket SET create_date = ticket.opened FROM ticket WHERE helpdesk_ticket.id = ticket.id
),
closed AS (
    UPDATE helpdesk_ticket_segment segment
       SET start = ticket.opened + COALESCE(ticket.duration, interval '0')
      FROM ticket
     WHERE segment.ticket_id = ticket.id
)
INSERT INTO helpdesk_ticket_segment (ticket_id, stage_id, user_id, clock, start, stop)
SELECT ticket.id, stage.res_id, 1, 'ours', ticket.opened, ticket.opened + ticket.duration
  FROM ticket
  JOIN ir_model_data stage ON stage.module = 'helpdesk_ticket' AND stage.name = 'helpdesk_stage_new'
 WHERE ticket.duration IS NOT NULL;
