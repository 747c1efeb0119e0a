from . import (
    expense_kind,
    expense_mileage_rate,
    expense_traceability_rule,
    hr_expense,
    res_company,
    service_intervention,
    service_work_line,
)
