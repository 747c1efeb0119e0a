"""Run in Odoo's shell: work of a contractor that waits for a bill, and two bills of theirs."""

import json

employee = env["hr.employee"].search([("name", "=", "Andrea Story")])
employee.write({"settled_by_bill": True, "hourly_cost": 32.0})
alfa = env["res.partner"].search([("name", "=", "Alfa Story S.r.l.")], limit=1)
intervention = env["service.intervention"].create(
    {
        "name": "Billed twice",
        "partner_id": alfa.id,
        "company_id": env.company.id,
        "work_line_ids": [
            (0, 0, {"kind": "labour", "quantity": 2, "employee_id": employee.id}),
        ],
    }
)
bills = env["account.move"].create(
    [
        {
            "move_type": "in_invoice",
            "partner_id": employee.user_id.partner_id.id,
            "invoice_date": "2026-11-30",
            "invoice_line_ids": [
                (0, 0, {"name": "November", "quantity": 1, "price_unit": 64, "tax_ids": False})
            ],
        }
        for _number in range(2)
    ]
)
env.cr.commit()
print(
    json.dumps(
        {
            "work_line_ids": intervention.work_line_ids.ids,
            "bill_line_ids": bills.invoice_line_ids.ids,
        }
    )
)
