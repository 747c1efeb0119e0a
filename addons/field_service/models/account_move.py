from odoo import fields, models
from odoo.exceptions import UserError

CREDITS = ("out_refund", "in_refund")


class AccountMove(models.Model):
    """Invoices of work: when one is cancelled, credited in full or deleted, its work can be billed
    anew. From then on it comes back by no way, or its work would be billed twice.
    """

    _inherit = "account.move"

    def _post(self, soft=True):
        """Extension of `account`: what is credited in full can be billed anew, and stays credited:
        a credit note is not reversed after that.
        """
        self.reversed_entry_id._check_nothing_comes_back()
        posted = super()._post(soft=soft)
        # “Reverse and Create Invoice” bills it anew at once.
        if not self.env.context.get("keep_service_lines"):
            credited = posted.filtered(lambda move: move.move_type in CREDITS).reversed_entry_id
            credited = credited.filtered(lambda move: move._is_credited())
            credited._free_service_lines().is_service_freed = True
        return posted

    def button_cancel(self):
        result = super().button_cancel()
        self._free_service_lines().is_service_freed = True
        return result

    def button_draft(self):
        """Override of `account`: what a cancelled or credited invoice billed may stand on another
        one now.

        :raise UserError: when its work was freed
        """
        # The bill of a vendor can be matched with work anew.
        invoices = self.filtered(lambda move: move.is_sale_document())
        if freed := invoices.invoice_line_ids.filtered("is_service_freed").move_id:
            raise UserError(
                self.env._(
                    "“%(invoice)s” was cancelled or credited, and since then what it billed can be "
                    "billed anew: make a new invoice instead.",
                    invoice=freed[0].display_name,
                )
            )
        self._check_nothing_comes_back()
        return super().button_draft()

    def unlink(self):
        self._check_nothing_comes_back()
        self._free_service_lines()
        return super().unlink()

    def _check_nothing_comes_back(self):
        """A credit note stays once what it took back was freed: its invoice would stand again."""
        for credit in self.filtered(lambda move: move.move_type in CREDITS):
            invoice = credit.reversed_entry_id
            if (
                invoice not in self
                and invoice.state == "posted"
                and any(invoice.invoice_line_ids.mapped("is_service_freed"))
                and not invoice._is_credited(leave_out=self)
            ):
                raise UserError(
                    self.env._(
                        "“%(credit)s” takes “%(invoice)s” back, and since then what that billed "
                        "can be billed anew: leave the credit note, and make a new invoice "
                        "instead.",
                        credit=credit.display_name,
                        invoice=invoice.display_name,
                    )
                )

    def _is_credited(self, leave_out=()):
        """Whether posted credit notes in its currency take back all that this invoice bills."""
        self.ensure_one()
        credits = self._get_credits().filtered(
            lambda move: (
                move.state == "posted"
                and move.currency_id == self.currency_id
                and move not in leave_out
            )
        )
        # A credit note that was reversed takes nothing back.
        back = credits.reversal_move_ids.filtered(lambda move: move.state == "posted")
        taken = credits._get_billed_amount() - back._get_billed_amount()
        taken_net = sum(credits.mapped("amount_untaxed")) - sum(back.mapped("amount_untaxed"))
        compare = self.currency_id.compare_amounts
        return (
            compare(taken, self._get_billed_amount()) >= 0
            and compare(taken_net, self.amount_untaxed) >= 0
        )

    def _get_credits(self):
        """Credit notes that take this invoice back; an override knows those that do less."""
        return self.reversal_move_ids

    def _get_product_lines(self):
        return self.invoice_line_ids.filtered(lambda line: line.display_type == "product")

    def _get_billed_amount(self):
        """What these bill before tax, whatever is deducted from it."""
        subtotals = self._get_product_lines().mapped("price_subtotal")
        return sum(subtotal for subtotal in subtotals if subtotal > 0)

    def _free_service_lines(self):
        """Let the work on these invoices be invoiced anew.

        :return: the invoice lines that billed something
        """
        return self.invoice_line_ids._free_service_lines()

    def _get_service_action(self):
        """Show these invoices in Odoo's own views."""
        if not self:
            raise UserError(
                self.env._(
                    "There is nothing to invoice: the work is invoiced already, covered, or has "
                    "still to be verified."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice")
        action["domain"] = [("id", "in", self.ids)]
        action["context"] = {"default_move_type": "out_invoice"}
        if len(self) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = self.id
        return action


class AccountMoveLine(models.Model):
    """Lines of invoices: work whose line is taken off a draft can be billed anew."""

    _inherit = "account.move.line"

    is_service_freed = fields.Boolean(
        string="Billed anew",
        copy=False,
        readonly=True,
        help="Its invoice was cancelled or credited in full: what it billed can be billed by "
        "another one.",
    )

    def unlink(self):
        self._free_service_lines()
        return super().unlink()

    def _free_service_lines(self):
        """Let what these lines billed be invoiced anew.

        :return: those that billed something
        """
        # Whoever may change an invoice needn't have a right to the work it was for.
        work_sudo = (
            self.env["service.work.line"].sudo().search([("invoice_line_id", "in", self.ids)])
        )
        billed = self & work_sudo.invoice_line_id
        if work_sudo:
            work_sudo.invoice_line_id = False
        return billed
