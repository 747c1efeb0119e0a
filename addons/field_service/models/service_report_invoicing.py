from collections import defaultdict

from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import format_date, formatLang

from odoo.addons.knowledge_base.locking import lock_rows

from ..charging import is_exact
from .account_move_service import InvoiceKey


class ServiceReport(models.Model):
    """From signed reports to draft invoices: each line once, equal to the work to the cent."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.report"

    def create_invoices(self):
        """Make draft invoices of what these reports have to be invoiced.

        Many reports of one payer, order, CIG and CUP stand on one invoice. What is covered, blocked
        or invoiced already is left out; pressing twice, or together with somebody else, bills once.

        :return: ``{"invoice_ids": […], "line_ids": […]}``, the work lines that are on them now
        :raise AccessError: who may not make invoices
        """
        self.check_access("read")
        self.env["account.move"].check_access("create")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants make invoices of reports."))
        # Accountants read the work, what they add is the link to the invoice line.
        lines = self.sudo().work_line_ids._lock_to_invoice()
        invoices = self.env["account.move"]._create_from_work(lines)
        return {"invoice_ids": invoices.ids, "line_ids": lines.ids}

    # === ACTIONS === #

    def action_create_invoices(self):
        """Make the invoices and show them."""
        created = self.create_invoices()
        return self.env["account.move"].browse(created["invoice_ids"])._get_service_action()


class ServiceWorkLine(models.Model):
    """The part of a work line in its invoice."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    def _lock_to_invoice(self):
        """Those of these lines that are to be invoiced, locked; whoever comes second is repeated
        and finds none.
        """
        due = [("billing_state", "=", "to_bill"), ("invoice_line_id", "=", False)]
        return lock_rows(self, due).sorted(
            lambda line: (line.report_id.date, line.report_id.id, line.date, line.id)
        )

    def _get_invoice_key(self, positions):
        self.ensure_one()
        intervention = self.intervention_id
        own = self.payer_id == intervention.invoice_partner_id
        # A manufacturer who pays has no part in the customer's order.
        order = intervention if own else intervention.browse()
        return InvoiceKey(
            company=self.company_id,
            payer=self.payer_id,
            currency=self.currency_id,
            fiscal_position=self._get_fiscal_position(positions),
            contract=order.contract_id,
            customer_reference=order.customer_reference or "",
            customer_reference_date=order.customer_reference_date,
            cig=order.cig or "",
            cup=order.cup or "",
        )

    def _get_fiscal_positions(self):
        """How each payer of these lines is taxed by default, looked up once per payer.

        :return: {(company, payer): fiscal position}
        """
        return {
            (company, payer): self.env["account.fiscal.position"]
            .with_company(company)
            ._get_fiscal_position(payer)
            for company, lines in self.grouped("company_id").items()
            for payer in lines.payer_id
        }

    def _get_fiscal_position(self, positions):
        """How the work is taxed: as the intervention says, before what holds for the payer."""
        self.ensure_one()
        intervention = self.intervention_id
        if intervention.fiscal_position_id and self.payer_id == intervention.invoice_partner_id:
            return intervention.fiscal_position_id
        return positions[self.company_id, self.payer_id]

    def _group_by_invoice(self, summary="line"):
        """Which of these lines stand on one invoice.

        :param str summary: see ``service.invoice.run``; where the customer wants one invoice,
            contracts don't divide it, but orders, CIG and CUP do: they are exported with it
        :return: {InvoiceKey: lines}
        """
        positions = self._get_fiscal_positions()
        groups = defaultdict(list)
        for line in self:
            groups[line._get_invoice_key(positions)._summed_up(summary)].append(line.id)
        return {
            key: self.browse(ids).with_prefetch(self._prefetch_ids) for key, ids in groups.items()
        }

    def _prepare_invoice_lines(self, key, summary="line"):
        """What of these lines is written on their invoice.

        :return: pairs of the values of an invoice line and the work lines it bills
        """
        if summary == "line":
            return [(line._prepare_invoice_line_values(), line) for line in self]
        return self._prepare_summary_lines(key, summary)

    def _prepare_invoice_line_values(self):
        """Values of an invoice line; number and date of the report stand in its text, because
        electronic invoices know no sections.
        """
        self.ensure_one()
        report = self.report_id
        # Whoever pays reads it, in their language.
        payers_env = self.with_context(lang=self.payer_id.lang or self.env.lang).env
        values = {
            "product_id": self.product_id.id,
            "name": payers_env._(
                "%(line)s (report %(report)s of %(date)s)",
                line=self.name,
                report=report.number,
                date=format_date(payers_env, report.date),
            ),
            "quantity": self.quantity_invoice,
            "product_uom_id": self._get_billed_uom().id,
            "price_unit": self.price_unit,
            "discount": self.discount,
            # What Odoo would work out line by line, which costs the most of the time; where it
            # comes to another amount, with taxes in the price, it corrects it.
            "amount_currency": -self.amount_invoice,
            "balance": -self.amount_invoice,
            **self.env["account.move"]._prepare_service_analytic_values(
                self._get_cost_project().account_id
            ),
        }
        if self._is_rounded_as_a_whole():
            values.update(self._prepare_exact_values(payers_env, values["name"]))
        return values

    def _is_rounded_as_a_whole(self):
        """Whether Odoo would add up this line before rounding it, so that an invoice would come to
        a cent more or less than its lines.
        """
        return self.company_id.tax_calculation_rounding_method == "round_globally" and not is_exact(
            self.price_unit, self.quantity_invoice, self.discount, self.currency_id.decimal_places
        )

    def _prepare_exact_values(self, payers_env, name):
        """The line in one piece, quantity and price in its text."""
        price = formatLang(payers_env, self.price_unit, dp="Product Price")
        quantity = formatLang(payers_env, self.quantity_invoice, digits=2)
        unit = self._get_billed_uom().with_env(payers_env).name
        text = payers_env._(
            "%(line)s: %(quantity)s %(unit)s at %(price)s",
            line=name,
            quantity=quantity,
            unit=unit,
            price=price,
        )
        if self.discount:
            text = payers_env._(
                "%(line)s, less %(discount)s %%",
                line=text,
                discount=formatLang(payers_env, self.discount, digits=2),
            )
        return {
            "name": text,
            "quantity": 1,
            "product_uom_id": self.product_id.uom_id.id,
            "price_unit": self.amount_invoice,
            "discount": 0,
        }
