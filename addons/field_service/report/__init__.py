from . import service_cost_report, service_cost_dashboard, service_fix_report
