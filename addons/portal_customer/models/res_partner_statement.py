from odoo import models

from odoo.addons.helpdesk_ticket.tools.csv_file import to_csv


class ResPartner(models.Model):
    """The statement of account as a file."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "res.partner"

    def _portal_statement_csv(self):
        """The open items as a CSV file; the caller has checked that the user may see them."""
        self.ensure_one()
        statement = self._portal_statement()
        _ = self.env._
        header = [
            _("Number"),
            _("Date"),
            _("Due date"),
            _("Total"),
            _("Still open"),
            _("Currency"),
            _("Days late"),
        ]
        currency = statement["currency"].name
        return to_csv(
            self.env,
            header,
            (
                [
                    item["name"],
                    item["date"],
                    item["due"],
                    item["total"],
                    item["residual"],
                    currency,
                    item["days"],
                ]
                for item in statement["items"]
            ),
        )

    def _portal_statement_pdf(self):
        """The statement on paper; the caller has checked that the user may see it."""
        self.ensure_one()
        # What stands on it was read with the user's rights; layouts need more than those.
        content, _extension = (
            self.env["ir.actions.report"]
            .sudo()
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(
                "portal_customer.res_partner_report_statement",
                res_ids=self.ids,
                data={"statement": self._portal_statement()},
            )
        )
        return content
