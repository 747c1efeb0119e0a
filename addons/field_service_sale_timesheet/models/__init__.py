from . import account_move_line, project_project, service_work_line
