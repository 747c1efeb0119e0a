from . import account_move, service_intervention, service_invoice_run, service_work_line
