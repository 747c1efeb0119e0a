from . import hr_employee, service_intervention, service_work_line, stock_move
