from datetime import timedelta

from odoo import api, fields, models

# An expense this far from every visit is worth a second look.
FAR_FROM_VISITS = timedelta(days=3)


class HrExpense(models.Model):
    """What somebody should look at before an expense is approved; nothing here stops it."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "hr.expense"

    vendor_name = fields.Char(string="Where it was bought", help="As it stands on the receipt.")
    vendor_vat = fields.Char(string="VAT number of the shop", index="btree_not_null")
    nights = fields.Integer(
        compute="_compute_nights",
        store=True,
        readonly=False,
        precompute=True,
        help="Nights away from home; they are counted for the payroll.",
    )
    warning_text = fields.Text(
        string="To be looked at", compute="_compute_warning_text", compute_sudo=True
    )

    _nights_valid = models.Constraint(
        "CHECK (nights IS NULL OR nights BETWEEN 0 AND 366)",
        "The number of nights cannot be negative, nor more than a year.",
    )

    @api.depends("kind_id")
    def _compute_nights(self):
        for expense in self:
            expense.nights = (expense.nights or 1) if expense.kind_id.is_lodging else 0

    @api.depends(
        "intervention_id",
        "kind_id",
        "date",
        "total_amount",
        "total_amount_currency",
        "country_id",
        "vendor_vat",
        "attachment_ids",
        "traceability_state",
        "mileage_rate_id",
    )
    @api.depends_context("lang")
    def _compute_warning_text(self):
        for expense in self:
            expense.warning_text = "\n".join(expense._get_warnings() if expense.id else [])

    def _get_warnings(self):
        """Sentences on what is odd; in sudo."""
        self.ensure_one()
        _ = self.env._
        kind = self.kind_id
        warnings = []
        if self.traceability_state in ("missing", "unknown"):
            warnings.append(self.traceability_verdict)
        if kind.is_mileage and not self.mileage_rate_id:
            warnings.append(
                _("There is no rate per kilometre yet: the office adds what you get back.")
            )
        elif not self.total_amount_currency:
            warnings.append(_("The amount is missing: add it before you hand the expense in."))
        if kind.receipt_required and not self.attachment_ids:
            warnings.append(_("The receipt is still missing: add its photo."))
        if kind.max_amount and self.total_amount > kind.max_amount * max(1, self.nights):
            warnings.append(
                _("This is more than usual for %(kind)s: the office will ask.", kind=kind.name)
            )
        if self.intervention_id:
            warnings += self._get_visit_warnings()
        if self._has_twin():
            warnings.append(_("There is an expense like this one already: look whether it is it."))
        return warnings

    def _get_visit_warnings(self):
        """What does not fit the visits: day, place, kilometres, an invoice that is out."""
        _ = self.env._
        intervention = self.intervention_id
        warnings = []
        if self.is_mileage and any(
            line.kind == "mileage" and line.date == self.date and line.expense_id != self
            for line in intervention.work_line_ids
        ):
            warnings.append(_("Kilometres are already recorded on this day: look at them again."))
        starts = intervention.event_ids.filtered("active").mapped("start")
        if (
            starts
            and self.date
            and not (
                min(starts).date() - FAR_FROM_VISITS
                <= self.date
                <= max(starts).date() + FAR_FROM_VISITS
            )
        ):
            warnings.append(_("There was no visit around this date."))
        site = intervention.site_id or intervention.partner_id
        if self.country_id and site.country_id and self.country_id != site.country_id:
            warnings.append(
                _(
                    "It was spent in %(country)s, the work is in %(other)s.",
                    country=self.country_id.name,
                    other=site.country_id.name,
                )
            )
        if intervention.invoice_status != "no":
            warnings.append(_("Work of this intervention has been invoiced already."))
        return warnings

    def _has_twin(self):
        """Whether there is the same receipt, or the same amount on that day of that kind or from
        that shop, also of somebody else: two technicians hand in one hotel bill.
        """
        same_thing = [("kind_id", "=", self.kind_id.id)]
        if self.vendor_vat:
            same_thing = ["|", *same_thing, ("vendor_vat", "=", self.vendor_vat)]
        twins = self.total_amount_currency and self.search_count(
            [
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("date", "=", self.date),
                ("total_amount_currency", "=", self.total_amount_currency),
                ("currency_id", "=", self.currency_id.id),
                ("state", "!=", "refused"),
                *same_thing,
            ],
            limit=1,
        )
        return bool(twins or self.same_receipt_expense_ids)

    def _get_reason_to_look_first(self):
        """Why this one is not approved together with others: nothing, or a sentence."""
        self.ensure_one()
        # Whether a colleague has the same receipt is not for everybody to read, but to be told.
        expense_sudo = self.sudo()
        if expense_sudo.kind_id.receipt_required and not expense_sudo.attachment_ids:
            return self.env._("The receipt is still missing: add its photo.")
        if expense_sudo._has_twin():
            return self.env._("There is an expense like this one already: look whether it is it.")
        return ""
