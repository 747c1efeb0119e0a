from . import (
    portal,
    portal_equipment,
    portal_expense,
    portal_feed,
    portal_file,
    portal_intervention,
    portal_knowledge,
    portal_report,
    portal_statement,
    portal_subcontract,
    portal_ticket,
    portal_visit,
)
