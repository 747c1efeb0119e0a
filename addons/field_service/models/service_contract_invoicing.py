from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.knowledge_base.locking import lock_rows

from .account_move_service import InvoiceKey


class ServiceContract(models.Model):
    """Fees of contracts: due ones become draft invoices, each period once."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.contract"

    def create_fee_invoices(self, until=None):
        """Make draft invoices of the fees that are due.

        :param str until: date up to which fees are taken; today by default
        :return: ``{"invoice_ids": […], "contract_ids": […]}``
        :raise AccessError: who may not make invoices
        """
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants invoice fees."))
        day = self.env["service.intervention"]._check_day(until)
        until = day or fields.Date.context_today(self)
        due_sudo = self._lock_due(until)
        invoices = self.env["account.move"]._create_from_work(
            self.env["service.work.line"], contracts=due_sudo
        )
        return {"invoice_ids": invoices.ids, "contract_ids": due_sudo.ids}

    def _filter_due(self, until):
        """Contracts of these with a fee due, to be looked at."""
        return self.filtered(
            lambda contract: (
                contract.state == "open"
                and contract.next_fee_date
                and contract.next_fee_date <= until
                and contract.fee_amount > 0
            )
        )

    def _lock_due(self, until):
        """Those of these contracts with a fee due, locked."""
        due = [
            ("state", "=", "open"),
            ("next_fee_date", "<=", until),
            ("fee_amount", ">", 0),
        ]
        # Accountants read contracts; what they change is the date of the next fee.
        return lock_rows(self.sudo(), due)

    def _prepare_fee_line_values(self, key, fee=None):
        """Values of the invoice line of the fee that is due, or of one that was invoiced before.

        :param InvoiceKey key: of the invoice
        """
        self.ensure_one()
        if not self.fee_product_id:
            raise UserError(
                self.env._(
                    "Contract %(contract)s has no product for its fee.", contract=self.display_name
                )
            )
        return self._prepare_contract_line_values(
            key,
            self.fee_product_id,
            self._get_fee_text(fee.date_from, fee.date_to) if fee else self._get_fee_description(),
            fee.amount if fee else self._get_fee_due(),
        )

    def _prepare_contract_line_values(self, key, product, name, amount):
        """Values of an invoice line of what is agreed in a contract.

        :param InvoiceKey key: of the invoice
        :param float amount: before tax, also where our prices are with it
        """
        self.ensure_one()
        moves = self.env["account.move"]
        taxes, _account = moves._get_billed_as(product, key)
        return {
            "product_id": product.id,
            "name": name,
            "quantity": 1,
            "price_unit": taxes._get_price_of(amount),
            **moves._prepare_service_analytic_values(self.analytic_account_id),
        }

    def _get_invoice_key(self):
        self.ensure_one()
        payer = self.invoice_partner_id
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        return InvoiceKey(
            company=self.company_id,
            payer=payer,
            currency=self.currency_id,
            fiscal_position=self.fiscal_position_id or positions._get_fiscal_position(payer),
            contract=self,
            customer_reference=self.customer_reference or "",
            customer_reference_date=self.customer_reference_date,
            cig=self.cig or "",
            cup=self.cup or "",
        )

    def action_create_fee_invoices(self):
        created = self.create_fee_invoices()
        if not created["invoice_ids"]:
            raise UserError(self.env._("No fee is due."))
        return self.env["account.move"].browse(created["invoice_ids"])._get_service_action()
