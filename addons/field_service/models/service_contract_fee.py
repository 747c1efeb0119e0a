from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount, format_date

from odoo.addons.knowledge_base.locking import lock_rows

from ..fees import ALL_GONE, indexed, part_of_fee
from .service_contract import FEE_MONTHS


class ServiceContractFee(models.Model):
    """A fee that has been invoiced: which days it is for, and what of it was credited since."""

    _name = "service.contract.fee"
    _description = "Invoiced Fee"
    _order = "contract_id, date_from desc"
    _rec_name = "date_from"

    contract_id = fields.Many2one(
        "service.contract", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    period_first = fields.Date(required=True, readonly=True, export_string_translation=False)
    period_last = fields.Date(required=True, readonly=True, export_string_translation=False)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    fee = fields.Monetary(readonly=True, help="Of the whole period.")
    amount = fields.Monetary(string="Invoiced", readonly=True)
    credited_amount = fields.Monetary(string="Credited", readonly=True)
    invoice_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null", readonly=True
    )
    invoice_id = fields.Many2one(related="invoice_line_id.move_id", string="Invoice")
    credit_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="set null", readonly=True
    )

    _period_uniq = models.Constraint(
        "UNIQUE (contract_id, date_from)", "The fee of this period is invoiced already."
    )

    def _free(self, lines):
        """The invoice is no more: its period is due again; a credit note that goes credits nothing.

        :param recordset lines: lines of the invoice
        """
        for fee in self:
            if fee.credit_line_id in lines:
                fee.write({"credit_line_id": False, "credited_amount": 0.0})
        for fee in self.filtered(lambda fee: fee.invoice_line_id in lines):
            contract, start, stop = fee.contract_id, fee.date_from, fee.date_to
            if contract.state == "open":
                fee.unlink()
                due = contract.next_fee_date
                contract.next_fee_date = min(due, start) if due else start
            else:
                # Nothing falls due there by itself: the row waits for somebody to decide.
                fee.invoice_line_id = False
                contract._tell_not_invoiced(start, stop)

    def action_create_invoice(self):
        """Invoice a fee again that an ended contract has lost, and show the invoice."""
        return self.create_invoice()._get_service_action()

    def create_invoice(self):
        """Make a draft invoice of one fee that is on no invoice any more.

        :return: the invoice
        :raise AccessError: who may not make invoices
        :raise UserError: when it is on an invoice, also of somebody who pressed at the same time
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants invoice fees."))
        lock_rows(self)
        if self.invoice_line_id:
            raise UserError(
                self.env._(
                    "This fee is on invoice %(invoice)s already.",
                    # Whoever asks needn't read each invoice.
                    invoice=self.sudo().invoice_id.display_name,
                )
            )
        contract = self.contract_id
        key = contract._get_invoice_key()
        values = contract._prepare_fee_line_values(key, self)
        invoice = self.env["account.move"]._create_service_invoices(
            [(key, [contract.number], [values])]
        )
        # Which invoice bills a fee is written by Campo alone.
        self.sudo().invoice_line_id = invoice.invoice_line_ids
        invoice._deduct_advances_of(contract)
        return invoice


class ServiceContractIndex(models.Model):
    """A change of a contract's fee by an index, with its date: the history of the fee."""

    _name = "service.contract.index"
    _description = "Change of a Fee"
    _order = "contract_id, date desc, id desc"
    _rec_name = "date"

    contract_id = fields.Many2one(
        "service.contract", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    percent = fields.Float(string="Index (%)", required=True, readonly=True, digits=(16, 4))
    fee_before = fields.Monetary(string="Fee before", readonly=True)
    fee_after = fields.Monetary(string="Fee after", readonly=True)
    note = fields.Char(readonly=True, help="e.g. which index of which month.")


class ServiceContract(models.Model):
    """Fees by period: pro rata in a cut period, raised by an index, credited after an early end."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.contract"

    fee_by_calendar = fields.Boolean(
        string="By calendar",
        help="Periods begin on the first of a month, quarter, half-year or year; the first one is "
        "charged by days. Otherwise they are counted from the first day of the contract.",
    )
    fee_ids = fields.One2many("service.contract.fee", "contract_id", string="Invoiced fees")
    index_ids = fields.One2many(
        "service.contract.index", "contract_id", string="Changes of the fee"
    )

    _index_valid = models.Constraint(
        "CHECK (index_percent IS NULL OR index_percent > -100 AND index_percent <= 1000)",
        "An index takes away less than 100 percent of the fee, and adds at most 1000.",
    )

    # === PERIODS === #

    def _get_following_fee_date(self):
        """Extension of its own model: by calendar, the next period begins on a first."""
        if not self.fee_by_calendar:
            return super()._get_following_fee_date()
        first, _last = self._get_whole_period()
        return first + relativedelta(months=FEE_MONTHS[self.fee_period])

    def _get_first_fee_date_after(self, day):
        """Extension of its own model: by calendar, the first period after what is invoiced."""
        if not self.fee_by_calendar:
            return super()._get_first_fee_date_after(day)
        last = max([day, *self.fee_ids.mapped("date_to")])
        months = FEE_MONTHS[self.fee_period]
        first = last.replace(month=(last.month - 1) // months * months + 1, day=1)
        return first + relativedelta(months=months)

    def _get_whole_period(self):
        """First and last day of the period of the next fee, whatever of it is charged."""
        self.ensure_one()
        if begun := self._get_begun_fee():
            return begun.period_first, begun.period_last
        if not self.fee_by_calendar:
            following = self._get_following_fee_date()
            return self.next_fee_date, following - relativedelta(days=1)
        months = FEE_MONTHS[self.fee_period]
        month = (self.next_fee_date.month - 1) // months * months + 1
        first = self.next_fee_date.replace(month=month, day=1)
        return first, first + relativedelta(months=months, days=-1)

    def _get_fee_days(self):
        """First and last day that the next fee is for: cut at the beginning and the end."""
        self.ensure_one()
        first, last = self._get_whole_period()
        end = self._get_end()
        # The end of a period may be invoiced already, when what was before it was cancelled.
        later = self.fee_ids.filtered(lambda fee: self.next_fee_date < fee.date_from <= last)
        starts = [fee.date_from - relativedelta(days=1) for fee in later]
        return self.next_fee_date, min([last, *starts, *([end] if end else [])])

    def _get_begun_fee(self):
        """The invoiced fee of the period that the next fee is the rest of."""
        return self.fee_ids.filtered(
            lambda fee: fee.period_first <= fee.date_to < self.next_fee_date <= fee.period_last
        )[:1]

    def _get_rest_of_fee(self):
        """The first day that isn't invoiced of a period that was cut at the contract's end."""
        last = self.fee_ids.sorted("date_to")[-1:]
        cut = last and last.date_to < last.period_last
        return cut and last.date_to + relativedelta(days=1)

    def _resume_fees(self):
        """One contract goes on after all: what was cut off its last fee is due."""
        if not self.next_fee_date and (rest := self._get_rest_of_fee()):
            self.next_fee_date = rest

    def _get_fee_due(self):
        """What the next fee comes to."""
        self.ensure_one()
        return part_of_fee(
            self.fee_amount,
            *self._get_whole_period(),
            *self._get_fee_days(),
            digits=self.currency_id.decimal_places,
        )

    def _advance_fee_date(self):  # pylint: disable=missing-return; nothing is returned below
        """Extension of its own model: periods that are invoiced already are left out."""
        for contract in self:
            super(ServiceContract, contract)._advance_fee_date()
            while contract.next_fee_date and contract._is_invoiced(contract.next_fee_date):
                super(ServiceContract, contract)._advance_fee_date()

    def _is_invoiced(self, day):
        return any(fee.date_from <= day <= fee.date_to for fee in self.fee_ids)

    def _note_fees(self, invoice_lines):
        """Keep which invoice line bills which days of each contract.

        :param list invoice_lines: one for each contract, in the same order
        """
        values = []
        for contract, invoice_line in zip(self, invoice_lines, strict=True):
            first, last = contract._get_whole_period()
            since, until = contract._get_fee_days()
            values.append(
                {
                    "contract_id": contract.id,
                    "period_first": first,
                    "period_last": last,
                    "date_from": since,
                    "date_to": until,
                    "fee": contract.fee_amount,
                    "amount": contract._get_fee_due(),
                    "invoice_line_id": invoice_line.id,
                }
            )
        self.env["service.contract.fee"].create(values)

    def _tell_not_invoiced(self, start, stop):
        """Put a task on a contract that has ended: no fee falls due there by itself.

        :param date start, stop: first and last day of the fee
        """
        texts = self.with_context(lang=self.user_id.lang or self.env.lang).env
        text = texts._(
            "The fee from %(start)s to %(stop)s is on no invoice any more. The contract has "
            "ended: if it is still owed, press “Invoice” beside it among its fees.",
            start=format_date(texts, start),
            stop=format_date(texts, stop),
        )
        self.message_post(body=text)
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=texts._("A fee is on no invoice any more"),
            note=text,
            user_id=self.user_id.id or self.env.uid,
        )

    # === INDEX === #

    def apply_index(self, percent, date=None, note=None):
        """Raise the fee of one contract by an index, from its next fee on; the history keeps it.

        :param float percent: more than -100
        :param str date: of the change, today by default; fees of the time before come first
        :return: ``{"fee_amount": …}``
        """
        self.ensure_one()
        self.check_access("write")
        if isinstance(percent, bool) or not isinstance(percent, int | float):
            raise ValidationError(self.env._("Write the percent as a number."))
        if not ALL_GONE < percent <= 1000:
            raise ValidationError(
                self.env._(
                    "An index takes away less than 100 percent of the fee, and adds at most 1000."
                )
            )
        day = self.env["service.intervention"]._check_day(date) or fields.Date.context_today(self)
        if self.next_fee_date and self._get_whole_period()[1] < day:
            raise UserError(
                self.env._(
                    "The fee of %(date)s is still at the old price: invoice it first.",
                    date=format_date(self.env, self.next_fee_date),
                )
            )
        self._apply_index(percent, day, note)
        return {"fee_amount": self.fee_amount}

    def _apply_index(self, percent, day, note=None):
        before = self.fee_amount
        after = indexed(before, percent, self.currency_id.decimal_places)
        # Campo's own history: nobody writes it by hand.
        self.env["service.contract.index"].sudo().create(
            {
                "contract_id": self.id,
                "date": day,
                "percent": percent,
                "fee_before": before,
                "fee_after": after,
                "note": note,
            }
        )
        self.fee_amount = after

    # === END === #

    def end_contract(self, date):
        """End one contract on a day, also one that has passed; fees of later days are credited.

        A fee on a draft invoice is reduced, one on a posted invoice gets a draft credit note.

        :param str date: its last day
        :return: ``{"credited": …, "credit_ids": […], "message": …}``, a sentence for people
        """
        self.ensure_one()
        self.check_access("write")
        day = self.env["service.intervention"]._check_day(date)
        self._check_end(day)
        self._check_not_credited(day)
        fees = self._get_fees_after(day)
        if fees and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._(
                    "Fees of later days are invoiced already: accountants end this contract."
                )
            )
        unknown = self._get_unknown_until(day)
        self.write({"date_end": day, "renewal": "none", "notice_date": False})
        credited, credits = self._credit_fees(fees, day)
        if not self.next_fee_date or self.next_fee_date > day:
            self.next_fee_date = False
            if day < fields.Date.context_today(self):
                self.action_close()
        # Technicians read contracts: what is credited only the asker is told.
        message = self._get_end_sentence(day, credited)
        if unknown:
            message = " ".join([message, self._get_unknown_sentence(day, unknown)])
        return {"credited": credited, "credit_ids": credits.ids, "message": message}

    def _check_end(self, day):
        if self.state != "open":
            raise UserError(
                self.env._("Contract %(contract)s is not in force.", contract=self.display_name)
            )
        if not day or day < self.date_start:
            raise ValidationError(
                self.env._(
                    "Contract %(contract)s began on %(start)s: it cannot end before.",
                    contract=self.display_name,
                    start=format_date(self.env, self.date_start),
                )
            )

    def _check_not_credited(self, day):
        """A fee is credited once: what an end before this one has credited goes first."""
        since = min(day, self.date_end or day)
        for fee in self.fee_ids.filtered(lambda fee: fee.credit_line_id and fee.date_to > since):
            raise UserError(
                self.env._(
                    "A part of the fee from %(start)s is credited already, by %(credit)s. Delete "
                    "or cancel that credit note first.",
                    start=format_date(self.env, fee.date_from),
                    # Whoever ends a contract needn't have a right to its invoices.
                    credit=fee.credit_line_id.sudo().move_id.display_name,
                )
            )

    def _get_fees_after(self, day):
        """Invoiced fees that are for days after a day, as far as they aren't credited."""
        return self.fee_ids.filtered(
            lambda fee: fee.date_to > day and not fee.credit_line_id and fee.invoice_line_id
        )

    def _get_amount_after(self, fee, day):
        """What of an invoiced fee is for days after a day."""
        kept = part_of_fee(
            fee.fee,
            fee.period_first,
            fee.period_last,
            fee.date_from,
            day,
            digits=self.currency_id.decimal_places,
        )
        return self.currency_id.round(fee.amount - kept)

    def _credit_fees(self, fees, day):
        """Reduce drafts, credit what is posted.

        :return: the amount before tax, and the draft credit notes
        """
        total, credits = 0.0, self.env["account.move"]
        # Which fee is on which line is Campo's bookkeeping.
        for fee_sudo in fees.sudo():
            amount = self._get_amount_after(fee_sudo, day)
            line = fee_sudo.invoice_line_id.sudo(False)
            total += amount
            if line.move_id.state == "draft":
                fee_sudo.write({"amount": fee_sudo.amount - amount, "date_to": day})
                draft = line.move_id
                if fee_sudo.amount:
                    line.price_unit = line.tax_ids._get_price_of(fee_sudo.amount)
                else:
                    line.unlink()
                draft._trim_deductions()
                continue
            credit = self._create_fee_credit(fee_sudo, line, amount, day)
            fee_sudo.write(
                {"credited_amount": amount, "credit_line_id": credit.invoice_line_ids.id}
            )
            credits |= credit
        return total, credits

    def _create_fee_credit(self, fee, line, amount, day):
        """A draft credit note of a part of a fee, taxed and booked as the invoice was."""
        invoice = line.move_id
        credit = invoice._reverse_moves(
            [{"invoice_date": False, "ref": invoice.ref, "invoice_origin": self.number}]
        )
        payers_env = self.with_context(lang=self.invoice_partner_id.lang or self.env.lang).env
        place = invoice.invoice_line_ids.sorted("id").ids.index(line.id)
        lines = credit.invoice_line_ids.sorted("id")
        (lines - lines[place]).unlink()
        lines[place].write(
            {
                "name": payers_env._(
                    "Contract %(contract)s ended on %(end)s: fee from %(start)s to %(stop)s",
                    contract=self.display_name,
                    end=format_date(payers_env, day),
                    start=format_date(payers_env, max(fee.date_from, day + relativedelta(days=1))),
                    stop=format_date(payers_env, fee.date_to),
                ),
                "quantity": 1,
                "price_unit": lines[place].tax_ids._get_price_of(amount),
                "discount": 0,
            }
        )
        return credit

    def _get_unknown_until(self, day):
        """Up to which day fees may be invoiced of which no row says so: those of the time before
        Campo kept them. None when each later day is known.
        """
        if self.next_fee_date:
            until = self.next_fee_date - relativedelta(days=1)
        elif self.fee_ids:
            until = max(self.fee_ids.mapped("date_to"))
        else:
            # Whether there is a fee everybody may know who ends the contract.
            until = self.sudo().fee_amount and self.date_end
        after = day + relativedelta(days=1)
        if not until or until < after:
            return None
        known = {
            fee.date_from + relativedelta(days=passed)
            for fee in self.fee_ids
            for passed in range((fee.date_to - fee.date_from).days + 1)
        }
        days = (after + relativedelta(days=passed) for passed in range((until - day).days))
        return max((day for day in days if day not in known), default=None)

    def _get_unknown_sentence(self, day, until):
        return self.env._(
            "Fees from %(start)s to %(stop)s may be on invoices that are older than the list of "
            "fees: look for them and credit them by hand.",
            start=format_date(self.env, day + relativedelta(days=1)),
            stop=format_date(self.env, until),
        )

    def _get_end_sentence(self, day, credited):
        """What the end of the contract means, for people."""
        end = format_date(self.env, day)
        if credited:
            return self.env._(
                "The contract ends on %(end)s: %(amount)s of fees for later days are taken back.",
                end=end,
                amount=format_amount(self.env, credited, self.currency_id),
            )
        if self.next_fee_date:
            return self.env._(
                "The contract ends on %(end)s; its last fee is still to be invoiced.", end=end
            )
        return self.env._("The contract ends on %(end)s; no fee is taken back.", end=end)


class AccountMove(models.Model):
    """Invoices of fees of which an end of the contract gives a part back."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move"

    def _get_credits(self):
        """Extension of its own model: days after an end are given back, and due no more."""
        credits = super()._get_credits()
        # Whoever may change an invoice needn't have a right to the contract it was for.
        given_back_sudo = (
            self.env["service.contract.fee"]
            .sudo()
            .search([("credit_line_id.move_id", "in", credits.ids)])
        )
        return credits.filtered(lambda move: move not in given_back_sudo.credit_line_id.move_id)


class AccountMoveLine(models.Model):
    """Lines of fees: when they go, their period is due again."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "account.move.line"

    def _free_service_lines(self):
        """Extension of its own model: fees and top-ups of contracts."""
        result = super()._free_service_lines()
        # Whoever may change an invoice needn't have a right to the contract it was for.
        fees_sudo = (
            self.env["service.contract.fee"]
            .sudo()
            .search(["|", ("invoice_line_id", "in", self.ids), ("credit_line_id", "in", self.ids)])
        )
        top_ups_sudo = (
            self.env["service.contract.top.up"].sudo().search([("invoice_line_id", "in", self.ids)])
        )
        billed_sudo = (
            fees_sudo.invoice_line_id | fees_sudo.credit_line_id | top_ups_sudo.invoice_line_id
        )
        result |= self & billed_sudo
        fees_sudo._free(self)
        top_ups_sudo.write({"invoice_line_id": False})
        return result
