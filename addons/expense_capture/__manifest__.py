{
    "name": "Expense Capture",
    "summary": "Expenses of an intervention: caught on the spot, right on the invoice",
    "version": "19.0.1.0.0",
    "category": "Services/Field Service",
    "author": "Campo",
    "license": "LGPL-3",
    "application": True,
    "depends": ["field_service", "hr_expense"],
    "data": [
        "security/ir.model.access.csv",
        "security/expense_capture_security.xml",
        "data/product_data.xml",
        "data/expense_kind_data.xml",
    ],
}
