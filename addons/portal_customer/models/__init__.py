from . import (
    helpdesk_ticket,
    ir_attachment,
    knowledge_article,
    res_partner,
    res_users,
    service_contract,
    service_equipment,
    service_intervention,
    service_intervention_expense,
    service_intervention_visits,
)
