from odoo import models
from odoo.tools import format_date, formatLang, split_every

# The text of an invoice line is exported up to 1,000 characters.
REPORTS_IN_A_TEXT = 20


class ServiceWorkLine(models.Model):
    """Work summed up on an invoice: one line per report, or per kind of work."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    def _prepare_summary_lines(self, key, summary):
        """What is written on the invoice; what is taxed or booked differently stays apart.

        :return: pairs of the values of an invoice line and the work lines it bills
        """
        prepared = []
        for (_what, taxes, account, analytic), lines in self.grouped(
            lambda line: line._get_summary_key(key, summary)
        ).items():
            for report_ids in split_every(REPORTS_IN_A_TEXT, lines.report_id.ids):
                work = lines.filtered(lambda line, ids=report_ids: line.report_id.id in ids)
                values = {
                    "product_id": work.product_id.id if len(work.product_id) == 1 else False,
                    "name": work._get_summary_text(summary),
                    "quantity": 1.0,
                    "price_unit": key.currency.round(sum(work.mapped("amount_invoice"))),
                    "tax_ids": [(6, 0, taxes.ids)],
                    **self.env["account.move"]._prepare_service_analytic_values(analytic),
                }
                if account:
                    values["account_id"] = account.id
                prepared.append((values, work))
        return prepared

    def _get_summary_key(self, key, summary):
        """What must be equal for work to stand on one line: taxed and booked as its product is."""
        self.ensure_one()
        taxes, account = self.env["account.move"]._get_billed_as(self.product_id, key)
        return (
            self.report_id if summary == "report" else self.kind,
            taxes,
            account,
            self._get_cost_project().account_id,
        )

    def _get_summary_text(self, summary):
        """Number and date of each report stand in the text, because electronic invoices know no
        sections. Whoever pays reads it, in their language.
        """
        env = self.with_context(lang=self.payer_id[:1].lang or self.env.lang).env
        reports = ", ".join(
            env._(
                "%(report)s of %(date)s", report=report.number, date=format_date(env, report.date)
            )
            for report in self.report_id
        )
        if summary == "report":
            return env._(
                "Report %(reports)s: %(work)s", reports=reports, work=self.intervention_id.name
            )
        kinds = dict(self._fields["kind"]._description_selection(env))
        return env._(
            "%(kind)s, %(quantity)s: reports %(reports)s",
            kind=kinds[self[0].kind],
            quantity=formatLang(env, sum(self.mapped("quantity_invoice")), digits=2),
            reports=reports,
        )
