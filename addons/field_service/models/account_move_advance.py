from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.knowledge_base.locking import lock_rows


class AccountMove(models.Model):
    """Invoices of advances, and invoices from which advances are deducted."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move"

    def _is_downpayment(self):
        """Override of `account`: electronic invoices export an advance as such."""
        return super()._is_downpayment() or self._is_service_advance()

    def _is_service_advance(self):
        """Whether this is an invoice of an advance and of nothing else."""
        self.ensure_one()
        lines = self._get_product_lines()
        return (
            self.move_type == "out_invoice"
            and bool(lines)
            and all(line.service_advance_id and not line._is_deduction() for line in lines)
        )

    def _post(self, soft=True):
        """Extension of `account`: what was added to the invoice of an advance belongs to it; and
        no tax is deducted that isn't billed, nor what somebody else has paid.
        """
        for move in self:
            # All lines: they are read anyway, so that other invoices cost no query more.
            advances = move.line_ids.service_advance_id
            if advances and move.move_type == "out_invoice":
                move._complete_advance(advances)
                move._check_deductions()
                move._check_deducted_advances()
        posted = super()._post(soft=soft)
        for move in posted:
            advances = move.line_ids.service_advance_id
            if advances and move.move_type == "out_refund":
                # More than is left in all says on which invoice it was deducted.
                advances.flush_recordset()
                move._check_credited_advances()
        return posted

    def _complete_advance(self, advances):
        lines = self._get_product_lines()
        linked = lines.filtered("service_advance_id")
        if len(advances) == 1 and not any(line._is_deduction() for line in linked):
            (lines - linked).service_advance_id = advances
            # Whoever is billed has paid it, whatever the draft said first: Campo's bookkeeping.
            payer = {"partner_id": self.partner_id.id, "currency_id": self.currency_id.id}
            advances.sudo().write(payer)

    def _check_deductions(self):
        for taxes, lines in self._get_product_lines().grouped("tax_ids").items():
            if any(line._is_deduction() for line in lines) and (
                self.currency_id.compare_amounts(sum(lines.mapped("price_subtotal")), 0) < 0
            ):
                raise UserError(
                    self.env._(
                        "More is deducted than billed with tax %(taxes)s: lower the deduction of "
                        "the advance on this invoice.",
                        taxes=taxes._get_names(),
                    )
                )

    def _check_deducted_advances(self):
        """The draft may have got another payer, currency or tax since the advance was deducted."""
        whom = (self.company_id, self.partner_id.commercial_partner_id, self.currency_id)
        deducting = self._get_product_lines().filtered(lambda line: line._is_deduction())
        # What others have deducted counts too; accountants needn't be able to read each invoice.
        for advance_sudo, lines in deducting.sudo().grouped("service_advance_id").items():
            if advance_sudo._get_payer() != whom:
                raise UserError(
                    self.env._(
                        "The advance “%(advance)s” was billed to %(payer)s in %(currency)s: take "
                        "the line that deducts it off this invoice.",
                        advance=advance_sudo.name,
                        payer=advance_sudo.partner_id.display_name,
                        currency=advance_sudo.currency_id.name,
                    )
                )
            left = advance_sudo._get_left_by_taxes()
            for taxes in lines.grouped("tax_ids"):
                if self.currency_id.compare_amounts(left[taxes], 0) < 0:
                    raise UserError(
                        self.env._(
                            "The advance “%(advance)s” was not billed with tax %(taxes)s: deduct "
                            "it with the tax that it was billed with, or take its line off this "
                            "invoice.",
                            advance=advance_sudo.name,
                            taxes=taxes._get_names(),
                        )
                    )

    def _check_credited_advances(self):
        """A credit note takes back of an advance, and gives back of what was deducted, no more of a
        tax than there is.
        """
        lines = self._get_product_lines().filtered("service_advance_id")
        # What others have deducted counts too; accountants needn't be able to read each invoice.
        for advance_sudo, of_advance in lines.sudo().grouped("service_advance_id").items():
            left = advance_sudo._get_left_by_taxes()
            deducted = advance_sudo._get_deducted_by_taxes()
            for taxes in of_advance.grouped("tax_ids"):
                if self.currency_id.compare_amounts(min(deducted[taxes], left[taxes]), 0) < 0:
                    raise UserError(
                        self.env._(
                            "Of the advance “%(advance)s” with tax %(taxes)s more would be "
                            "credited than is left or was deducted: credit less, or with the tax "
                            "of the invoice.",
                            advance=advance_sudo.name,
                            taxes=taxes._get_names(),
                        )
                    )

    # === DEDUCTING === #

    def _create_from_work(self, lines, contracts=None, summary="line"):
        """Extension of its own model: deduct what was billed in advance on the job orders and
        contracts of this work and of these fees.
        """
        invoices = super()._create_from_work(lines, contracts, summary)
        contracts = contracts or self.env["service.contract"]
        advances = lines._find_advances(contracts)
        if advances:
            shares = lines._get_advance_shares(advances)
            for fee in contracts.fee_ids.filtered(
                lambda fee: fee.invoice_line_id.move_id in invoices
            ):
                line = fee.invoice_line_id
                shares[line.move_id][fee.contract_id][line.tax_ids] += line.price_subtotal
            advances._deduct(shares)
        return invoices

    def _deduct_advances_of(self, origin):
        """Deduct what was billed in advance from these draft invoices, which are about one job
        order or contract alone.
        """
        shares = {}
        for invoice in self:
            amounts = defaultdict(float)
            for line in invoice._get_product_lines():
                amounts[line.tax_ids] += line.price_subtotal
            shares[invoice] = {origin: amounts}
        projects = origin if origin._name == "project.project" else self.env["project.project"]
        contracts = origin if origin._name == "service.contract" else self.env["service.contract"]
        self.env["service.advance"]._find_open(projects, contracts)._deduct(shares)

    def _trim_deductions(self):
        """Give back what is deducted from these drafts beyond what they still bill."""
        groups = self._get_product_lines().grouped(lambda line: (line.move_id, line.tax_ids))
        for lines in groups.values():
            excess = -sum(lines.mapped("price_subtotal"))
            deducting = lines.filtered(lambda line: line._is_deduction())
            for line in deducting.sorted("id", reverse=True):
                if line.currency_id.compare_amounts(excess, 0) <= 0:
                    break
                part = min(excess, -line.price_subtotal)
                excess -= part
                line._deduct_less(part)

    def _trim_cents(self):
        """Deduct less, where the taxes of what is billed, rounded line by line, are some cents less
        than those of what is deducted: no invoice comes to less than nothing.
        """
        for invoice in self:
            while invoice.currency_id.compare_amounts(invoice.amount_total, 0) < 0:
                lines = invoice._get_product_lines().filtered(lambda line: line._is_deduction())
                if not lines:
                    break
                line = lines.sorted("id")[-1]
                line._deduct_less(min(-invoice.amount_total, -line.price_subtotal))

    @api.model
    def _foresee_deduction(self, bill, parts):
        """What an invoice that isn't made yet comes to less, before tax: as it is deducted, and as
        cents are trimmed.

        :param ForeseenBill bill: the invoice without what is deducted
        :param list parts: pairs of taxes and an amount before tax
        """
        key = bill.key
        while parts:
            deducting = [
                self._foresee_line(key, taxes, -taxes._get_price_of(amount), quantity=1)
                for taxes, amount in parts
            ]
            untaxed, total = self._foresee_amounts(key, [*bill.base_lines, *deducting])
            if key.currency.compare_amounts(total, 0) >= 0:
                return key.currency.round(bill.amount - untaxed)
            *parts, (taxes, _amount) = parts
            amount = -self._foresee_subtotal(deducting[-1])
            rest = key.currency.round(amount - min(-total, amount))
            if rest > 0:
                parts.append((taxes, rest))
        return 0.0


class AccountMoveLine(models.Model):
    """Lines that bill an advance, and lines that deduct it."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move.line"

    service_advance_id = fields.Many2one(
        "service.advance",
        string="Advance",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
        help="The advance that this line bills, or deducts if it is negative.",
    )

    def _copy_data_extend_business_fields(self, values):
        """Override of `account`: a credit note gives back what its invoice has deducted, and takes
        back the advance it has billed. A mere duplicate does neither.
        """
        result = super()._copy_data_extend_business_fields(values)
        values["service_advance_id"] = self.service_advance_id.id
        return result

    def _get_downpayment_lines(self):
        """Override of `account`: which lines were deducted; electronic invoices refer to them."""
        bills = self.filtered("service_advance_id").filtered(lambda line: line._is_deduction())
        return super()._get_downpayment_lines() | bills.service_advance_id.sudo().line_ids.filtered(
            lambda line: line.parent_state == "posted"
        )._get_advance_bills().with_env(self.env)

    def unlink(self):
        advances_sudo = self.service_advance_id.sudo()
        result = super().unlink()
        if advances_sudo:
            advances_sudo._delete_unbilled()
        return result

    def _is_deduction(self):
        """Whether this line of an advance deducts it, or, on a credit note, gives it back."""
        return bool(self.service_advance_id) and self.price_subtotal < 0

    def _deduct_less(self, part):
        """Lower a line that deducts an advance by a part of it, before tax."""
        self.ensure_one()
        rest = self.currency_id.round(-self.price_subtotal - part)
        if rest <= 0:
            self.unlink()
        else:
            self.price_unit = -self.tax_ids._get_price_of(rest)

    def _get_advance_amount(self):
        """What this line adds to what is left of its advance: what is billed is more, what is
        deducted less, on credit notes the other way round. A draft counts if it deducts.
        """
        self.ensure_one()
        is_bill = self.move_type == "out_invoice"
        if self.parent_state != "posted" and not (
            self.parent_state == "draft" and is_bill and self._is_deduction()
        ):
            return 0.0
        return self.price_subtotal if is_bill else -self.price_subtotal

    def _get_advance_bills(self):
        """Those of these lines that bill an advance on an invoice that stands.

        One that credit notes have paid stands too, unless the advance was billed anew.
        """
        bills = self.filtered(
            lambda line: (
                line.service_advance_id
                and line.move_type == "out_invoice"
                and line.price_subtotal > 0
                and line.parent_state != "cancel"
            )
        )
        paid_back = bills.filtered(lambda line: line.move_id.payment_state == "reversed")
        anew = (bills - paid_back).service_advance_id
        return bills - paid_back.filtered(lambda line: line.service_advance_id in anew)


