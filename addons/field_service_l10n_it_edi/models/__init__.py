from . import account_move, service_intervention, service_work_line
