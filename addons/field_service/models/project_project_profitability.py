import json
from collections import defaultdict

from odoo import models
from odoo.fields import Domain

# Odoo's own sections begin at 1; ours stand after those of the same kind.
SEQUENCES = {"service_invoices": 9, "service_to_invoice": 10, "service_entries": 16}


class ProjectProject(models.Model):
    """Odoo's profitability panel, complete for a job order: without sales orders it would know
    neither customer invoices nor vendor bills. Each euro stands in one section.
    """

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "project.project"

    # === WHO SEES IT === #

    def _show_profitability(self):
        """Override of `project`: costs are for those who may see costs."""
        return super()._show_profitability() and self._may_see_profitability()

    def _get_profitability_values(self):
        """Override of `project`: no figures in the updates of those who may not see costs."""
        if not self._may_see_profitability():
            return {}, False
        return super()._get_profitability_values()

    def _may_see_profitability(self):
        user = self.env.user
        return user.has_group("field_service.field_service_group_cost") or user.has_group(
            "project.group_project_manager"
        )

    # === SECTIONS === #

    def _get_profitability_labels(self):
        return {
            **super()._get_profitability_labels(),
            "service_invoices": self.env._("Customer Invoices"),
            "service_to_invoice": self.env._("Work to be invoiced"),
            "service_entries": self.env._("Expenses and other entries"),
        }

    def _get_profitability_sequence_per_invoice_type(self):
        return {**super()._get_profitability_sequence_per_invoice_type(), **SEQUENCES}

    def _get_profitability_items(self, with_action=True):
        """Override of `project`: add invoices, bills, other entries and work not yet invoiced."""
        items = super()._get_profitability_items(with_action)
        if not self.account_id:
            return items
        if not self._has_invoices_in_panel():
            self._add_section(items, "revenues", self._get_invoice_section(with_action))
            self._add_purchase_items(items, with_action=with_action)
        self._add_section(items, "costs", self._get_entry_section(with_action))
        self._add_section(items, "revenues", self._get_to_invoice_section())
        return items

    def _has_invoices_in_panel(self):
        """Whether another app puts invoices and bills into the panel already."""
        return False

    def _add_section(self, items, side, section):
        """Put a section into the panel, unless it is empty.

        :param str side: ``revenues`` or ``costs``
        """
        amounts = {name: section.get(name, 0.0) for name in items[side]["total"]}
        if not any(amounts.values()):
            return
        items[side]["data"].append(section)
        for name, amount in amounts.items():
            items[side]["total"][name] += amount

    def _get_invoice_section(self, with_action):
        """Customer invoices and credit notes: posted ones are invoiced, drafts are to come."""
        included = self._get_already_included_profitability_invoice_line_ids()
        # Whoever may see the margin needn't have a right to each invoice.
        lines_sudo = (
            self.env["account.move.line"]
            .sudo()
            .search_fetch(
                Domain("move_id.move_type", "in", self.env["account.move"].get_sale_types())
                & Domain("parent_state", "in", ["draft", "posted"])
                & Domain("display_type", "=", "product")
                & Domain("price_subtotal", "!=", 0)
                & Domain("id", "not in", included)
                & Domain("analytic_distribution", "in", self.account_id.ids),
                ["balance", "parent_state", "company_currency_id", "analytic_distribution", "date"],
            )
        )
        amounts = {"draft": 0.0, "posted": 0.0}
        for line in lines_sudo:
            amounts[line.parent_state] -= self._get_own_balance(line)
        return {
            "id": "service_invoices",
            "sequence": SEQUENCES["service_invoices"],
            "invoiced": amounts["posted"],
            "to_invoice": amounts["draft"],
            **self._get_section_action(with_action, "service_invoices", lines_sudo.move_id.ids),
        }

    def _get_own_balance(self, line):
        """What an entry's line adds to this job order, in its currency."""
        percent = sum(
            share
            for accounts, share in (line.analytic_distribution or {}).items()
            if str(self.account_id.id) in accounts.split(",")
        )
        balance = line.company_currency_id._convert(
            line.balance, self.currency_id, self.company_id or self.env.company, line.date
        )
        return balance * percent / 100

    def _get_entry_section(self, with_action):
        """Posted entries that are neither invoice nor bill, as those of expenses: what they put on
        the analytic account.
        """
        included = self._get_already_included_profitability_invoice_line_ids()
        lines_sudo = (
            self.env["account.analytic.line"]
            .sudo()
            .search_fetch(
                Domain("account_id", "=", self.account_id.id)
                & Domain("move_line_id.move_id.move_type", "in", ["entry", "in_receipt"])
                & Domain("move_line_id", "not in", included),
                ["amount", "currency_id"],
            )
        )
        amounts = defaultdict(float)
        for line in lines_sudo:
            amounts[line.currency_id] += line.amount
        company = self.company_id or self.env.company
        return {
            "id": "service_entries",
            "sequence": SEQUENCES["service_entries"],
            "billed": sum(
                currency._convert(amount, self.currency_id, company)
                for currency, amount in amounts.items()
            ),
            "to_bill": 0.0,
            **self._get_section_action(with_action, "service_entries", lines_sudo.ids),
        }

    def _get_to_invoice_section(self):
        """Signed work that is on no invoice yet."""
        return {
            "id": "service_to_invoice",
            "sequence": SEQUENCES["service_to_invoice"],
            "invoiced": 0.0,
            "to_invoice": self._get_amount_to_invoice(),
        }

    def _get_amount_to_invoice(self):
        """What is still to be invoiced of this job order, before tax."""
        # Amounts of work are for those with a right to prices; the panel has asked already.
        ((amount,),) = (
            self.env["service.work.line"]
            .sudo()
            ._read_group(
                self._get_service_work_domain() & Domain("billing_state", "=", "to_bill"),
                [],
                ["amount_invoice:sum"],
            )
        )
        return amount or 0.0

    def _get_service_work_domain(self):
        """Work that is booked on this project: its own, and without job order the company's."""
        self.ensure_one()
        own = Domain("intervention_id.project_id", "=", self.id)
        companies = self.env["res.company"].sudo().search([("service_project_id", "=", self.id)])
        if not companies:
            return own
        return own | (
            Domain("intervention_id.project_id", "=", False)
            & Domain("company_id", "in", companies.ids)
        )

    def _get_already_included_profitability_invoice_line_ids(self):
        """Override of `project`: as long as a contractor's bill is a draft, the hours it is for
        stand for it.
        """
        included = super()._get_already_included_profitability_invoice_line_ids()
        waiting_sudo = (
            self.env["service.work.line"]
            .sudo()
            .search(
                Domain("bill_line_id", "!=", False)
                & Domain("is_bill_posted", "=", False)
                & self._get_service_work_domain()
            )
        )
        return [*included, *waiting_sudo.bill_line_id.ids]

    # === ACTIONS === #

    def _get_section_action(self, with_action, section, record_ids):
        """What a press on a section opens, for those who may open accounting entries."""
        user = self.env.user
        if not with_action or not (
            user.has_group("account.group_account_invoice")
            or user.has_group("account.group_account_readonly")
        ):
            return {}
        return {
            "action": {
                "name": "action_profitability_items",
                "type": "object",
                "args": json.dumps([section, [("id", "in", record_ids)]]),
            }
        }

    def action_profitability_items(self, section_name, domain=None, res_id=False):
        """Override of `project`: show what a section of ours consists of."""
        self.check_access("read")
        xmlids = {
            "service_invoices": "account.action_move_out_invoice",
            "service_entries": "analytic.account_analytic_line_action_entries",
        }
        if section_name not in xmlids:
            return super().action_profitability_items(section_name, domain, res_id)
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlids[section_name])
        action["domain"] = domain or []
        action["context"] = {"create": False}
        return action