class ServiceAdvance(models.Model):
    """How an advance gets onto an invoice, with the rights of whoever makes it."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.advance"

    def _deduct(self, shares):
        """Deduct these advances from draft invoices.

        :param dict shares: what is billed of each job order and contract:
            ``{invoice: {origin: {taxes: amount}}}``
        """
        if not self:
            return
        lock_rows(self)
        allocated = self._allocate(
            [
                (invoice.company_id, invoice.partner_id, invoice.currency_id, billed)
                for invoice, billed in shares.items()
            ]
        )
        values = [
            advance._prepare_deduction_values(invoice, taxes, amount)
            for invoice, parts in zip(shares, allocated, strict=True)
            for advance, taxes, amount in parts
        ]
        if values:
            lines = self.sudo(False).env["account.move.line"].create(values)
            lines.move_id._trim_cents()

    def _prepare_deduction_values(self, invoice, taxes, amount):
        self.ensure_one()
        origin = self._get_origin()
        bill = self.line_ids._get_advance_bills().filtered(lambda line: line.tax_ids == taxes)[:1]
        return {
            "move_id": invoice.id,
            "product_id": self.env.ref("field_service.product_advance").id,
            "name": self._get_deduction_text(),
            "quantity": 1,
            "price_unit": -taxes._get_price_of(amount),
            "account_id": bill.account_id.id,
            "tax_ids": [fields.Command.set(taxes.ids)],
            "service_advance_id": self.id,
            **self.env["account.move"]._prepare_service_analytic_values(
                origin._get_advance_account()
            ),
        }


class ServiceWorkLine(models.Model):
    """Work from whose invoice an advance is deducted."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    def _find_advances(self, contracts):
        """Advances on the job orders and contracts of this work, and on these contracts."""
        interventions = self.intervention_id
        return self.env["service.advance"]._find_open(
            interventions.project_id, interventions.contract_id | contracts
        )

    def _get_advance_origin(self, origins):
        """The job order or contract whose advance is deducted from this work: of two the first."""
        intervention = self.intervention_id
        for origin in (intervention.project_id, intervention.contract_id):
            if origin in origins:
                return origin
        return None

    def _get_advance_shares(self, advances):
        """What is billed of each job order and contract with an advance, by taxes.

        :return: ``{invoice: {origin: {taxes: amount}}}``
        """
        origins = {advance._get_origin() for advance in advances}
        shares = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
        surplus = self.invoice_line_id.move_id.invoice_line_ids.grouped("service_surplus_of_id")
        for invoice_line, lines in self.grouped("invoice_line_id").items():
            for billing in (invoice_line, *surplus.get(invoice_line, ())):
                for origin, part in lines._share_among_origins(billing.price_subtotal, origins):
                    shares[invoice_line.move_id][origin][billing.tax_ids] += part
        return shares

    def _share_among_origins(self, subtotal, origins):
        """What of an invoice line of this work is billed of which job order or contract.

        :param float subtotal: of the invoice line; work may be priced with its tax, what counts is
            what the line comes to
        :param origins: those with an advance
        :return: pairs of one of them and an amount
        """
        amounts = defaultdict(float)
        for line in self:
            amounts[line._get_advance_origin(origins)] += line.amount_invoice
        left, whole, shares = subtotal, sum(amounts.values()), []
        for origin, amount in amounts.items():
            part = self.currency_id.round(left * amount / whole) if whole else 0.0
            left, whole = left - part, whole - amount
            if origin:
                shares.append((origin, part))
        return shares

    @api.model
    def _foresee_deductions(self, bills, contracts):
        """What would be deducted from invoices that aren't made yet.

        :param list bills: ForeseenBills
        :return: for each what it comes to less, before tax
        """
        advances = self._find_advances(contracts)
        if not advances:
            return [0.0] * len(bills)
        origins = {advance._get_origin() for advance in advances}
        asked = []
        for bill in bills:
            shares = defaultdict(lambda: defaultdict(float))
            for subtotal, taxes, billed in bill.lines:
                if billed._name == "service.contract":
                    shares[billed][taxes] += subtotal
                    continue
                for origin, part in billed._share_among_origins(subtotal, origins):
                    shares[origin][taxes] += part
            asked.append((bill.key.company, bill.key.payer, bill.key.currency, shares))
        moves = self.env["account.move"]
        return [
            moves._foresee_deduction(bill, [(taxes, amount) for _advance, taxes, amount in parts])
            for bill, parts in zip(bills, advances._allocate(asked), strict=True)
        ]
