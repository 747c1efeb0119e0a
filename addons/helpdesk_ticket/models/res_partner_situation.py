import itertools
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

# Upper ends of the ageing bands, in days after the due date.
BANDS = (30, 60, 90)
BLOCK_FIELDS = {"service_block", "service_block_reason", "service_block_until"}


class ResPartner(models.Model):
    """The accounting situation of whoever pays for a requester: a verdict first, amounts by right.

    It is read from the posted receivables of the commercial partner, in one grouped query for any
    number of partners, and writes nothing.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.partner"

    service_block = fields.Boolean(
        string="Blocked for service",
        company_dependent=True,
        tracking=True,
        help="A visible warning before work is planned. Emergencies can still be planned.",
    )
    service_block_reason = fields.Char(company_dependent=True, tracking=True)
    service_block_until = fields.Date(string="Blocked until", company_dependent=True, tracking=True)
    situation_verdict = fields.Selection(
        selection="_get_situation_verdicts",
        string="Accounting situation",
        compute="_compute_situation",
    )
    situation_label = fields.Char(compute="_compute_situation", export_string_translation=False)

    # === COMPUTE METHODS === #

    @api.depends("commercial_partner_id", "service_block", "service_block_until")
    @api.depends_context("company", "lang")
    def _compute_situation(self):
        situations = self._get_situations(self.env.company)
        for partner in self:
            situation = situations.get(partner.commercial_partner_id.id, {})
            partner.situation_verdict = situation.get("verdict")
            partner.situation_label = situation.get("label")

    @api.model
    def _get_situation_verdicts(self):
        return [
            ("ok", self.env._("Nothing due")),
            ("due", self.env._("Invoices not yet due")),
            ("overdue", self.env._("Overdue invoices")),
            ("blocked", self.env._("Blocked")),
            ("unknown", self.env._("No invoices yet")),
        ]

    # === CRUD METHODS === #

    def write(self, vals):
        if not vals.keys().isdisjoint(BLOCK_FIELDS):
            self._check_may_block()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get(name) for vals in vals_list for name in BLOCK_FIELDS):
            self._check_may_block()
        return super().create(vals_list)

    def _check_may_block(self):
        if not (
            self.env.su
            or self.env.user.has_group("helpdesk_ticket.helpdesk_ticket_group_manager")
            or self.env.user.has_group("account.group_account_invoice")
        ):
            raise AccessError(
                self.env._(
                    "Only accountants and helpdesk managers block a customer or lift a block. "
                    "Ask one of them."
                )
            )

    # === PUBLIC METHODS === #

    @api.readonly
    def requester_situation(self):
        """Tell how the payers of these partners stand, today and in the current company.

        :return: one dict per partner: ``partner_id``, ``verdict``, ``label``, ``as_of``,
            ``days_overdue`` and ``over_limit``, for who has the right also ``amounts``
        :rtype: list[dict]
        """
        self.check_access("read")
        self._check_own_situation()
        situations = self._get_situations(self.env.company)
        with_amounts = self._may_see_amounts()
        return [
            {
                "partner_id": partner.id,
                **{
                    key: value
                    for key, value in situations[partner.commercial_partner_id.id].items()
                    if with_amounts or key != "amounts"
                },
            }
            for partner in self
        ]

    def open_situation(self, reason):
        """Show the amounts to somebody who is no accountant, and log who looked and why.

        :return: as ``requester_situation``, with the amounts
        """
        self.check_access("read")
        if not self.env.user.has_group("helpdesk_ticket.helpdesk_ticket_group_user"):
            raise AccessError(
                self.env._("Only the people of the helpdesk open a customer's situation.")
            )
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Write why you need to see the amounts."))
        situations = self._get_situations(self.env.company)
        # The log is written by this method alone.
        self.env["requester.situation.log"].sudo().create(
            [
                {
                    "partner_id": customer.id,
                    "company_id": self.env.company.id,
                    "user_id": self.env.uid,
                    "verdict": situations[customer.id]["verdict"],
                    "reason": reason.strip(),
                }
                for customer in self.commercial_partner_id
            ]
        )
        return [
            {"partner_id": partner.id, **situations[partner.commercial_partner_id.id]}
            for partner in self
        ]

    # === BUSINESS METHODS === #

    def _check_own_situation(self):
        """Share users ask for their own company only, whatever partners they can read."""
        user = self.env.user
        own = user._get_own_contacts().commercial_partner_id
        if user.share and self.commercial_partner_id - own:
            raise AccessError(self.env._("You can see your own accounting situation only."))

    def _may_see_amounts(self):
        """Whether the user has a right to amounts; an override may add who else has."""
        user = self.env.user
        return user.has_group("account.group_account_invoice") or user.has_group(
            "account.group_account_readonly"
        )

    def _get_situations(self, company):
        """Situation of the payers of these partners towards a company.

        :return: dict of dicts, by id of the commercial partner. No access is checked here and the
            amounts are in it: the caller decides what to show.
        """
        # Receivables and blocks are read whoever asks; only the verdict goes beyond accounting.
        customers_sudo = self.sudo().commercial_partner_id.with_company(company)
        # The company's settings judge whoever asks, and are told to nobody.
        company_sudo = company.sudo()
        today = fields.Date.context_today(self)
        as_of = self._get_situation_date(company_sudo, today)
        receivables = customers_sudo._query_receivables(company_sudo, today)
        return {
            customer.id: customer._prepare_situation(
                receivables[customer.id], company_sudo, today, as_of
            )
            for customer in customers_sudo
        }

    def _query_receivables(self, company, today):
        """Sum up what each of these commercial partners owes, in one query.

        SQL, because bands and the oldest item would take the ORM a query each.
        """
        if not self.ids:
            return {}
        self.env["account.move.line"].flush_model()
        self.flush_model(["commercial_partner_id"])
        limit = today - timedelta(days=company.situation_grace_days)
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT payer.id,
                       EXISTS (
                           SELECT 1
                             FROM res_partner contact
                             JOIN account_move_line line ON line.partner_id = contact.id
                             JOIN account_account account ON account.id = line.account_id
                            WHERE contact.commercial_partner_id = payer.id
                              AND line.company_id = %(company)s
                              AND line.parent_state = 'posted'
                              AND account.account_type = 'asset_receivable'
                       ) AS known,
                       COALESCE(SUM(item.amount), 0) AS open,
                       COALESCE(SUM(item.amount) FILTER (WHERE item.due < %(limit)s), 0) AS overdue,
                       MIN(item.due) FILTER (
                           WHERE item.due < %(limit)s AND item.amount > 0
                       ) AS oldest_due,
                       %(bands)s
                  FROM unnest(%(ids)s) AS payer(id)
             LEFT JOIN LATERAL (
                           SELECT line.amount_residual AS amount,
                                  COALESCE(line.date_maturity, line.date) AS due
                             FROM res_partner contact
                             JOIN account_move_line line ON line.partner_id = contact.id
                             JOIN account_account account ON account.id = line.account_id
                            WHERE contact.commercial_partner_id = payer.id
                              AND line.company_id = %(company)s
                              AND line.parent_state = 'posted'
                              AND line.reconciled IS NOT TRUE
                              AND account.account_type = 'asset_receivable'
                       ) item ON TRUE
              GROUP BY payer.id
                """,
                ids=self.ids,
                company=company.id,
                limit=limit,
                bands=_sql_bands(today, limit),
            )
        )
        return {row["id"]: row for row in rows}

    def _prepare_situation(self, row, company, today, as_of):
        self.ensure_one()
        currency = company.currency_id
        is_overdue = currency.compare_amounts(row["overdue"], 0) > 0
        days = (today - row["oldest_due"]).days if is_overdue and row["oldest_due"] else 0
        over = row["open"] - self.credit_limit if self.credit_limit > 0 else 0
        over_limit = currency.compare_amounts(over, 0) > 0
        verdict = self._judge_situation(row, company, today, days, over_limit)
        return {
            "verdict": verdict,
            "label": self._get_situation_label(verdict, days, over_limit),
            "as_of": fields.Date.to_string(as_of),
            "days_overdue": days,
            "over_limit": over_limit,
            "amounts": {
                "currency": currency.name,
                "open": currency.round(row["open"]),
                "overdue": currency.round(row["overdue"]),
                "oldest_due": fields.Date.to_string(row["oldest_due"]) if is_overdue else False,
                "bands": {
                    key.removeprefix("band_"): currency.round(amount)
                    for key, amount in row.items()
                    if key.startswith("band_")
                },
                "credit_limit": currency.round(self.credit_limit),
                "over_limit": currency.round(max(over, 0)),
            },
        }

    def _judge_situation(self, row, company, today, days, over_limit):
        """Decide the verdict; the first of these that holds."""
        self.ensure_one()
        until = self.service_block_until
        if self.service_block and (not until or until >= today):
            return "blocked"
        if company.situation_block_days and days > company.situation_block_days:
            return "blocked"
        if days:
            return "overdue"
        if over_limit or company.currency_id.compare_amounts(row["open"], 0) > 0:
            return "due"
        return "ok" if row["known"] else "unknown"

    def _get_situation_label(self, verdict, days, over_limit):
        """Say the verdict in words, without any amount."""
        self.ensure_one()
        if verdict == "blocked" and self.service_block and self.service_block_reason:
            return self.env._("Blocked: %(reason)s", reason=self.service_block_reason)
        label = dict(self._get_situation_verdicts())[verdict]
        if days:
            label = self.env._("%(label)s for %(days)s days", label=label, days=days)
        if over_limit:
            label = self.env._("%(label)s, over the credit limit", label=label)
        return label

    @api.model
    def _get_ageing(self, bands):
        """The bands of a situation as rows that can be drawn.

        :param dict bands: as in the amounts of a situation
        :return: list of ``label``, ``amount`` and ``width`` (percent of the largest)
        """
        labels = {
            "not_due": self.env._("Not due"),
            "1-30": self.env._("1–30 days"),
            "31-60": self.env._("31–60 days"),
            "61-90": self.env._("61–90 days"),
            "over_90": self.env._("Over 90 days"),
        }
        largest = max((abs(amount) for amount in bands.values()), default=0) or 1
        return [
            {
                "label": label,
                "amount": bands.get(name, 0.0),
                "width": round(100 * abs(bands.get(name, 0.0)) / largest),
            }
            for name, label in labels.items()
        ]

    @api.model
    def _get_situation_date(self, company, today):
        """Until when the company's payments are known: the last reconciled bank movement.

        SQL, because the ORM would read every movement there is; this takes the last one of each
        journal from an index.
        """
        self.env["account.bank.statement.line"].flush_model()
        ((date,),) = self.env.execute_query(
            SQL(
                """
                SELECT max(move.date)
                  FROM account_journal journal
            CROSS JOIN LATERAL (
                           SELECT line.move_id
                             FROM account_bank_statement_line line
                            WHERE line.journal_id = journal.id
                              AND line.company_id = %(company)s
                              AND line.is_reconciled
                         ORDER BY line.internal_index DESC
                            LIMIT 1
                       ) last
                  JOIN account_move move ON move.id = last.move_id
                 WHERE journal.type IN ('bank', 'cash', 'credit')
                """,
                company=company.id,
            )
        )
        return min(date, today) if date else today


def _sql_bands(today, limit):
    """One sum per ageing band, named after the days since the due date."""
    days = SQL("(%s - item.due)", today)
    conditions = {"not_due": SQL("item.due >= %s", limit)}
    late = SQL("item.due < %s", limit)
    for low, high in itertools.pairwise((0, *BANDS)):
        conditions[f"{low + 1}-{high}"] = SQL(
            "%s AND %s > %s AND %s <= %s", late, days, low, days, high
        )
    conditions[f"over_{BANDS[-1]}"] = SQL("%s AND %s > %s", late, days, BANDS[-1])
    return SQL(", ").join(
        SQL(
            "COALESCE(SUM(item.amount) FILTER (WHERE %s), 0) AS %s",
            condition,
            SQL.identifier(f"band_{name}"),
        )
        for name, condition in conditions.items()
    )
