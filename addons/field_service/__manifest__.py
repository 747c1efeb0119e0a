{
    "name": "Field Service",
    "summary": "From the request to the signed report and the right invoice",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "Campo",
    "license": "LGPL-3",
    "application": True,
    "depends": ["helpdesk_ticket", "calendar", "hr_timesheet", "hr_skills", "project_account"],
    "excludes": ["industry_fsm"],
    "data": [],
    "demo": [],
}
