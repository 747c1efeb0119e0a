from odoo import api, fields, models


class ServiceReportInvoice(models.TransientModel):
    """Shows what would be invoiced and what not, before the draft invoices are made."""

    _name = "service.report.invoice"
    _description = "Invoice Interventions"
    _inherit = ["dialog.mixin"]

    report_ids = fields.Many2many(
        "service.report", string="Reports", default=lambda self: self._default_report_ids()
    )
    contract_ids = fields.Many2many(
        "service.contract",
        string="Fees due",
        default=lambda self: self._default_contract_ids(),
        domain=[("state", "=", "open"), ("next_fee_date", "<=", "today")],
    )
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    summary = fields.Selection(
        selection=lambda self: (
            self.env["service.invoice.run"]._fields["summary"]._description_selection(self.env)
        ),
        string="On the invoice",
        required=True,
        default="line",
    )
    report_count = fields.Integer(string="Reports to invoice", compute="_compute_lines")
    line_ids = fields.Many2many(
        "service.work.line", string="To be invoiced", compute="_compute_lines"
    )
    blocked_line_ids = fields.Many2many(
        "service.work.line",
        relation="service_report_invoice_blocked_rel",
        string="Not invoiced now",
        compute="_compute_lines",
    )
    amount = fields.Monetary(
        string="Total before tax",
        compute="_compute_amount",
        help="Of the draft invoices, less the advances they deduct.",
    )

    @api.model
    def _default_report_ids(self):
        """The reports that were ticked in the list, or all that have something to invoice."""
        reports = self.env["service.report"]
        if self.env.context.get("active_model") == reports._name:
            return reports.browse(self.env.context.get("active_ids"))
        return reports.search(
            [("company_id", "=", self.env.company.id), ("billing_state", "=", "to_bill")]
        )

    @api.model
    def _default_contract_ids(self):
        """The fees that are due, unless only certain reports are asked for."""
        contracts = self.env["service.contract"]
        if self.env.context.get("active_model") == "service.report":
            return contracts
        return contracts.search(
            [
                ("company_id", "=", self.env.company.id),
                ("state", "=", "open"),
                ("next_fee_date", "<=", fields.Date.context_today(self)),
                ("fee_amount", ">", 0),
            ]
        )

    @api.depends("report_ids", "contract_ids", "summary")
    def _compute_amount(self):
        runs = self.env["service.invoice.run"]
        for wizard in self:
            rows = runs._prepare_groups(
                wizard.report_ids._origin, wizard.contract_ids._origin, wizard.summary or "line"
            )
            wizard.amount = sum(row["amount"] - row["advance_amount"] for row in rows)

    @api.depends("report_ids")
    def _compute_lines(self):
        for wizard in self:
            lines = wizard.report_ids.work_line_ids
            wizard.report_count = len(wizard.report_ids)
            wizard.line_ids = lines.filtered(lambda line: line.billing_state == "to_bill")
            wizard.blocked_line_ids = lines.filtered(lambda line: line.billing_state == "blocked")

    def action_preview(self):
        """Show which invoices would be made, before any is."""
        return self._prepare_run()._get_own_action()

    def action_confirm(self):
        return self._prepare_run().action_start()

    def _prepare_run(self):
        self.ensure_one()
        run = self.env["service.invoice.run"]._prepare(
            self.report_ids, self.contract_ids, self.summary
        )
        if not run:
            # Says why nothing is to be invoiced.
            self.env["account.move"]._get_service_action()
        return run
