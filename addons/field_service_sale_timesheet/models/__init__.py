from . import project_project, service_work_line
