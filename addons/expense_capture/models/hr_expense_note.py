from odoo import models
from odoo.tools import format_date

from .. import receipts_pdf


class HrExpense(models.Model):
    """The expense note: what somebody has spent in a month, for whom and why, with receipts."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    def _get_notes(self, receipts=None):
        """Values of the notes of these expenses: one for each person and month.

        :param list receipts: what ``_get_receipts`` has found, if it was asked already
        :return: list of dicts, as the template ``expense_note`` shows them
        """
        receipts = self._get_receipts() if receipts is None else receipts
        groups = {}
        for expense in self.sorted(lambda one: (one.employee_id.name or "", one.date, one.id)):
            month = expense.date.replace(day=1)
            groups.setdefault((expense.employee_id, month), self.browse())
            groups[expense.employee_id, month] |= expense
        return [
            expenses._get_note(employee, month, receipts)
            for (employee, month), expenses in groups.items()
        ]

    def _get_note(self, employee, month, receipts):
        # What was refused stands on the note and says so, but nobody gets it.
        valid = self.filtered(lambda expense: expense.state != "refused")
        own = valid.filtered(lambda expense: expense.payment_mode == "own_account")
        to_reimburse = own.filtered(lambda expense: expense.settlement == "payroll")
        own_bill = own - to_reimburse
        # Which car somebody drives is on their own note; approvers needn't read all vehicles.
        return {
            "employee": employee.name,
            "month": format_date(self.env, month, date_format="LLLL yyyy"),
            "company": self.company_id[:1],
            "currency": self.company_currency_id[:1],
            "rows": [expense._get_note_row() for expense in self],
            "total": sum(valid.mapped("total_amount")),
            "to_reimburse": sum(to_reimburse.mapped("total_amount")),
            "own_bill": sum(own_bill.mapped("total_amount")),
            "by_company": sum((valid - own).mapped("total_amount")),
            "kilometres": sum(valid.mapped("distance_km")),
            "taxable": sum(valid._get_taxable_amounts()),
            "unreadable": [
                receipt["name"]
                for receipt in receipts
                if receipt["expense_id"] in self.ids and receipt["pages"] is None
            ],
        }

    def _get_taxable_amounts(self):
        """Of each expense what is taxable for whoever gets it back."""
        for expense in self:
            if expense.payment_mode != "own_account" or expense.settlement != "payroll":
                yield 0.0
            elif expense.traceability_state == "missing":
                yield expense.total_amount
            else:
                yield expense.allowance_taxable

    def _get_note_row(self):
        self.ensure_one()
        expense_sudo = self.sudo()
        intervention, vehicle = expense_sudo.intervention_id, expense_sudo.vehicle_id
        purpose = [
            intervention.number,
            intervention.partner_id.commercial_partner_id.name,
            intervention.town,
            intervention.name,
        ]
        kind = self.kind_id.name or self.product_id.name
        is_counted = self.kind_id._is_counted()
        is_refused = self.state == "refused"
        unit = "km" if self.is_mileage else self.env._("day")
        return {
            "date": self.date,
            "kind": " · ".join(filter(None, [kind, expense_sudo._get_note_detail()])),
            "purpose": " · ".join(filter(None, purpose)),
            "note": self.name if self.name != kind else "",
            "route": self._get_route() if self.is_mileage else "",
            "reason": self.distance_reason or "",
            "vehicle": vehicle.display_name or "",
            "quantity": self.quantity if is_counted else 0,
            "unit": "km" if self.is_mileage else self.env._("days"),
            "rate": self.price_unit if is_counted else 0,
            "rate_digits": 4 if self.is_mileage else 2,
            "rate_unit": f"{self.company_currency_id.symbol}/{unit}",
            "amount": self.total_amount,
            "in_currency": self.total_amount_currency if self.is_multiple_currency else 0,
            "currency": self.currency_id,
            "by_company": self.payment_mode == "company_account",
            "verdict": self.traceability_verdict if self.traceability_state == "missing" else "",
            "authorised": self.approval_date and not is_refused and expense_sudo.manager_id.name,
            "authorised_on": self.approval_date,
            "state": dict(self._fields["state"]._description_selection(self.env))[self.state],
            "is_refused": is_refused,
            "receipts": self.nb_attachment,
        }

    def _get_note_detail(self):
        """Which allowance was paid, or how many nights; in sudo."""
        self.ensure_one()
        if self.is_allowance:
            return self.allowance_rate_id.name or ""
        if self.nights:
            return self.env._("nights: %(number)s", number=self.nights)
        return ""

    def _get_receipts(self):
        """Receipts of these expenses in their order.

        :return: list of dicts: ``expense_id``, ``name``, ``pages`` (bytes of a PDF, or None where
            it cannot be printed)
        """
        # Who may read an expense may read its receipts; they are found without a query each.
        attachments_sudo = self.env["ir.attachment"].sudo()
        found = attachments_sudo.search(
            [("res_model", "=", "hr.expense"), ("res_id", "in", self.ids)], order="res_id, id"
        )
        order = {expense_id: index for index, expense_id in enumerate(self.ids)}
        return [
            {
                "expense_id": receipt.res_id,
                "name": receipt.name,
                "pages": receipts_pdf.to_pages(receipt.mimetype or "", receipt.raw),
            }
            for receipt in found.sorted(lambda one: (order[one.res_id], one.id))
        ]
