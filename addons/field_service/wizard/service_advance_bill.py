from odoo import api, fields, models
from odoo.exceptions import UserError

from ..progress import FULL


class ServiceAdvanceBill(models.TransientModel):
    """Asks how much of a job order or contract is billed in advance, and how it is taxed."""

    _name = "service.advance.bill"
    _description = "Bill an Advance"
    _inherit = ["dialog.mixin"]
    _check_company_auto = True

    project_id = fields.Many2one(
        "project.project", string="Job order", ondelete="cascade", readonly=True
    )
    contract_id = fields.Many2one("service.contract", ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_origin")
    currency_id = fields.Many2one("res.currency", compute="_compute_origin")
    agreed_amount = fields.Monetary(
        string="Agreed",
        compute="_compute_origin",
        help="The price of the job order, or the fees of a year.",
    )
    by = fields.Selection(
        selection=[("percent", "Percent of what is agreed"), ("amount", "Amount")],
        string="The advance is",
        required=True,
        compute="_compute_proposal",
        store=True,
        readonly=False,
        precompute=True,
    )
    percent = fields.Float(string="Percent (%)", digits=(16, 4))
    amount = fields.Monetary(help="Before tax.")
    amount_to_bill = fields.Monetary(string="To be invoiced", compute="_compute_amount_to_bill")
    name = fields.Char(
        string="Text of the invoice",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        precompute=True,
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        compute="_compute_proposal",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="How it is taxed: as the place and the work are.",
    )

    @api.depends("project_id", "contract_id")
    def _compute_origin(self):
        for wizard in self:
            origin = wizard._get_origin()
            wizard.company_id = origin.company_id or self.env.company
            wizard.currency_id = origin.currency_id
            wizard.agreed_amount = origin._get_agreed_amount()

    @api.depends("project_id", "contract_id")
    def _compute_proposal(self):
        for wizard in self:
            origin = wizard._get_origin()
            wizard.by = "percent" if origin._get_agreed_amount() else "amount"
            wizard.name = origin._get_advance_text()
            wizard.fiscal_position_id = origin._get_advance_position()

    @api.depends("by", "percent", "amount", "agreed_amount")
    def _compute_amount_to_bill(self):
        for wizard in self:
            of_agreed = wizard.agreed_amount * wizard.percent / FULL
            wizard.amount_to_bill = of_agreed if wizard.by == "percent" else wizard.amount

    def _get_origin(self):
        self.ensure_one()
        origin = self.project_id or self.contract_id
        if not origin:
            raise UserError(self.env._("An advance is on a job order or on a contract."))
        # The dialog tells of the job order what the one who opened it may read.
        origin.check_access("read")
        return origin

    def action_confirm(self):
        self.ensure_one()
        part = {self.by: self[self.by]}
        billed = self._get_origin().bill_advance(
            **part,
            name=self.name or None,
            fiscal_position_id=self.fiscal_position_id.id,
            # A dialog that is sent twice bills once.
            request_uuid=f"{self._name}-{self.id}",
        )
        return self.env["account.move"].browse(billed["invoice_ids"])._get_service_action()
