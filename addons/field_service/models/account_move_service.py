from collections import defaultdict
from datetime import date
from typing import NamedTuple

from odoo import api, fields, models


class InvoiceKey(NamedTuple):
    """What must be equal for work to stand on one invoice."""

    company: models.BaseModel
    payer: models.BaseModel
    currency: models.BaseModel
    fiscal_position: models.BaseModel
    contract: models.BaseModel
    customer_reference: str
    customer_reference_date: date | bool
    cig: str
    cup: str

    def _summed_up(self, summary):
        """The key of a summary per customer, see ``service.invoice.run``."""
        if summary == "line" or self.customer_reference or self.cig or self.cup:
            return self
        return self._replace(contract=self.contract.browse())


class ForeseenBill(NamedTuple):
    """An invoice that isn't made yet.

    ``lines`` are its lines: for each its amount before tax, its taxes, and what it bills (work
    lines, or the contract whose fee it is). ``amount`` is what they come to on the invoice: where
    taxes are in prices and rounded as a whole, it may be a cent off their sum. ``base_lines`` are
    the lines as Odoo reckons with them.
    """

    key: InvoiceKey
    lines: list
    amount: float
    base_lines: list

    def _get_billed(self, name):
        """What it bills of a model."""
        billed = [billed for _amount, _taxes, billed in self.lines if billed._name == name]
        return self.key.payer.env[name].union(*billed)


