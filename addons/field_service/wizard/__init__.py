from . import (
    service_intervention_answer,
    service_intervention_done,
    service_intervention_files,
    service_intervention_plan,
    service_intervention_record_work,
    service_intervention_timer,
    service_intervention_wait,
    service_report_amend,
    service_report_invoice,
    service_report_sign,
    service_visit_replace,
    service_work_line_cover,
)
