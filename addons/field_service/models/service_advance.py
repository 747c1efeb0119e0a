from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..advances import deduct


class ServiceAdvance(models.Model):
    """What a customer is billed in advance (*acconto*) on a job order or a contract.

    What of it is billed, deducted and left is worked out from lines of invoices and credit notes
    that belong to it: deleting, cancelling or crediting an invoice needs no bookkeeping here. What
    is deducted counts from the draft on, so that nobody else deducts it; everything else counts
    once it is posted.
    """

    _name = "service.advance"
    _description = "Advance of a Customer"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Description", required=True, readonly=True)
    project_id = fields.Many2one(
        "project.project",
        string="Job order",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    contract_id = fields.Many2one(
        "service.contract", index="btree_not_null", ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Payer", required=True, readonly=True, ondelete="restrict"
    )
    line_ids = fields.One2many(
        "account.move.line",
        "service_advance_id",
        string="Lines of invoices",
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    invoice_id = fields.Many2one("account.move", compute="_compute_invoice_id", compute_sudo=True)
    draft_amount = fields.Monetary(
        string="On a draft", compute="_compute_amounts", store=True, compute_sudo=True
    )
    billed_amount = fields.Monetary(
        string="Invoiced",
        compute="_compute_amounts",
        store=True,
        compute_sudo=True,
        help="On posted invoices, less what was credited.",
    )
    deducted_amount = fields.Monetary(
        string="Deducted", compute="_compute_amounts", store=True, compute_sudo=True
    )
    remaining_amount = fields.Monetary(
        string="To be deducted", compute="_compute_amounts", store=True, compute_sudo=True
    )
    state = fields.Selection(
        selection=[
            ("draft", "Draft invoice"),
            ("open", "To be deducted"),
            ("done", "Deducted"),
            ("cancelled", "Taken back"),
        ],
        compute="_compute_amounts",
        store=True,
        compute_sudo=True,
    )

    _open_idx = models.Index("(company_id) WHERE remaining_amount > 0")
    _one_origin = models.Constraint(
        "CHECK ((project_id IS NULL) <> (contract_id IS NULL))",
        "An advance is on a job order or on a contract.",
    )

    # === COMPUTE METHODS === #

    @api.depends("line_ids.price_subtotal", "line_ids.parent_state", "line_ids.move_type")
    def _compute_amounts(self):
        for advance in self:
            draft = billed = deducted = 0.0
            for line in advance.line_ids:
                amount = line._get_advance_amount()
                if line._is_deduction():
                    deducted -= amount
                elif line.parent_state == "posted":
                    billed += amount
                elif line.parent_state == "draft" and line.move_type == "out_invoice":
                    draft += line.price_subtotal
            rounded = advance.currency_id.round
            advance.draft_amount = rounded(draft)
            advance.billed_amount = rounded(billed)
            advance.deducted_amount = rounded(deducted)
            advance.remaining_amount = rounded(billed - deducted)
            advance.state = advance._get_state()

    def _get_state(self):
        self.ensure_one()
        if self.remaining_amount > 0:
            return "open"
        if self.draft_amount > 0:
            return "draft"
        return "done" if self.deducted_amount > 0 else "cancelled"

    @api.depends("line_ids.parent_state")
    def _compute_invoice_id(self):
        for advance in self:
            advance.invoice_id = advance.line_ids._get_advance_bills().move_id.sorted("id")[-1:]

    # === CONSTRAINT METHODS === #

    @api.constrains("remaining_amount", "deducted_amount")
    def _check_remaining_amount(self):
        """Whatever is done to its invoices: what is deducted has been billed, and what is given
        back has been deducted.
        """
        for advance in self.sudo():
            if advance.currency_id.compare_amounts(advance.deducted_amount, 0) < 0:
                raise ValidationError(
                    self.env._(
                        "Of the advance “%(advance)s” more would be given back than was deducted: "
                        "cancel the credit note first, or give back less.",
                        advance=advance.name,
                    )
                )
            if advance.currency_id.compare_amounts(advance.remaining_amount, 0) >= 0:
                continue
            deducting = advance.line_ids.filtered(
                lambda line: line._is_deduction() and line.parent_state != "cancel"
            ).move_id
            if not deducting:
                raise ValidationError(
                    self.env._(
                        "Of the advance “%(advance)s” more would be credited than was billed: "
                        "credit less, or post its invoice first.",
                        advance=advance.name,
                    )
                )
            raise ValidationError(
                self.env._(
                    "Of the advance “%(advance)s” more would be deducted than was billed. It is "
                    "deducted on %(invoices)s: cancel that one first, or credit less.",
                    advance=advance.name,
                    invoices=", ".join(deducting.mapped("display_name")),
                )
            )

    # === BUSINESS METHODS === #

    @api.model
    def _find_open(self, projects, contracts):
        """Advances of these job orders and contracts of which something is left, oldest first.

        :return: the advances, in sudo: accountants needn't read each invoice
        """
        of_projects = Domain("project_id", "in", projects.ids)
        of_contracts = Domain("contract_id", "in", contracts.ids)
        found_sudo = self.sudo().search(
            Domain("remaining_amount", ">", 0) & (of_projects | of_contracts)
        )
        return found_sudo.sorted(lambda advance: (advance._get_date(), advance.id))

    def _get_date(self):
        """When it was billed."""
        invoice = self.invoice_id
        return invoice.invoice_date or invoice.date

    def _get_left_by_taxes(self):
        """What is left of one advance, by the taxes it was billed with.

        :return: {taxes: amount}
        """
        self.ensure_one()
        left = defaultdict(float)
        for line in self.line_ids:
            left[line.tax_ids] += line._get_advance_amount()
        return left

    def _get_deducted_by_taxes(self):
        """What is deducted of one advance, less what was given back, by the taxes of the lines.

        :return: {taxes: amount}
        """
        self.ensure_one()
        deducted = defaultdict(float)
        for line in self.line_ids:
            if line._is_deduction():
                deducted[line.tax_ids] -= line._get_advance_amount()
        return deducted

    def _get_charged(self):
        """What these advances charge of a price beside what deducts them, in the currency of their
        companies: an advance may be billed in another one.
        """
        return sum(
            advance.currency_id._convert(
                advance.billed_amount + advance.draft_amount - advance.deducted_amount,
                advance.company_id.currency_id,
                advance.company_id,
                advance._get_date() or fields.Date.context_today(advance),
            )
            for advance in self
        )

    def _get_deductible(self):
        """What is left of one advance by taxes, together never more than is left of it.

        :return: {taxes: amount}
        """
        rest, deductible = self.remaining_amount, {}
        for taxes, amount in self._get_left_by_taxes().items():
            deductible[taxes] = max(min(amount, rest), 0.0)
            rest -= deductible[taxes]
        return deductible

    def _allocate(self, bills):
        """Which of these advances are deducted from which bill.

        :param list bills: for each its company, payer and currency, and what is billed there of
            each job order and contract: ``{origin: {taxes: amount}}``
        :return: for each bill a list of (advance, taxes, amount)
        """
        left = {advance: advance._get_deductible() for advance in self}
        result = []
        for company, payer, currency, billed in bills:
            whom = (company, payer.commercial_partner_id, currency)
            parts = []
            for origin, amounts in billed.items():
                own = self.filtered(
                    lambda a, whom=whom, origin=origin: (
                        a._get_payer() == whom and a._get_origin() == origin
                    )
                )
                deducted = deduct([left[a] for a in own], amounts, currency.decimal_places)
                for advance, by_taxes in zip(own, deducted, strict=True):
                    for taxes, amount in by_taxes.items():
                        left[advance][taxes] -= amount
                        parts.append((advance, taxes, amount))
            result.append(parts)
        return result

    def _get_payer(self):
        """From whose bills it may be deducted: company, customer and currency."""
        return self.company_id, self.partner_id.commercial_partner_id, self.currency_id

    def _get_origin(self):
        """The job order or contract that it is on."""
        return self.project_id or self.contract_id

    def _get_deduction_text(self):
        """What the invoice says: number and date of the advance, in the payer's language."""
        self.ensure_one()
        payers_env = self.with_context(lang=self.partner_id.lang or self.env.lang).env
        return payers_env._(
            "Deduction of the advance of invoice %(invoice)s of %(date)s",
            invoice=self.invoice_id.name,
            date=format_date(payers_env, self._get_date()),
        )

    def _delete_unbilled(self):
        """An advance whose draft invoice was deleted was never made."""
        self.exists().filtered(lambda advance: not advance.line_ids).unlink()

    # === ACTIONS === #

    def action_open_invoice(self):
        """Open the invoice of the advance."""
        self.ensure_one()
        self.check_access("read")
        # Whose right to the invoice is checked when it is opened.
        return self.env["account.move"].browse(self.sudo().invoice_id.ids)._get_service_action()
