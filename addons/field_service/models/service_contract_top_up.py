from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import float_round, format_date

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from ..batches import each_apart

MAX_HOURS = 10_000


class ServiceContractTopUp(models.Model):
    """Hours that a customer has bought on top (*ricarica*): how many, at which price, until when.

    What is left of them on their last day lapses: they are used after the hours of the contract.
    """

    _name = "service.contract.top.up"
    _description = "Top-up of an Hours Bank"
    _order = "contract_id, date desc, id desc"
    _rec_name = "date"

    contract_id = fields.Many2one(
        "service.contract", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    hours = fields.Float(required=True, readonly=True)
    price = fields.Monetary(readonly=True, help="Of all hours together, before tax.")
    valid_until = fields.Date(readonly=True)
    lapsed_hours = fields.Float(readonly=True)
    has_lapsed = fields.Boolean(readonly=True, export_string_translation=False)
    invoice_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null", readonly=True
    )
    invoice_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")

    _valid_idx = models.Index("(valid_until) WHERE has_lapsed IS NOT TRUE")

    def action_create_invoice(self):
        """Invoice a top-up again whose invoice was cancelled, and show the invoice."""
        self.ensure_one()
        self.contract_id._check_may_top_up()
        if self.invoice_line_id or not self.price:
            raise UserError(self.env._("There is nothing to invoice of this top-up."))
        return self._create_invoice()._get_service_action()

    def action_take_back(self):
        """Take hours back that are not used, of a top-up that is on no invoice."""
        self.ensure_one()
        self.contract_id._check_may_top_up()
        if self.invoice_line_id:
            raise UserError(
                self.env._(
                    "These hours are on invoice %(invoice)s. Cancel the invoice first.",
                    invoice=self.invoice_id.display_name,
                )
            )
        contract_sudo = self.contract_id.sudo()
        hours = self.hours - self.lapsed_hours
        if contract_sudo.remaining_hours < hours - 1e-6:
            raise UserError(self.env._("Some of these hours are used already."))
        contract_sudo.included_hours -= hours
        self.sudo().unlink()

    def _create_invoice(self):
        """A draft invoice of one top-up."""
        self.ensure_one()
        contract = self.contract_id
        product = self.env.ref("field_service.product_hours")
        payers_env = self.with_context(lang=contract.invoice_partner_id.lang or self.env.lang).env
        text = payers_env._(
            "Contract %(contract)s, top-up of %(hours)s hours",
            contract=contract.display_name,
            hours=f"{self.hours:g}",
        )
        if self.valid_until:
            text = payers_env._(
                "%(top_up)s, valid until %(date)s",
                top_up=text,
                date=format_date(payers_env, self.valid_until),
            )
        key = contract._get_invoice_key()
        values = contract._prepare_contract_line_values(key, product, text, self.price)
        invoice = self.env["account.move"]._create_service_invoices(
            [(key, [contract.number], [values])]
        )
        # What Campo keeps is written by Campo alone.
        self.sudo().invoice_line_id = invoice.invoice_line_ids
        invoice._deduct_advances_of(contract)
        return invoice

    @api.model
    def _cron_lapse(self):
        """Take back what is left of top-ups that are valid no more."""
        over = self.search(
            [
                ("has_lapsed", "=", False),
                ("valid_until", "<", fields.Date.context_today(self)),
            ],
            order="valid_until, id",
        )
        each_apart(over, type(self)._lapse, type(self)._tell_not_lapsed)

    def _lapse(self):
        contract = self.contract_id
        longer = contract.top_up_ids.filtered(self._is_outlived_by)
        left = contract.remaining_hours - sum(longer.mapped("hours"))
        lapsed = max(min(self.hours, left), 0.0)
        self.write({"lapsed_hours": float_round(lapsed, 4), "has_lapsed": True})
        if lapsed:
            contract.included_hours -= lapsed
            texts = contract.with_context(lang=contract.user_id.lang or self.env.lang).env
            contract.message_post(
                body=texts._(
                    "%(hours)s hours of the top-up of %(date)s have lapsed.",
                    hours=f"{lapsed:g}",
                    date=format_date(texts, self.date),
                )
            )

    def _get_left(self):
        """What is left of these top-ups, of one contract, at its renewal: the contract's own hours
        were used first, and of top-ups those that end first. Those that are used up are closed.
        """
        valid = self.filtered(lambda top_up: not top_up.has_lapsed)
        bought = sum(valid.mapped("hours"))
        left = max(min(bought, self.contract_id.remaining_hours), 0.0)
        used = bought - left
        for top_up in valid.sorted(lambda t: (not t.valid_until, t.valid_until or t.date, t.id)):
            if top_up.hours > used + 1e-6:
                break
            used -= top_up.hours
            top_up.has_lapsed = True
        return left

    def _is_outlived_by(self, other):
        """Whether another top-up is valid longer: hours that end first were used first."""
        return not other.has_lapsed and (
            not other.valid_until or (other.valid_until, other.id) > (self.valid_until, self.id)
        )

    def _tell_not_lapsed(self, error):
        """Put a task on the contract; the next run tries again."""
        contract = self.contract_id
        texts = contract.with_context(lang=contract.user_id.lang or self.env.lang).env
        summary = texts._("Hours of a top-up could not lapse")
        if summary not in contract.activity_ids.mapped("summary"):
            contract.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=str(error) if isinstance(error, UserError) else False,
                user_id=contract.user_id.id or self.env.uid,
            )


class ServiceContract(models.Model):
    """Topping up the hours bank."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.contract"

    top_up_ids = fields.One2many("service.contract.top.up", "contract_id", string="Top-ups")

    @idempotent
    def top_up(self, hours, price=0.0, valid_until=None, request_uuid=None):
        """Add hours to the hours bank, and make a draft invoice of their price.

        :param float price: of all hours together, before tax; nothing makes no invoice
        :param str valid_until: their last day; none by default
        :return: ``{"top_up_id": …, "invoice_ids": […], "remaining_hours": …}``
        :raise AccessError: who may not make invoices
        """
        self.ensure_one()
        self._check_may_top_up()
        hours = self._check_number(hours, self.env._("Write how many hours are added."))
        price = self._check_number(price, self.env._("Write the price as a number."))
        if not 0 < hours <= MAX_HOURS or price < 0:
            raise ValidationError(
                self.env._("Hours are more than 0 and at most 10,000; a price is not negative.")
            )
        today = fields.Date.context_today(self)
        until = self.env["service.intervention"]._check_day(valid_until)
        if until and until < today:
            raise ValidationError(self.env._("The hours would not be valid any more."))
        if self.state == "closed":
            raise UserError(
                self.env._("Contract %(contract)s has ended.", contract=self.display_name)
            )
        # Top-ups are kept by Campo; the hours of a contract are changed with its own rights.
        top_up = (
            self.env["service.contract.top.up"]
            .sudo()
            .create(
                {
                    "contract_id": self.id,
                    "date": today,
                    "hours": hours,
                    "price": price,
                    "valid_until": until,
                }
            )
            .sudo(False)
        )
        self.write({"included_hours": self.included_hours + hours, "has_hours_bank": True})
        invoices = top_up._create_invoice() if price else self.env["account.move"]
        return {
            "top_up_id": top_up.id,
            "invoice_ids": invoices.ids,
            "remaining_hours": self.remaining_hours,
        }

    def _check_may_top_up(self):
        self.check_access("write")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants top up an hours bank."))

    def _check_number(self, value, sentence):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError(sentence)
        return float(value)
