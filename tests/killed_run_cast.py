"""Run in Odoo's shell: an invoicing run of six payers whose process is killed at the third one.

Prints one line of JSON before it dies.
"""

import json
import os
import signal

from odoo.addons.field_service.models import service_invoice_run as runs

PAYERS = 6
company = env.company
accountant = env["res.users"].search([("login", "=", "story_accountant")])
worker = env["hr.employee"].search([("company_id", "=", company.id)], limit=1)
interventions = env["service.intervention"].create(
    [
        {
            "name": "Killed",
            "partner_id": env["res.partner"].create({"name": f"Payer {number}"}).id,
            "company_id": company.id,
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
        for number in range(PAYERS)
    ]
)
reports = env["service.report"].create(
    [{"intervention_id": intervention.id} for intervention in interventions]
)
for report in reports:
    report.intervention_id.work_line_ids.report_id = report
for report in reports:
    report.close_unsigned(reason="Killed")
run = (
    env["service.invoice.run"]
    .with_user(accountant)
    ._prepare(reports, env["service.contract"], "line")
)
runs.AT_ONCE = 0
run.action_start()
env.cr.commit()
print(
    json.dumps(
        {
            "run_id": run.id,
            "payers": PAYERS,
            "line_ids": reports.work_line_ids.ids,
            "origins": interventions.mapped("number"),
        }
    ),
    flush=True,
)

work, made = runs.ServiceInvoiceRunGroup._work, []


def work_and_die(group):
    work(group)
    made.append(group.id)
    if len(made) == 3:
        env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)


env.registry["service.invoice.run.group"]._work = work_and_die
env["service.invoice.run"]._cron_work()
