"""Run in Odoo's shell: closed reports of several payers by lot, and job orders with progress.

Prints one line of JSON.
"""

import json
import random

from odoo.addons.field_service.models.service_report import CLOSING

REPORTS = 40
lot = random.Random(20261128)
company = env.company
worker = env["hr.employee"].search([("company_id", "=", company.id)], limit=1)
payers = env["res.partner"].create(
    [{"name": f"Batch {number}", "is_company": True} for number in range(5)]
)


def line():
    """Work at a price by lot; some of it is paid by somebody else, some is covered or open."""
    return {
        "kind": lot.choice(["labour", "travel", "flat_fee"]),
        "quantity": round(lot.uniform(0.1, 20), 2),
        "employee_id": worker.id,
        "coverage": lot.choice(["out_of_warranty"] * 6 + ["goodwill", "to_verify"]),
        "coverage_note": "By lot",
        **lot.choice([{}, {}, {"payer_id": lot.choice(payers).id}]),
    }


interventions = env["service.intervention"].create(
    [
        {
            "name": f"Batch {number}",
            "partner_id": lot.choice(payers).id,
            "company_id": company.id,
            "work_line_ids": [(0, 0, line()) for _line in range(lot.randint(1, 3))],
        }
        for number in range(REPORTS)
    ]
)
reports = env["service.report"].create(
    [{"intervention_id": intervention.id} for intervention in interventions]
)
for number, report in enumerate(reports.with_context(field_service_closing=CLOSING)):
    report.number = f"BATCH{number}"
    report.intervention_id.work_line_ids.report_id = report
for done in reports.work_line_ids:
    if done.coverage == "out_of_warranty":
        done.write(
            {
                "price_unit": round(lot.uniform(0.01, 99), 2),
                "discount": lot.choice([0, 0, 10, 33.33]),
            }
        )
# A printed form each would take most of the time.
reports.with_context(field_service_closing=CLOSING).write({"state": "unsigned"})

by_percent, by_milestones = env["project.project"].create(
    [
        {
            "name": f"Plant by {way}",
            "partner_id": payers[0].id,
            "company_id": company.id,
            "allow_timesheets": True,
            "service_billing": "fixed_price",
            "service_price": 9999.97,
            "service_retention_percent": 5,
        }
        for way in ("percent", "milestones")
    ]
)
milestones = env["service.job.milestone"].create(
    [
        {"project_id": by_milestones.id, "name": f"Step {number}", "percent": percent}
        for number, percent in enumerate((10, 33.33, 6.67, 12.5, 17.5, 20))
    ]
)
milestones.action_reach()
env.cr.commit()
print(
    json.dumps(
        {
            "report_ids": reports.ids,
            "line_ids": reports.work_line_ids.ids,
            "payer_ids": payers.ids,
            "by_percent": by_percent.id,
            "price": by_percent.service_price,
            "milestone_ids": milestones.ids,
        }
    )
)
