"""Run in Odoo's shell: job orders with a posted advance of 150, and two reports of 125 each; and a
job order at a price of 100, a contract without one.

Prints one line of JSON.
"""

import json

ROUNDS = 4
company = env.company
accountant = env["res.users"].search([("login", "=", "story_accountant")])
worker = env["hr.employee"].search([("company_id", "=", company.id)], limit=1)


def stage():
    """One job order.

    :return: the advance and the reports
    """
    customer = env["res.partner"].create({"name": "Paid in advance", "is_company": True})
    project = env["project.project"].create(
        {"name": "Paid in advance", "partner_id": customer.id, "company_id": company.id}
    )
    billed = project.with_user(accountant).bill_advance(amount=150)
    invoice = env["account.move"].browse(billed["invoice_ids"])
    invoice.invoice_date = "2026-11-09"
    invoice.action_post()
    interventions = env["service.intervention"].create(
        [
            {
                "name": "Two at once",
                "partner_id": customer.id,
                "company_id": company.id,
                "project_id": project.id,
                "work_line_ids": [
                    (
                        0,
                        0,
                        {
                            "kind": "labour",
                            "quantity": 2.5,
                            "coverage": "out_of_warranty",
                            "employee_id": worker.id,
                        },
                    )
                ],
            }
            for _number in range(2)
        ]
    )
    reports = env["service.report"].create(
        [{"intervention_id": intervention.id} for intervention in interventions]
    )
    for report in reports:
        report.intervention_id.work_line_ids.report_id = report
    for report in reports:
        report.close_unsigned(reason="Two at once")
    return {"advance": billed["advance_id"], "reports": reports.ids}


staged = [stage() for _round in range(ROUNDS)]
customer = env["res.partner"].create({"name": "At a price", "is_company": True})
priced = env["project.project"].create(
    [
        {
            "name": "At a price",
            "partner_id": customer.id,
            "company_id": company.id,
            "service_billing": "fixed_price",
            "service_price": 100,
        }
        for _round in range(2 * ROUNDS)
    ]
)
env.cr.commit()
print(json.dumps({"staged": staged, "priced": priced.ids}))
