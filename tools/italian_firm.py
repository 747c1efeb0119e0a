"""Run in Odoo's shell on a new base database: make its main company an Italian firm.

Odoo's demo data give the main company a generic chart of accounts in dollars and book some invoices
on it, whatever its country. An Italian firm counts in euro, on the Italian chart.
"""

company = env.ref("base.main_company")
env = env(context={**env.context, "allowed_company_ids": company.ids})
ours = [("company_id", "=", company.id)]
env["account.partial.reconcile"].search(ours).unlink()
env["account.move"].search([*ours, ("state", "=", "posted")]).button_draft()
for model in ("account.payment", "account.bank.statement.line", "account.bank.statement"):
    env[model].search(ours).unlink()
env["account.move"].search(ours).with_context(force_delete=True).unlink()
env["account.chart.template"].try_loading("it", company=company, install_demo=False)
assert company.currency_id == env.ref("base.EUR"), "the Italian chart of accounts was not loaded"
env.cr.commit()
