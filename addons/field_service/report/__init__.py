from . import service_cost_report, service_fix_report
