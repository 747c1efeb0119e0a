from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..batches import each_apart
from .service_contract import FEE_MONTHS


class ServiceContract(models.Model):
    """How a contract ends: by itself, or only when notice was given in time."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.contract"

    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        domain=[("share", "=", False)],
        ondelete="restrict",
        help="Is told when the contract, a warranty or a paper is about to expire.",
    )
    renewal_months = fields.Integer(
        string="Renewed for (months)", default=12, help="At its end, unless notice was given."
    )
    notice_date = fields.Date(string="Notice given on", readonly=True, copy=False, tracking=True)
    notice_deadline = fields.Date(
        string="Notice until",
        compute="_compute_notice_deadline",
        store=True,
        help="Last day to give notice; after it the contract is renewed.",
    )

    _renewal_months_positive = models.Constraint(
        "CHECK (renewal_months > 0)", "A contract is renewed for at least a month."
    )

    renewed_hours = fields.Float(
        string="Hours of each term",
        compute="_compute_renewed",
        store=True,
        readonly=False,
        precompute=True,
        help="With which hours bank each renewal begins: what is left of the hours of the term "
        "before lapses, hours bought on top stay. 0 leaves the balance as it is.",
    )
    renewed_visits = fields.Integer(
        string="Visits of each term",
        compute="_compute_renewed",
        store=True,
        readonly=False,
        precompute=True,
        help="With how many visits each renewal begins. 0 leaves the balance as it is.",
    )

    @api.depends("state", "included_hours", "included_visits")
    def _compute_renewed(self):
        for contract in self:
            draft = contract.state == "draft"
            contract.renewed_hours = contract.included_hours if draft else contract.renewed_hours
            contract.renewed_visits = contract.included_visits if draft else contract.renewed_visits

    @api.depends("partner_id")
    def _compute_user_id(self):
        for contract in self:
            contract.user_id = (
                contract.user_id
                or contract.partner_id.user_id
                or (self.env.user if self.env.user.active else False)
            )

    @api.depends("date_end", "renewal", "notice_days")
    def _compute_notice_deadline(self):
        for contract in self:
            tacit = contract.renewal == "tacit" and contract.date_end
            contract.notice_deadline = tacit and contract.date_end - relativedelta(
                days=contract.notice_days
            )

    # === ACTIONS === #

    def action_give_notice(self):
        """Note that notice was given today: these contracts end on their last day.

        :raise UserError: contracts that aren't renewed tacitly, and notice that comes too late
        """
        self.check_access("write")
        today = fields.Date.context_today(self)
        for contract in self:
            if not contract._is_renewed_tacitly():
                raise UserError(
                    self.env._(
                        "Contract %(contract)s ends by itself: there is no notice to give.",
                        contract=contract.display_name,
                    )
                )
            if contract.notice_deadline and contract.notice_deadline < today:
                raise UserError(
                    self.env._(
                        "Notice on contract %(contract)s had to be given by %(date)s: it is "
                        "renewed. If you agree otherwise, let it end by itself.",
                        contract=contract.display_name,
                        date=format_date(self.env, contract.notice_deadline),
                    )
                )
        self.write({"notice_date": today})

    def action_withdraw_notice(self):
        """The contracts are renewed after all."""
        self.check_access("write")
        self.write({"notice_date": False})
        for contract in self.filtered(lambda contract: contract._is_renewed_tacitly()):
            contract._resume_fees()

    # === BUSINESS METHODS === #

    def _is_renewed_tacitly(self):
        self.ensure_one()
        return self.state == "open" and self.renewal == "tacit" and not self.notice_date

    def _get_end(self):
        """The last day as far as it is known now: none for what is renewed or has no end."""
        return self.date_end if self and not self._is_renewed_tacitly() else None

    def _renew(self):
        """Put off the end of one contract, until it lies in the future, and raise its fee."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        before, end = self.date_end, self.date_end
        while end <= today:
            # Counted from the first day after, so that the last day of a month stays one.
            end += relativedelta(days=1)
            end += relativedelta(months=self.renewal_months, days=-1)
        values = {"date_end": end}
        if self.fee_amount and not self.next_fee_date:
            rest = self._get_rest_of_fee()
            values["next_fee_date"] = rest or self._get_first_fee_date_after(before)
        self.write({**values, **self._get_renewed_balance()})
        texts = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang).env
        self.message_post(
            body=texts._(
                "Renewed tacitly until %(end)s; it would have ended on %(before)s.",
                end=format_date(texts, end),
                before=format_date(texts, before),
            )
        )
        self._raise_fee(before)

    def _get_renewed_balance(self):
        """Hours and visits of the new term of one contract: what of the old term is left lapses,
        hours that were bought on top stay as long as they are valid.
        """
        values = {}
        if self.has_hours_bank and self.renewed_hours:
            bought = self.top_up_ids._get_left()
            values["included_hours"] = self.used_hours + bought + self.renewed_hours
        if self.included_visits and self.renewed_visits:
            values["included_visits"] = self.used_visits + self.renewed_visits
        return values

    def _raise_fee(self, before):
        """Raise the fee by the contract's index; a fee of the time before is invoiced first.

        :param date before: last day of the time that has ended
        """
        if not self.index_percent or not self.fee_amount:
            return
        texts = self.with_context(lang=self.user_id.lang or self.env.lang).env
        if self.next_fee_date and self.next_fee_date <= before:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=texts._(
                    "Raise the fee by %(percent)s %% once the fee of %(date)s is invoiced",
                    percent=self.index_percent,
                    date=format_date(texts, self.next_fee_date),
                ),
                user_id=self.user_id.id or self.env.uid,
            )
            return
        self._apply_index(self.index_percent, before + relativedelta(days=1))

    def _get_first_fee_date_after(self, day):
        """The first period that begins after a day; periods count from the contract's first day."""
        months = FEE_MONTHS[self.fee_period]
        periods = 0
        while self.date_start + relativedelta(months=periods * months) <= day:
            periods += 1
        return self.date_start + relativedelta(months=periods * months)

    # === SCHEDULED === #

    @api.model
    def _cron_renew(self):
        """Renew what has reached its end without notice, contract by contract."""
        contracts = self.search(
            [
                ("state", "=", "open"),
                ("renewal", "=", "tacit"),
                ("notice_date", "=", False),
                ("date_end", "<=", fields.Date.context_today(self)),
            ],
            order="date_end, id",
        )
        each_apart(contracts, type(self)._renew, type(self)._tell_not_renewed)

    def _tell_not_renewed(self, error):
        """Put a task on the contract, once until it is done."""
        texts = self.with_context(lang=self.user_id.lang or self.env.lang).env
        summary = texts._("The contract could not be renewed")
        if summary in self.activity_ids.mapped("summary"):
            return
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=str(error) if isinstance(error, UserError) else texts._("See the server's log."),
            user_id=self.user_id.id or self.env.uid,
        )
