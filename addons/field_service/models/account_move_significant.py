from collections import defaultdict

from odoo import api, fields, models

from ..significant import split_values


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_significant_good = fields.Boolean(
        string="Significant good",
        help="Where the place's fiscal position says so, what it is worth beyond labour and other "
        "parts is taxed at its own rate, on a line of its own.",
    )


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_own_taxes(self, company):
        """What a good is taxed with of itself, whatever the place."""
        return self.taxes_id.filtered(lambda tax: tax.company_id in company.parent_ids)


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    splits_significant_goods = fields.Boolean(
        string="Split significant goods",
        help="Significant goods are taxed by this position up to the value of labour and other "
        "parts, beyond it by their own taxes.",
    )


class AccountMoveLine(models.Model):
    """A significant good on an invoice: one line taxed as the work, one beyond it."""

    _inherit = "account.move.line"

    service_surplus_of_id = fields.Many2one(
        "account.move.line",
        string="Beyond the value of",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )

    def _free_service_lines(self):
        """Extension of its own model: what is beyond goes with the good it belongs to."""
        result = super()._free_service_lines()
        beyond = self.search(
            [
                ("service_surplus_of_id", "in", self.ids),
                ("id", "not in", self.ids),
                ("parent_state", "=", "draft"),
            ]
        )
        if beyond:
            beyond.unlink()
        return result

    def _split_significant_goods(self):
        """Split the significant goods among these lines, of one intervention on one invoice."""
        goods = self.filtered(lambda line: line.product_id.is_significant_good)
        rest = sum((self - goods).mapped("price_subtotal"))
        parts = split_values(goods.mapped("price_subtotal"), rest)
        for line, (as_work, beyond) in zip(goods, parts, strict=True):
            if beyond:
                line._split_surplus(as_work, beyond)

    def _split_surplus(self, as_work, beyond):
        """Leave on this line what is taxed as the work, and put the rest on a line of its own."""
        self.ensure_one()
        payers_env = self.with_context(lang=self.partner_id.lang or self.env.lang).env
        taxes = self.product_id._get_own_taxes(self.company_id)
        values = {"quantity": 1, "discount": 0}
        name = self.name
        surplus = {
            **values,
            "name": payers_env._("%(line)s, beyond the value of the work", line=name),
            "price_unit": taxes._get_price_of(beyond),
            "tax_ids": [fields.Command.set(taxes.ids)],
        }
        if not as_work:
            # Nothing of it is taxed as the work: one line is enough.
            self.write({**surplus, "name": name})
            return
        self.write(
            {
                **values,
                "name": payers_env._("%(line)s, up to the value of the work", line=name),
                "price_unit": self.tax_ids._get_price_of(as_work),
            }
        )
        self.create(
            {
                **surplus,
                "move_id": self.move_id.id,
                "product_id": self.product_id.id,
                "analytic_distribution": self.analytic_distribution,
                "service_surplus_of_id": self.id,
            }
        )


class AccountMove(models.Model):
    """Invoices of work at places where significant goods are split."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move"

    def _create_from_work(self, lines, contracts=None, summary="line"):
        """Extension of its own model: the value of the work is that of one intervention on one
        invoice.
        """
        invoices = super()._create_from_work(lines, contracts, summary)
        of_places = invoices.filtered("fiscal_position_id.splits_significant_goods")
        of_one = {}
        for line in lines if of_places else ():
            # Invoices are made with the rights of whoever asks for them.
            invoice_line = line.invoice_line_id.with_env(self.sudo(False).env)
            if invoice_line.move_id in of_places:
                key = (invoice_line.move_id, line.intervention_id)
                of_one[key] = of_one.get(key, invoice_line.browse()) | invoice_line
        for invoice_lines in of_one.values():
            invoice_lines._split_significant_goods()
        return invoices

    @api.model
    def _foresee_bill(self, key, part):
        """Extension of its own model: a good is foreseen split."""
        bill = super()._foresee_bill(key, part)
        if not key.fiscal_position.splits_significant_goods:
            return bill
        works = defaultdict(list)
        for place, (_amount, _taxes, billed) in enumerate(bill.lines):
            if billed._name == "service.work.line":
                works[billed.intervention_id].append(place)
        lines = list(bill.lines)
        for places in works.values():
            goods = [p for p in places if bill.lines[p][2].product_id.is_significant_good]
            rest = sum(bill.lines[p][0] for p in places if p not in goods)
            parts = split_values([bill.lines[p][0] for p in goods], rest)
            for p, (as_work, beyond) in zip(goods, parts, strict=True):
                _amount, taxes, billed = lines[p]
                lines[p] = (as_work, taxes, billed)
                lines.append((beyond, billed.product_id._get_own_taxes(key.company), billed))
        return bill._replace(lines=lines)


class ServiceWorkLine(models.Model):
    """Work at places where significant goods are split."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    def _prepare_invoice_lines(self, key, summary="line"):
        """Extension of its own model: a good that is split stands on a line of its own."""
        if key.fiscal_position.splits_significant_goods:
            summary = "line"
        return super()._prepare_invoice_lines(key, summary)
