from . import (
    account_move,
    hr_employee,
    project_project,
    service_intervention,
    service_work_line,
    stock_move,
)
