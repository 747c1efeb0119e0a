from odoo import models

# What of Campo points to a line of an invoice.
LINKS = (
    ("service.work.line", "invoice_line_id"),
    ("service.contract.fee", "invoice_line_id"),
    ("service.contract.fee", "credit_line_id"),
    ("service.contract.top.up", "invoice_line_id"),
    ("service.job.milestone", "invoice_line_id"),
    ("service.job.milestone", "retention_line_id"),
    ("service.job.milestone", "release_line_id"),
)


class AccountMoveReversal(models.TransientModel):
    """“Reverse and Create Invoice”: the new draft bills the work of the one that is reversed."""

    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """Extension of `account`: what was billed is on the new draft, and isn't due again."""
        originals = self.move_ids
        if not is_modify or not all(move.is_sale_document() for move in originals):
            return super().reverse_moves(is_modify=is_modify)
        # Odoo copies what is reversed at once before what is reversed on a later day.
        originals = originals.sorted(
            lambda move: self._prepare_default_reversal(move)["auto_post"] != "no"
        )
        keeping = self.with_context(keep_service_lines=True)
        action = super(AccountMoveReversal, keeping).reverse_moves(is_modify=is_modify)
        copies = self.new_move_ids.sorted("id")
        for original, copied in zip(originals, copies, strict=True):
            self._hand_over_service_lines(original, copied)
        return action

    def _hand_over_service_lines(self, original, copied):
        """Let everything that points to a line of an invoice point to the same line of its copy."""
        before, after = (
            move.invoice_line_ids.filtered(lambda line: line.display_type == "product").sorted("id")
            for move in (original, copied)
        )
        twins = dict(zip(before, after, strict=True))
        for model, field in LINKS:
            # Whoever may reverse an invoice needn't have a right to what it was for.
            linked_sudo = self.env[model].sudo().search([(field, "in", before.ids)])
            for line, records_sudo in linked_sudo.grouped(field).items():
                records_sudo[field] = twins[line]
                line.is_service_freed = True
        for line in before.filtered("service_surplus_of_id"):
            twins[line].service_surplus_of_id = twins[line.service_surplus_of_id]
