from odoo import api, fields, models


class ServiceWorkLineBill(models.TransientModel):
    """Says which work a contractor's bill is for, and how far it is from what was expected."""

    _name = "service.work.line.bill"
    _description = "Match a Vendor Bill"
    _inherit = ["dialog.mixin"]

    move_id = fields.Many2one(
        "account.move", string="Vendor bill", required=True, ondelete="cascade", readonly=True
    )
    bill_line_id = fields.Many2one(
        "account.move.line",
        required=True,
        ondelete="cascade",
        compute="_compute_bill_line_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
    )
    date_to = fields.Date(string="Work until", default=lambda self: fields.Date.today())
    line_ids = fields.Many2many(
        "service.work.line",
        string="Work",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', expected_line_ids)]",
    )
    expected_line_ids = fields.Many2many(
        "service.work.line",
        relation="service_work_line_bill_expected_rel",
        compute="_compute_expected_line_ids",
    )
    currency_id = fields.Many2one(related="move_id.company_currency_id")
    expected_amount = fields.Monetary(string="Expected", compute="_compute_amounts")
    billed_amount = fields.Monetary(string="On the bill", compute="_compute_amounts")
    difference = fields.Monetary(compute="_compute_amounts")

    @api.depends("move_id")
    def _compute_bill_line_id(self):
        for wizard in self:
            wizard.bill_line_id = wizard.move_id.invoice_line_ids.filtered(
                lambda line: line.display_type == "product"
            )[:1]

    @api.depends("move_id")
    def _compute_expected_line_ids(self):
        for wizard in self:
            work = self.env["service.work.line"]
            wizard.expected_line_ids = (
                work.search(wizard.move_id._get_expected_work_domain()) if wizard.move_id else work
            )

    @api.depends("expected_line_ids", "date_to")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.expected_line_ids.filtered(
                lambda line, until=wizard.date_to: not until or line.date <= until
            )

    @api.depends("line_ids", "bill_line_id")
    def _compute_amounts(self):
        for wizard in self:
            wizard.expected_amount = sum(wizard.line_ids.mapped("expected_bill_amount"))
            wizard.billed_amount = abs(wizard.bill_line_id.balance)
            wizard.difference = wizard.billed_amount - wizard.expected_amount

    def action_confirm(self):
        self.ensure_one()
        self.bill_line_id.match_service_work(work_line_ids=self.line_ids.ids)
        return {"type": "ir.actions.act_window_close"}
