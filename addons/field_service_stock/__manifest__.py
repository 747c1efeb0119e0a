{
    "name": "Field Service: Van Stock",
    "summary": "Parts used on a job leave the technician's van",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Campo",
    "license": "LGPL-3",
    "depends": ["field_service", "stock_account"],
    "auto_install": True,
    "data": ["views/hr_employee_views.xml", "views/service_work_line_views.xml"],
}
