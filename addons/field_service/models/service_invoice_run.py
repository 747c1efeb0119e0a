import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_datetime

from odoo.addons.knowledge_base.locking import lock_rows

from ..batches import each_apart

# So many work lines are invoiced while one waits; more go on behind the scenes.
AT_ONCE = 300
DRAFT_DAYS = 7


class ServiceInvoiceRun(models.Model):
    """Many reports and due fees on their way to draft invoices.

    First it only shows what would be made, a row per invoice. Started, each invoice is made and
    committed by itself: what goes wrong with one stops no other, a run that was interrupted goes on
    where it was, and two presses make one invoice, because work is locked and billed once.

    ``summary`` says how much stands on an invoice: each line of work; or one invoice per customer
    with a line per report or per kind of work.
    """

    _name = "service.invoice.run"
    _description = "Invoicing Run"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The invoices are made with this person's rights.",
    )
    summary = fields.Selection(
        selection=[
            ("line", "Each line of work"),
            ("report", "One invoice per customer, a line per report"),
            ("kind", "One invoice per customer, a line per kind of work"),
        ],
        string="On the invoice",
        required=True,
        default="line",
        readonly=True,
    )
    until = fields.Date(string="Fees until", required=True, readonly=True)
    state = fields.Selection(
        selection=[("draft", "Preview"), ("running", "Running"), ("done", "Done")],
        required=True,
        default="draft",
        readonly=True,
    )
    report_ids = fields.Many2many("service.report", string="Reports", readonly=True)
    group_ids = fields.One2many("service.invoice.run.group", "run_id", string="Invoices")
    group_count = fields.Integer(string="To be made", compute="_compute_progress")
    done_count = fields.Integer(string="Worked on", compute="_compute_progress")
    failed_count = fields.Integer(string="Not made", compute="_compute_progress")
    move_count = fields.Integer(string="Draft invoices", compute="_compute_move_count")
    left_out_count = fields.Integer(string="Left out", compute="_compute_left_out_count")
    amount = fields.Monetary(string="Total before tax", compute="_compute_progress")

    _running_idx = models.Index("(id) WHERE state = 'running'")

    # === COMPUTE METHODS === #

    @api.depends("create_date", "user_id")
    def _compute_display_name(self):
        for run in self:
            moment = run.create_date or fields.Datetime.now()
            run.display_name = self.env._(
                "Invoicing of %(moment)s",
                moment=format_datetime(self.env, moment, dt_format="short"),
            )

    @api.depends("group_ids.state", "group_ids.amount", "group_ids.advance_amount")
    def _compute_progress(self):
        counts = {}
        for run, state, count, amount, advance in self.env["service.invoice.run.group"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "state"],
            ["__count", "amount:sum", "advance_amount:sum"],
        ):
            counts.setdefault(run, {})[state] = (count, amount - advance)
        for run in self:
            by_state = counts.get(run, {})
            run.group_count = sum(count for count, _amount in by_state.values())
            run.amount = sum(amount for _count, amount in by_state.values())
            run.failed_count = by_state.get("failed", (0, 0))[0]
            run.done_count = run.group_count - by_state.get("waiting", (0, 0))[0]

    @api.depends("group_ids.move_ids")
    def _compute_move_count(self):
        for run in self:
            run.move_count = len(run.group_ids.move_ids)

    @api.depends("report_ids")
    def _compute_left_out_count(self):
        for run in self:
            run.left_out_count = len(
                run.report_ids.work_line_ids.filtered(lambda line: line.billing_state == "blocked")
            )

    def _get_left_out_domain(self):
        return [("report_id", "in", self.report_ids.ids), ("billing_state", "=", "blocked")]

    # === ACTIONS === #

    def action_start(self):
        """Make the invoices; pressed again, a run goes on where it was."""
        self.ensure_one()
        self._check_may_invoice()
        run_sudo = self._lock()
        if run_sudo.state == "draft":
            run_sudo.write({"state": "running", "user_id": self.env.uid})
        return self._go_on(run_sudo)

    def action_retry(self):
        """Try again those that could not be made."""
        self.ensure_one()
        self._check_may_invoice()
        run_sudo = self._lock()
        failed_sudo = run_sudo.group_ids.filtered(lambda group: group.state == "failed")
        failed_sudo.write({"state": "waiting", "error": False})
        run_sudo.write({"state": "running", "user_id": self.env.uid})
        return self._go_on(run_sudo)

    def action_discard(self):
        """Throw a preview away."""
        self._check_may_invoice()
        if any(run.state != "draft" for run in self):
            raise UserError(self.env._("Invoices have been made of it: it is kept."))
        # What a run holds is written by Campo alone.
        self.sudo().unlink()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_invoice_run_action"
        )

    def action_view_invoices(self):
        self.ensure_one()
        return self.group_ids.move_ids._get_service_action()

    def action_view_left_out(self):
        """What of these reports is not invoiced, and why."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_work_line_action_blocked"
        )
        action["domain"] = self._get_left_out_domain()
        return action

    def _get_own_action(self):
        """Show this run."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_invoice_run_action"
        )
        return {**action, "views": [(False, "form")], "res_id": self.id, "target": "current"}

    # === BUSINESS METHODS === #

    def _check_may_invoice(self):
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants make invoices of reports."))

    @api.model
    def _prepare(self, reports, contracts, summary="line", until=None):
        """A preview of the invoices of these reports and of the fees that are due.

        :return: the run, nothing of it made yet; none when there is nothing to invoice
        """
        self._check_may_invoice()
        reports.check_access("read")
        contracts.check_access("read")
        company = reports.company_id | contracts.company_id
        if len(company) > 1:
            raise ValidationError(
                self.env._("Choose reports and contracts of one company at a time.")
            )
        until = until or fields.Date.context_today(self)
        groups = self._prepare_groups(reports, contracts, summary, until)
        if not groups:
            return self.browse()
        # What a run holds is written by Campo alone.
        return (
            self.sudo()
            .create(
                {
                    "company_id": company.id,
                    "user_id": self.env.uid,
                    "summary": summary,
                    "until": until,
                    "report_ids": [fields.Command.set(reports.ids)],
                    "group_ids": [fields.Command.create(values) for values in groups],
                }
            )
            .sudo(False)
        )

    @api.model
    def _prepare_groups(self, reports, contracts, summary, until=None):
        """Values of a row per invoice, by payer, order and CIG.

        :param date until: up to which fees are taken; today by default
        """
        # Accountants read the work, prices included; the rows are Campo's.
        lines_sudo = reports.sudo().work_line_ids.filtered(
            lambda line: line.billing_state == "to_bill"
        )
        until = until or fields.Date.context_today(self)
        due_sudo = contracts.sudo()._filter_due(until)
        bills = self.env["account.move"].sudo()._foresee_from_work(lines_sudo, due_sudo, summary)
        bills.sort(key=lambda bill: (bill.key.payer.display_name or "", bill.key.payer.id))
        advances = lines_sudo._foresee_deductions(bills, contracts.sudo())
        return [
            {
                **self.env["service.invoice.run.group"]._prepare_values(bill),
                "advance_amount": advance,
            }
            for bill, advance in zip(bills, advances, strict=True)
        ]

    def _lock(self):
        """This run, locked."""
        # What a run holds is written by Campo alone.
        return lock_rows(self.sudo())

    def _go_on(self, run_sudo):
        """Make the invoices now, if they are few; else behind the scenes, and show how far it is.

        :return: the draft invoices, or the run when there is something to see there
        """
        waiting = run_sudo.group_ids.filtered(lambda group: group.state == "waiting")
        if sum(waiting.mapped("line_count")) > AT_ONCE:
            # Accountants have no right to scheduled actions; this one is Campo's.
            self.env.ref("field_service.service_invoice_run_cron").sudo()._trigger()
            return self._get_own_action()
        for group_sudo in waiting:
            try:
                with self.env.cr.savepoint():
                    group_sudo._work()
            except psycopg2.OperationalError:
                # Two at once: Odoo repeats the whole.
                raise
            except Exception as error:  # pylint: disable=broad-except
                group_sudo._tell_failure(error)
        run_sudo._finish()
        moves = self.group_ids.move_ids
        if self.failed_count or not moves:
            return self._get_own_action()
        return moves._get_service_action()

    def _finish(self):
        for run in self:
            if all(group.state != "waiting" for group in run.group_ids):
                run.state = "done"

    # === CRON AND GARBAGE === #

    @api.model
    def _cron_work(self):
        """Make the invoices of runs that are on, one by one: each is committed by itself, so that
        a run that was interrupted goes on where it was.
        """
        runs = self.search([("state", "=", "running")], order="id")
        groups = runs.group_ids.filtered(lambda group: group.state == "waiting")
        Group = self.env.registry["service.invoice.run.group"]
        each_apart(groups, Group._work, Group._tell_failure, every=1)
        runs._finish()

    @api.autovacuum
    def _gc_previews(self):
        """Previews of which nothing came."""
        last = fields.Datetime.subtract(fields.Datetime.now(), days=DRAFT_DAYS)
        self.search([("state", "=", "draft"), ("create_date", "<", last)]).unlink()


