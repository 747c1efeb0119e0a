from . import portal_readable_mixin  # the others inherit it

# isort: split
from . import (
    attachment_intake_mixin,
    helpdesk_ticket,
    helpdesk_ticket_answers,
    helpdesk_ticket_limits,
    helpdesk_ticket_opinion,
    hr_employee_month,
    ir_attachment,
    ir_http,
    knowledge_article,
    mail_message,
    res_partner,
    res_partner_colleagues,
    res_partner_statement,
    res_users,
    service_contract,
    service_equipment,
    service_intervention,
    service_intervention_crew,
    service_intervention_expense,
    service_intervention_forms,
    service_intervention_subcontract,
    service_intervention_visits,
    service_report,
    service_work_line,
)
