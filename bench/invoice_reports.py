"""How long it takes to invoice 1,000 signed reports, and how many queries.

    ./dev shell < bench/invoice_reports.py

Everything is rolled back at the end.
"""

# ruff: noqa: F821, T201 - `env` is the shell's, and figures are printed
import time

from odoo import Command
from odoo.tools import SQL

REPORTS = 1_000
CUSTOMERS = 50
LINES = (("labour", 2.5, 50.0), ("travel", 1.25, 38.0), ("mileage", 84, 0.6))

company = env.company
customers = env["res.partner"].create(
    [{"name": f"Bench {number}", "is_company": True} for number in range(CUSTOMERS)]
)
kind = env["service.intervention.type"].search([], limit=1)
worker = env["hr.employee"].search([("company_id", "=", company.id)], limit=1)
interventions = env["service.intervention"].create(
    [
        {
            "name": f"Bench {number}",
            "partner_id": customers[number % CUSTOMERS].id,
            "type_id": kind.id,
            "company_id": company.id,
            "work_line_ids": [
                Command.create(
                    {
                        "kind": name,
                        "quantity": quantity,
                        "coverage": "out_of_warranty",
                        "employee_id": worker.id,
                    }
                )
                for name, quantity, _price in LINES
            ],
        }
        for number in range(REPORTS)
    ]
)
reports = env["service.report"].create(
    [{"intervention_id": intervention.id} for intervention in interventions]
)
for report in reports:
    report.intervention_id.work_line_ids.report_id = report
for name, quantity, price in LINES:
    interventions.work_line_ids.filtered(lambda line, name=name: line.kind == name).write(
        {"quantity_invoice": quantity, "price_unit": price}
    )
env.flush_all()
# A signature each would take most of the time: it isn't what is measured.
env.cr.execute(
    SQL("UPDATE service_report SET state = 'signed' WHERE id = ANY(%s)", list(reports.ids))
)
env.invalidate_all()
lines = reports.work_line_ids
env.add_to_compute(lines._fields["billing_state"], lines)
env.flush_all()
env.invalidate_all()

before, start, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
made = reports.create_invoices()
env.flush_all()
seconds, queries = time.perf_counter() - start, env.cr.sql_log_count - before
cpu = time.process_time() - cpu
invoices = env["account.move"].browse(made["invoice_ids"])
print(
    f"{REPORTS} reports, {len(made['line_ids'])} lines → {len(invoices)} invoices: "
    f"{seconds:.1f} s ({cpu:.1f} s of the processor), {queries} queries"
)
work = sum(lines.mapped("amount_invoice"))
assert abs(work - sum(invoices.mapped("amount_untaxed"))) < 0.005, "not equal to the cent"
env.cr.rollback()