class AccountMove(models.Model):
    """How Campo makes an invoice, of work or of fees."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move"

    @api.model
    def _create_from_work(self, lines, contracts=None, summary="line"):
        """Make draft invoices of work and of fees that are due, each work line pointing at its
        invoice line afterwards. The caller has locked them.

        :param recordset contracts: whose next fee is due
        :param str summary: see ``service.invoice.run``
        """
        parts = self._prepare_from_work(lines, contracts or (), summary)
        invoices = self._create_service_invoices(
            [
                (key, self._get_origins(part), [values for values, _billed in part])
                for key, part in parts.items()
            ]
        )
        fees = {}
        for of_invoice, invoice in zip(parts.values(), invoices, strict=True):
            invoice_lines = invoice.invoice_line_ids.sorted("id")
            for (_values, billed), invoice_line in zip(of_invoice, invoice_lines, strict=True):
                if billed._name == "service.contract":
                    fees[billed] = invoice_line
                else:
                    # Which invoice bills a line is written by Campo alone, see KEPT_FIELDS.
                    billed.sudo().invoice_line_id = invoice_line
        if contracts:
            contracts._note_fees([fees[contract] for contract in contracts])
            contracts._advance_fee_date()
        return invoices

    @api.model
    def _prepare_from_work(self, lines, contracts, summary):
        """What stands on which invoice.

        :return: for each InvoiceKey pairs of the values of an invoice line and what it bills: work
            lines, or the contract whose fee it is
        """
        parts = {
            key: of_key._prepare_invoice_lines(key, summary)
            for key, of_key in lines._group_by_invoice(summary).items()
        }
        for contract in contracts:
            key = contract._get_invoice_key()._summed_up(summary)
            fee = (contract._prepare_fee_line_values(key), contract)
            parts.setdefault(key, []).append(fee)
        return parts

    @api.model
    def _get_origins(self, part):
        """The numbers of what an invoice is about, of interventions and contracts."""
        return [
            record.number
            for _values, billed in part
            for record in (billed if billed._name == "service.contract" else billed.intervention_id)
        ]

    @api.model
    def _create_service_invoices(self, drafts):
        """Make draft invoices, all of a company in one go, with the rights of whoever is logged in.

        :param list drafts: for each invoice its InvoiceKey, the numbers of what it is about, and
            the values of its lines
        :return: the invoices, in the same order
        """
        places = defaultdict(list)
        for place, (key, _origins, _lines) in enumerate(drafts):
            places[key.company].append(place)
        invoice_ids = [0] * len(drafts)
        for company, of_company in places.items():
            values = [self._prepare_service_invoice(*drafts[place]) for place in of_company]
            created = self.sudo(False).with_company(company).create(values)
            for place, invoice in zip(of_company, created, strict=True):
                invoice_ids[place] = invoice.id
        return self.browse(invoice_ids)

    @api.model
    def _prepare_service_invoice(self, key, origins, line_values):
        return {
            "move_type": "out_invoice",
            "partner_id": key.payer.id,
            "currency_id": key.currency.id,
            "fiscal_position_id": key.fiscal_position.id,
            # Electronic invoices carry it as the customer's order: never our numbers.
            "ref": key.customer_reference or False,
            "invoice_origin": ", ".join(dict.fromkeys(origins)),
            "invoice_line_ids": [fields.Command.create(values) for values in line_values],
            **self._prepare_service_invoice_values(key),
        }

    @api.model
    def _prepare_service_invoice_values(self, key):
        """More values of an invoice: an override for electronic invoices fills CIG and CUP in.

        :param InvoiceKey key: what its lines have in common
        """
        return {}

    @api.model
    def _prepare_service_analytic_values(self, account):
        """Values of an invoice line that book it on one analytic account, or on none."""
        return {"analytic_distribution": {str(account.id): 100.0} if account else False}

    @api.model
    def _get_billed_as(self, product, key):
        """How a product is taxed and booked on an invoice.

        :return: its taxes, as the fiscal position maps them, and its account
        """
        product = product.with_company(key.company)
        account = product.product_tmpl_id.get_product_accounts(fiscal_pos=key.fiscal_position)[
            "income"
        ]
        sold = product.taxes_id._filter_taxes_by_company(key.company)
        taxes = sold or account.tax_ids.filtered(lambda tax: tax.type_tax_use == "sale")
        return key.fiscal_position.map_tax(taxes), account

    # === FORESEEING === #

    @api.model
    def _foresee_from_work(self, lines, contracts, summary):
        """What ``_create_from_work`` would make, advances aside; nothing is made.

        :return: a ForeseenBill for each invoice
        """
        # One without a product for its fee is told when its invoice is made: it stops no other.
        able = contracts.filtered("fee_product_id")
        parts = self._prepare_from_work(lines, able, summary)
        for contract in contracts - able:
            key = contract._get_invoice_key()._summed_up(summary)
            values = {"quantity": 1, "price_unit": contract._get_fee_due(), "tax_ids": [(6, 0, [])]}
            parts.setdefault(key, []).append((values, contract))
        return [self._foresee_bill(key, part) for key, part in parts.items()]

    @api.model
    def _foresee_bill(self, key, part):
        """One invoice of these lines, worked out by Odoo as it does for those that are made."""
        taxes_of = {}
        base_lines = []
        for values, _billed in part:
            product = self.env["product.product"].browse(values.get("product_id") or ())
            if "tax_ids" in values:
                taxes = self.env["account.tax"].browse(values["tax_ids"][0][2])
            elif product in taxes_of:
                taxes = taxes_of[product]
            else:
                taxes, _account = self._get_billed_as(product, key)
                taxes_of[product] = taxes
            base_lines.append(
                self._foresee_line(
                    key,
                    taxes,
                    values["price_unit"],
                    product_id=product,
                    quantity=values["quantity"],
                    discount=values.get("discount", 0.0),
                )
            )
        amount, _total = self._foresee_amounts(key, base_lines)
        return ForeseenBill(
            key=key,
            lines=[
                (self._foresee_subtotal(base_line), base_line["tax_ids"], billed)
                for base_line, (_values, billed) in zip(base_lines, part, strict=True)
            ],
            amount=amount,
            base_lines=base_lines,
        )

    @api.model
    def _foresee_line(self, key, taxes, price_unit, **values):
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None, tax_ids=taxes, price_unit=price_unit, currency_id=key.currency, **values
        )

    @api.model
    def _foresee_subtotal(self, base_line):
        """What a line comes to before tax, once the amounts of its invoice were foreseen."""
        return base_line["tax_details"]["total_excluded_currency"]

    @api.model
    def _foresee_amounts(self, key, base_lines):
        """What these lines come to on one invoice, before tax and with it."""
        Tax = self.env["account.tax"]
        Tax._add_tax_details_in_base_lines(base_lines, key.company)
        Tax._round_base_lines_tax_details(base_lines, key.company)
        totals = Tax._get_tax_totals_summary(base_lines, key.currency, key.company)
        return totals["base_amount_currency"], totals["total_amount_currency"]
