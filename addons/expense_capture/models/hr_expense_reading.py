import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..reading import Reading, read_invoice, read_text
from ..receipt_text import get_text, has_ocr

_logger = logging.getLogger(__name__)

BATCH = 20
RECENT = timedelta(days=30)
MAX_RECEIPTS = 3
# What the receipt says is written by Campo's own methods, in sudo, only.
KEPT_FIELDS = {
    "reading_state",
    "read_currency_id",
    "read_date",
    "read_total",
    "read_vat",
    "read_vendor",
}


class HrExpense(models.Model):
    """What the receipt says is proposed beside what was typed; nobody's amount is overwritten."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    reading_state = fields.Selection(
        selection=[
            ("exact", "Read exactly"),
            ("guessed", "Read from the text"),
            ("nothing", "Nothing to be read"),
        ],
        string="Receipt",
        readonly=True,
        copy=False,
    )
    read_total = fields.Float(string="Total of the receipt", readonly=True, copy=False)
    read_date = fields.Date(string="Date of the receipt", readonly=True, copy=False)
    read_vendor = fields.Char(string="Shop of the receipt", readonly=True, copy=False)
    read_vat = fields.Char(string="VAT number of the receipt", readonly=True, copy=False)
    read_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of the receipt",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    reading_text = fields.Char(string="The receipt says", compute="_compute_reading_text")
    is_read_otherwise = fields.Boolean(
        compute="_compute_reading_text",
        help="The receipt says something else than what was typed.",
    )

    _unread_idx = models.Index(
        "(id) WHERE reading_state IS NULL AND message_main_attachment_id IS NOT NULL"
    )

    @api.depends(
        "reading_state",
        "read_total",
        "read_date",
        "read_vendor",
        "read_vat",
        "total_amount_currency",
        "date",
        "vendor_name",
        "vendor_vat",
        "currency_id",
    )
    @api.depends_context("lang")
    def _compute_reading_text(self):
        for expense in self:
            currency = expense.read_currency_id or expense.currency_id
            parts = [
                expense.read_total and format_amount(self.env, expense.read_total, currency),
                expense.read_date and format_date(self.env, expense.read_date),
                expense.read_vendor,
                expense.read_vat,
            ]
            expense.reading_text = " · ".join(filter(None, parts))
            expense.is_read_otherwise = bool(expense._get_taken_over())

    def _get_taken_over(self):
        """What would change if the receipt were believed."""
        self.ensure_one()
        read = {
            "total_amount_currency": not self.kind_id._is_counted() and self.read_total,
            "currency_id": self.read_currency_id.id,
            "date": self.read_date,
            "vendor_name": self.read_vendor,
            "vendor_vat": self.read_vat,
        }
        typed = {**{name: self[name] for name in read}, "currency_id": self.currency_id.id}
        return {name: value for name, value in read.items() if value and value != typed[name]}

    def _has_field_access(self, field, operation):
        """Override of `base`: what the receipt says is nobody's to write."""
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or field.name not in KEPT_FIELDS
        )

    # === READING === #

    def _read_receipts(self):
        """Read the receipts of these expenses; what they say is kept beside what was typed."""
        today = fields.Date.context_today(self)
        for expense in self:
            # Who may see an expense may have its receipt read.
            receipts_sudo = expense.sudo().attachment_ids.sorted("id")[:MAX_RECEIPTS]
            readings = [self._read_one(receipt, today) for receipt in receipts_sudo]
            best = max(
                readings,
                key=lambda reading: (reading.is_exact, bool(reading.total), bool(reading.day)),
                default=Reading(),
            )
            found = best.total or best.day or best.vat
            currencies = self.env["res.currency"]
            expense.sudo().write(
                {
                    "reading_state": (best.is_exact and "exact")
                    or (found and "guessed")
                    or "nothing",
                    "read_total": best.total,
                    "read_date": best.day,
                    "read_vendor": found and best.vendor,
                    "read_vat": best.vat,
                    "read_currency_id": best.currency
                    and currencies.search([("name", "=", best.currency)], limit=1).id,
                }
            )

    @api.model
    def _read_one(self, receipt, today):
        raw = receipt.raw or b""
        if (receipt.name or "").lower().endswith(".xml") or "xml" in (receipt.mimetype or ""):
            return read_invoice(raw) or Reading()
        return read_text(get_text(receipt.mimetype or "", raw), today)

    @api.model
    def _cron_read_receipts(self):
        """Read what has come, some at a time; uploading never waits for it."""
        domain = [
            ("reading_state", "=", False),
            ("message_main_attachment_id", "!=", False),
            ("state", "in", ("draft", "submitted")),
            ("create_date", ">=", fields.Datetime.now() - RECENT),
        ]
        unread = self.search(domain, order="id desc", limit=BATCH)
        for expense in unread:
            try:
                with self.env.cr.savepoint():
                    expense._read_receipts()
            # A file made by anybody may break a reader in any way; the others are read all the
            # same, and this one isn't tried again.
            except Exception:
                _logger.warning("The receipt of %s could not be read.", expense, exc_info=True)
                expense.sudo().reading_state = "nothing"
            self.env["ir.cron"]._commit_progress(1)
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))

    # === ACTIONS === #

    def action_read_receipt(self):
        """Read the receipt now, and say what it says."""
        self.ensure_one()
        self.check_access("write")
        if not self.nb_attachment:
            raise UserError(self.env._("Add the photo or the file of the receipt first."))
        self._read_receipts()
        if self.reading_state == "nothing" and not has_ocr():
            raise UserError(
                self.env._(
                    "Nothing could be read. Photos can be read where the office has installed "
                    "Tesseract; write the amount by hand."
                )
            )

    def action_take_reading(self):
        """Believe the receipt: what it says takes the place of what was typed."""
        self.ensure_one()
        self.check_access("write")
        if values := self._get_taken_over():
            self.write(values)
