from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent
from odoo.addons.knowledge_base.locking import lock_rows

from ..progress import FULL
from .service_contract import FEE_MONTHS


class ServiceAdvanceMixin(models.AbstractModel):
    """Billing an advance, on what a job order or a contract is agreed to come to."""

    _name = "service.advance.mixin"
    _description = "Can be billed in advance"

    @idempotent
    def bill_advance(
        self, amount=None, percent=None, name=None, fiscal_position_id=None, request_uuid=None
    ):
        """Make a draft invoice of an advance: later bills deduct it once it is posted.

        :param float amount: before tax
        :param float percent: instead of an amount: of what is agreed
        :param str name: what the invoice says
        :param int fiscal_position_id: how it is taxed; as the place and the work are by default
        :return: ``{"advance_id": …, "invoice_ids": […]}``
        :raise AccessError: who may not make invoices
        """
        self.ensure_one()
        self.check_access("read")
        self.env["account.move"].check_access("create")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants bill advances."))
        # An advance is a row beside this one: touched, so that of two at once the second one is
        # repeated and counts the first one in.
        lock_rows(self, touch=True)
        self._check_may_bill_advance()
        amount = self._check_advance_amount(amount, percent)
        if name is not None and not isinstance(name, str):
            raise ValidationError(self.env._("Write the text of the invoice."))
        key = self._get_invoice_key()._replace(
            fiscal_position=self._check_advance_position(fiscal_position_id)
        )
        name = (name or "").strip() or self._get_advance_text()
        # Advances are Campo's bookkeeping: nobody writes them by hand.
        advance_sudo = self.env["service.advance"].sudo().create(self._prepare_advance(key, name))
        invoice = self.env["account.move"]._create_service_invoices(
            [
                (
                    key,
                    [self._get_advance_number()],
                    [self._prepare_advance_line_values(key, name, amount, advance_sudo)],
                )
            ]
        )
        return {"advance_id": advance_sudo.id, "invoice_ids": invoice.ids}

    # === CHECKS === #

    def _check_may_bill_advance(self):
        """Refuse what is over; an override says when."""

    def _check_advance_amount(self, amount, percent):
        if (amount is None) == (percent is None):
            raise ValidationError(self.env._("Write either an amount or a percent."))
        value = percent if amount is None else amount
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError(self.env._("Write the advance as a number."))
        agreed = self._get_agreed_amount()
        if amount is None:
            if not 0 < percent <= FULL:
                raise ValidationError(self.env._("The percent is more than 0 and at most 100."))
            if not agreed:
                raise UserError(
                    self.env._("Nothing is agreed yet: write the price, or the advance as amount.")
                )
            amount = agreed * percent / FULL
        amount = self.currency_id.round(amount)
        if not 0 < amount < 1e12:
            raise ValidationError(self.env._("An advance is more than 0."))
        charged = self._get_charged() + amount
        if self._is_advance_limited() and self.currency_id.compare_amounts(charged, agreed) > 0:
            raise UserError(
                self.env._(
                    "Advances, and what is invoiced already, would be more than the price that "
                    "is agreed."
                )
            )
        return amount

    def _get_charged(self):
        """What is charged of the agreed price: advances, drafts too, and what bills come to without
        them, before tax.
        """
        # What is left of a price is for those who may see prices: accountants may.
        return self.sudo().service_advance_ids._get_charged() + self._get_agreed_billed()

    def _check_advance_position(self, fiscal_position_id):
        if fiscal_position_id is None:
            return self._get_advance_position()
        positions = self.env["account.fiscal.position"]
        if type(fiscal_position_id) is int:
            company = self.company_id or self.env.company
            positions = positions.search(
                [
                    *positions._check_company_domain(company),
                    ("id", "=", fiscal_position_id),
                ]
            )
        if not positions and fiscal_position_id is not False:
            raise ValidationError(self.env._("Choose a fiscal position of this company."))
        return positions

    # === HOOKS === #

    def _get_agreed_amount(self):
        """What a percent is of, before tax; the caller may see prices."""
        raise NotImplementedError

    def _is_advance_limited(self):
        """Whether advances are never more than what is agreed."""
        return False

    def _get_agreed_billed(self):
        """What of the agreed price is invoiced without advances, or less advances, before tax."""
        return 0.0

    def _get_advance_number(self):
        """Under which number the invoice is found."""
        raise NotImplementedError

    def _get_advance_account(self):
        """The analytic account that advances and their deductions are booked on."""
        raise NotImplementedError

    def _get_advance_text(self):
        """What the invoice says, unless somebody writes something else."""
        raise NotImplementedError

    def _get_advance_sites(self):
        """Where the work is done."""
        raise NotImplementedError

    # === BUSINESS METHODS === #

    @api.model
    def _get_advance_payers_env(self, payer):
        # Whoever pays reads it, in their language.
        return self.with_context(lang=payer.lang or self.env.lang).env

    def _get_advance_position(self):
        """How an advance is taxed: as the place, if all places are taxed alike, before the job
        order or contract, before what holds for the payer.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        # How a place is taxed is for accountants; who may ask is asked by the caller.
        sites_sudo = self._get_advance_sites().sudo().with_company(company)
        places = {site_sudo.service_fiscal_position_id for site_sudo in sites_sudo}
        of_place = places.pop() if len(places) == 1 else None
        return of_place or self._get_invoice_key().fiscal_position

    def _prepare_advance(self, key, name):
        return {
            "name": name,
            "company_id": key.company.id,
            "currency_id": key.currency.id,
            "partner_id": key.payer.id,
        }

    def _prepare_advance_line_values(self, key, name, amount, advance):
        moves = self.env["account.move"]
        product = self.env.ref("field_service.product_advance")
        taxes, _account = moves._get_billed_as(product, key)
        return {
            "product_id": product.id,
            "name": name,
            "quantity": 1,
            "price_unit": taxes._get_price_of(amount),
            "service_advance_id": advance.id,
            **moves._prepare_service_analytic_values(self._get_advance_account()),
        }


class ProjectProject(models.Model):
    """Advances on a job order."""

    _name = "project.project"
    _inherit = ["project.project", "service.advance.mixin"]

    service_advance_ids = fields.One2many(
        "service.advance",
        "project_id",
        string="Advances",
        groups="field_service.field_service_group_price,account.group_account_invoice",
    )

    @api.constrains("service_price")
    def _check_price_covers_advances(self):
        for project in self.filtered("service_price"):
            charged = project._get_charged()
            if project.currency_id.compare_amounts(project.service_price, charged) < 0:
                raise ValidationError(project._get_price_sentence())

    def _check_may_bill_advance(self):
        """Override of `service.advance.mixin`"""
        self._check_job_open()
        if not self.partner_id:
            raise UserError(
                self.env._("Job order %(job_order)s has no customer.", job_order=self.display_name)
            )

    def _get_agreed_amount(self):
        """Override of `service.advance.mixin`: the price of the job order"""
        # Accountants invoice parts of it.
        return self.sudo().service_price

    def _is_advance_limited(self):
        """Override of `service.advance.mixin`: where a price is agreed"""
        return bool(self._get_agreed_amount())

    def _get_agreed_billed(self):
        """Override of `service.advance.mixin`: parts of the price"""
        # Accountants invoice parts of it.
        return self.sudo().service_billed_amount

    def _check_drafts_fit(self):
        """The advance on a draft isn't deducted yet: with it, bills pass no price."""
        self.ensure_one()
        drafts_sudo = self.sudo().service_advance_ids.filtered("draft_amount")
        price = self._get_agreed_amount()
        if drafts_sudo and self.currency_id.compare_amounts(self._get_charged(), price) > 0:
            raise UserError(
                self.env._(
                    "The advance “%(advance)s” is still a draft, and with it more than the price "
                    "would be invoiced: post it first, so that it is deducted, or delete it.",
                    advance=drafts_sudo[0].name,
                )
            )

    def _get_advance_number(self):
        """Override of `service.advance.mixin`"""
        return self.name

    def _get_advance_account(self):
        """Override of `service.advance.mixin`"""
        return self.account_id

    def _get_advance_sites(self):
        """Override of `service.advance.mixin`"""
        return self.service_intervention_ids.site_id

    def _get_advance_text(self):
        """Override of `service.advance.mixin`"""
        payers_env = self._get_advance_payers_env(self.partner_id)
        return payers_env._("Advance on job order %(job_order)s", job_order=self.name)

    def _prepare_advance(self, key, name):
        """Extension of `service.advance.mixin`"""
        return {**super()._prepare_advance(key, name), "project_id": self.id}

    def _get_amount_to_invoice(self):
        """Extension of its own model: what is paid in advance is invoiced already."""
        due = super()._get_amount_to_invoice()
        ahead = self.sudo().service_advance_ids._get_charged()
        return due if due <= 0 else max(due - ahead, 0.0)

    def _get_closing_checks(self):
        """Extension of its own model: advances that are deducted nowhere."""
        return {
            **super()._get_closing_checks(),
            "advances": (
                self.env._("Advances not deducted"),
                "field_service.service_advance_action",
                fields.Domain("project_id", "=", self.id)
                & fields.Domain("state", "in", ["draft", "open"]),
            ),
        }


