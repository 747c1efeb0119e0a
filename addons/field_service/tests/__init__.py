from . import (
    test_charging,
    test_contract,
    test_coverage,
    test_intervention,
    test_invoicing,
    test_report_form,
    test_screens,
    test_security,
    test_time_bands,
    test_visit,
    test_visit_mail,
    test_work,
)
