{
    "name": "Field Service: Sales Timesheets",
    "summary": "Work is invoiced from its report, never from a sales order as well",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "Campo",
    "license": "LGPL-3",
    "depends": ["field_service", "sale_timesheet"],
    "auto_install": True,
}
