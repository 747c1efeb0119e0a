{
    "name": "Customer Portal",
    "summary": "Customers follow alone, outside technicians work alone",
    "version": "19.0.1.0.0",
    "category": "Services/Helpdesk",
    "author": "Campo",
    "license": "LGPL-3",
    "application": True,
    "depends": ["expense_capture", "portal"],
    "data": [],
    "demo": [],
}