class ServiceContract(models.Model):
    """Advances on a contract."""

    _name = "service.contract"
    _inherit = ["service.contract", "service.advance.mixin"]

    service_advance_ids = fields.One2many(
        "service.advance",
        "contract_id",
        string="Advances",
        groups="field_service.field_service_group_price,account.group_account_invoice",
    )

    def _check_may_bill_advance(self):
        """Override of `service.advance.mixin`"""
        if self.state == "closed":
            raise UserError(
                self.env._("Contract %(contract)s has ended.", contract=self.display_name)
            )

    def _get_agreed_amount(self):
        """Override of `service.advance.mixin`: the fees of a year"""
        # Accountants invoice the fee.
        return self.sudo().fee_amount * FEE_MONTHS["year"] / FEE_MONTHS[self.fee_period or "year"]

    def _get_advance_number(self):
        """Override of `service.advance.mixin`"""
        return self.number

    def _get_advance_account(self):
        """Override of `service.advance.mixin`"""
        return self.analytic_account_id

    def _get_advance_sites(self):
        """Override of `service.advance.mixin`"""
        return self.site_ids

    def _get_advance_text(self):
        """Override of `service.advance.mixin`"""
        payers_env = self._get_advance_payers_env(self.invoice_partner_id)
        return payers_env._("Advance on contract %(contract)s", contract=self.display_name)

    def _prepare_advance(self, key, name):
        """Extension of `service.advance.mixin`"""
        return {**super()._prepare_advance(key, name), "contract_id": self.id}