class ServiceInvoiceRunGroup(models.Model):
    """One invoice of a run: whom it is for, of what, and what became of it."""

    _name = "service.invoice.run.group"
    _description = "Invoice of an Invoicing Run"
    _order = "run_id, id"

    run_id = fields.Many2one(
        "service.invoice.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, precompute=True)
    payer_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position", readonly=True, ondelete="set null"
    )
    payment_term_id = fields.Many2one("account.payment.term", readonly=True, ondelete="set null")
    contract_id = fields.Many2one("service.contract", readonly=True, ondelete="set null")
    customer_reference = fields.Char(string="Customer's order", readonly=True)
    cig = fields.Char(string="CIG", readonly=True)
    cup = fields.Char(string="CUP", readonly=True)
    line_ids = fields.Many2many(
        "service.work.line",
        relation="service_invoice_run_group_line_rel",
        string="Work lines",
        readonly=True,
    )
    contract_ids = fields.Many2many(
        "service.contract",
        relation="service_invoice_run_group_contract_rel",
        string="Fees",
        readonly=True,
    )
    line_count = fields.Integer(string="Lines", readonly=True)
    report_count = fields.Integer(string="Reports", readonly=True)
    amount = fields.Monetary(string="Work and fees", readonly=True, help="Before tax.")
    advance_amount = fields.Monetary(
        string="Advances",
        readonly=True,
        help="What was billed in advance and is deducted, before tax.",
    )
    untaxed_amount = fields.Monetary(string="Before tax", compute="_compute_untaxed_amount")
    state = fields.Selection(
        selection=[("waiting", "To be made"), ("done", "Made"), ("failed", "Not made")],
        required=True,
        default="waiting",
        readonly=True,
    )
    error = fields.Char(string="Note", readonly=True)
    move_ids = fields.Many2many(
        "account.move",
        relation="service_invoice_run_group_move_rel",
        string="Draft invoice",
        readonly=True,
    )

    @api.depends("amount", "advance_amount")
    def _compute_untaxed_amount(self):
        for group in self:
            group.untaxed_amount = group.amount - group.advance_amount

    @api.model
    def _prepare_values(self, bill):
        """Values of a row.

        :param ForeseenBill bill: what stands on one invoice
        """
        key = bill.key
        line_ids = bill._get_billed("service.work.line")
        fees = bill._get_billed("service.contract")
        terms = key.payer.with_company(key.company).property_payment_term_id
        return {
            "payer_id": key.payer.id,
            "currency_id": key.currency.id,
            "fiscal_position_id": key.fiscal_position.id,
            "payment_term_id": terms.id,
            "contract_id": key.contract.id,
            "customer_reference": key.customer_reference,
            "cig": key.cig,
            "cup": key.cup,
            "line_ids": [fields.Command.set(line_ids.ids)],
            "contract_ids": [fields.Command.set(fees.ids)],
            "line_count": len(line_ids) + len(fees),
            "report_count": len(line_ids.report_id),
            "amount": bill.amount,
            "error": self._get_doubts(bill),
        }

    @api.model
    def _get_doubts(self, bill):
        """What an accountant should see to before this invoice is sent, in words, or False."""
        payer, position = bill.key.payer, bill.key.fiscal_position
        doubts = []
        if not all((payer.street, payer.city, payer.country_id)):
            doubts.append(self.env._("The payer's address is incomplete."))
        if payer.commercial_partner_id.is_company and not self._has_tax_number(payer):
            doubts.append(self.env._("The payer has no VAT number."))
        if position and not all(taxes for _amount, taxes, _billed in bill.lines):
            doubts.append(
                self.env._("“%(position)s” leaves something without a tax.", position=position.name)
            )
        return " ".join(doubts) or False

    @api.model
    def _has_tax_number(self, payer):
        """A country may know other numbers than that of the VAT."""
        return bool(payer.commercial_partner_id.vat)

    def _work(self):
        """Make the invoice of what of it is still to be invoiced, with the rights of who started
        the run; whoever comes second is repeated and finds nothing to do.
        """
        self.ensure_one()
        lock_rows(self)
        run = self.run_id
        lines_sudo = self.sudo().line_ids.exists()._lock_to_invoice()
        due_sudo = self.sudo().contract_ids.exists()._lock_due(run.until)
        moves = (
            self.env["account.move"]
            .with_user(run.user_id)
            .with_context(allowed_company_ids=run.company_id.ids, lang=run.user_id.lang)
        )
        made = moves._create_from_work(lines_sudo, due_sudo, run.summary)
        # What a run holds is written by Campo alone.
        self_sudo = self.sudo()
        self_sudo.write({"state": "done", "move_ids": [fields.Command.set(made.ids)]})
        if not made:
            self_sudo.error = self.env._("Nothing of it was left to invoice.")

    def _tell_failure(self, error):
        """Keep why an invoice could not be made; what people can do about it is in the sentence."""
        if isinstance(error, UserError | AccessError):
            sentence = str(error.args[0])
        else:
            sentence = self.env._("Something went wrong on our side; it was logged.")
        self.sudo().write({"state": "failed", "error": sentence})
