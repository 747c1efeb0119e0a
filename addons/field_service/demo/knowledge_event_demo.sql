-- What people did with the knowledge base: when they did it is not for anybody to write, so not
-- the ORM's business. An update loads demo data again: what is noted already stays as it is.
WITH act (source, who, kind, age, ticket) AS (
    VALUES
        -- Solved without a ticket, by customers and in the office
        ('knowledge_base.knowledge_article_film_tension_demo', 'helpdesk_ticket.user_customer_demo', 'solved', 4, NULL),
        ('knowledge_base.knowledge_article_labeller_demo', 'helpdesk_ticket.user_customer_demo', 'solved', 12, NULL),
        ('knowledge_base.knowledge_article_printer_demo', 'helpdesk_ticket.user_customer_demo', 'solved', 33, NULL),
        ('knowledge_base.knowledge_article_vpn_demo', 'helpdesk_ticket.user_customer_demo', 'solved', 95, NULL),
        ('knowledge_base.knowledge_article_boiler_pressure_demo', 'helpdesk_ticket.user_customer2_demo', 'solved', 6, NULL),
        ('knowledge_base.knowledge_article_printer_demo', 'helpdesk_ticket.user_customer2_demo', 'solved', 128, NULL),
        ('knowledge_base.knowledge_article_vpn_demo', 'helpdesk_ticket.user_accountant_demo', 'solved', 19, NULL),
        ('knowledge_base.knowledge_article_printer_demo', 'helpdesk_ticket.user_accountant_demo', 'solved', 61, NULL),
        ('knowledge_base.knowledge_article_film_tension_demo', 'helpdesk_ticket.user_agent_demo', 'solved', 9, NULL),
        ('knowledge_base.knowledge_article_boiler_pressure_demo', 'helpdesk_ticket.user_agent_demo', 'solved', 40, NULL),
        ('knowledge_base.knowledge_article_labeller_demo', 'helpdesk_ticket.user_agent_demo', 'solved', 155, NULL),
        ('knowledge_base.knowledge_article_film_tension_demo', 'field_service.user_technician_demo', 'solved', 26, NULL),
        ('knowledge_base.knowledge_article_boiler_e05_demo', 'field_service.user_technician_demo', 'solved', 47, NULL),
        ('knowledge_base.knowledge_article_rcd_demo', 'field_service.user_technician_demo', 'solved', 184, NULL),
        ('knowledge_base.knowledge_article_lift_door_demo', 'field_service.user_dispatcher_demo', 'solved', 214, NULL),
        -- A solved case that helps again and again, and of which there is no article
        ('field_service.service_intervention_scanner_roaming_demo', 'field_service.user_technician_demo', 'solved', 8, NULL),
        ('field_service.service_intervention_scanner_roaming_demo', 'helpdesk_ticket.user_agent_demo', 'solved', 30, NULL),
        ('field_service.service_intervention_scanner_roaming_demo', 'field_service.user_dispatcher_demo', 'solved', 57, NULL),
        ('field_service.service_intervention_generator_demo', 'field_service.user_technician_demo', 'solved', 15, NULL),
        ('field_service.service_intervention_generator_demo', 'helpdesk_ticket.user_manager_demo', 'solved', 70, NULL),
        -- On a ticket: what solved it, what did not help, what was on offer and did not spare it
        ('knowledge_base.knowledge_article_boiler_e05_demo', 'helpdesk_ticket.user_agent_demo', 'solved', 37, 'helpdesk_ticket_boiler_lockout_demo'),
        ('knowledge_base.knowledge_article_film_tension_demo', 'helpdesk_ticket.user_agent_demo', 'solved', 60, 'helpdesk_ticket_film_tension_demo'),
        ('knowledge_base.knowledge_article_printer_demo', 'helpdesk_ticket.user_agent_demo', 'useless', 20, 'helpdesk_ticket_labeller_demo'),
        ('knowledge_base.knowledge_article_labeller_demo', 'helpdesk_ticket.user_customer_demo', 'anyway', 20, 'helpdesk_ticket_labeller_demo'),
        ('knowledge_base.knowledge_article_film_tension_demo', 'helpdesk_ticket.user_customer_demo', 'anyway', 61, 'helpdesk_ticket_film_tension_demo'),
        ('knowledge_base.knowledge_article_boiler_pressure_demo', 'helpdesk_ticket.user_customer2_demo', 'anyway', 38, 'helpdesk_ticket_boiler_lockout_demo'),
        ('knowledge_base.knowledge_article_vpn_demo', 'helpdesk_ticket.user_customer2_demo', 'anyway', 130, NULL),
        ('knowledge_base.knowledge_article_film_tension_demo', 'helpdesk_ticket.user_customer_demo', 'anyway', 158, NULL),
        ('knowledge_base.knowledge_article_boiler_pressure_demo', 'helpdesk_ticket.user_customer2_demo', 'anyway', 213, NULL)
),
named AS (
    SELECT data.module || '.' || data.name AS name, data.model, data.res_id FROM ir_model_data data
),
noted AS (
    INSERT INTO knowledge_event (entry_id, kind, user_id, res_model, res_id, create_uid, create_date)
    SELECT entry.id, act.kind, who.res_id, ticket.model, ticket.res_id, who.res_id,
           date_trunc('minute', now() AT TIME ZONE 'UTC') - act.age * interval '1 day'
      FROM act
      JOIN named who ON who.name = act.who
      JOIN named source ON source.name = act.source
      JOIN knowledge_entry entry ON entry.res_model = source.model AND entry.res_id = source.res_id
      LEFT JOIN named ticket ON ticket.name = 'helpdesk_ticket.' || act.ticket
        ON CONFLICT DO NOTHING
 RETURNING entry_id, kind
)
UPDATE knowledge_entry
   SET solved_count = coalesce(solved_count, 0) + proof.number
  FROM (SELECT entry_id, count(*) AS number FROM noted WHERE kind = 'solved' GROUP BY 1) AS proof
 WHERE knowledge_entry.id = proof.entry_id;

INSERT INTO knowledge_unanswered (question, count, last_date, company_id)
SELECT asked.question, asked.number, current_date - asked.age, company.res_id
  FROM (
        VALUES
            ('il montacarichi cigola quando scende', 3, 5),
            ('il muletto elettrico non carica la batteria', 2, 18),
            ('come si cambia la lingua del pannello FP-500', 1, 41)
       ) AS asked (question, number, age)
  JOIN ir_model_data company ON company.module = 'base' AND company.name = 'main_company'
    ON CONFLICT DO NOTHING;
