from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices of work: when one is cancelled, reversed or deleted, its work can be billed anew."""

    _inherit = "account.move"

    def button_cancel(self):
        result = super().button_cancel()
        self._free_service_lines().is_service_freed = True
        return result

    def button_draft(self):
        """Override of `account`: what a cancelled invoice billed may stand on another one now.

        :raise UserError: when the work of a cancelled invoice was freed
        """
        cancelled = self.filtered(lambda move: move.state == "cancel")
        if freed := cancelled.invoice_line_ids.filtered("is_service_freed").move_id:
            raise UserError(
                self.env._(
                    "“%(invoice)s” was cancelled, and since then what it billed can be billed anew:"
                    " make a new invoice instead.",
                    invoice=freed[0].display_name,
                )
            )
        return super().button_draft()

    def unlink(self):
        self._free_service_lines()
        return super().unlink()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        reversals = super()._reverse_moves(default_values_list, cancel=cancel)
        if cancel and not self.env.context.get("keep_service_lines"):
            self._free_service_lines()
        return reversals

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
        help="Its invoice was cancelled: what it billed can be billed by another one.",
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
