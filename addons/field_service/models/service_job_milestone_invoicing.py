from odoo import models
from odoo.exceptions import AccessError, UserError

from ..progress import part_of_price, retained_part


class ServiceJobMilestone(models.Model):
    """From milestones to draft invoices: each part once, together the price to the cent."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.job.milestone"

    def create_invoices(self):
        """Make one draft invoice for each job order of what is reached and not invoiced.

        What is retained is deducted on a line of its own. Two at once bill once: the second one is
        repeated by Odoo and finds nothing left.

        :return: ``{"invoice_ids": […], "milestone_ids": […]}``, the milestones on them now
        :raise AccessError: who may not make invoices
        """
        self._check_may_invoice()
        self.project_id._lock_for_progress()
        # Accountants read milestones; what they add is the link to the invoice.
        reached_sudo = self.sudo().filtered(lambda milestone: milestone.state == "reached")
        invoices = self.env["account.move"]
        for project_sudo, milestones_sudo in reached_sudo.grouped("project_id").items():
            invoices |= milestones_sudo._create_progress_invoice(project_sudo)
        return {"invoice_ids": invoices.ids, "milestone_ids": reached_sudo.ids}

    def release_retention(self):
        """Make one draft invoice for each job order of what was retained.

        :return: ``{"invoice_ids": […], "milestone_ids": […]}``
        :raise AccessError: who may not make invoices
        """
        self._check_may_invoice()
        self.project_id._lock_for_progress()
        retained_sudo = self.sudo().filtered(
            lambda milestone: milestone.retention_state == "retained"
        )
        drafts_sudo = retained_sudo.filtered(lambda m: m.invoice_id.state != "posted")
        if drafts_sudo:
            raise UserError(
                self.env._(
                    "Invoice of “%(milestone)s” is still a draft: post it before its retention is "
                    "released.",
                    milestone=drafts_sudo[0].name,
                )
            )
        invoices = self.env["account.move"]
        for project_sudo, milestones_sudo in retained_sudo.grouped("project_id").items():
            invoice = self._create_job_invoice(
                project_sudo,
                [milestone._prepare_release_line_values() for milestone in milestones_sudo],
            )
            lines = invoice.invoice_line_ids.sorted("id")
            for milestone_sudo, line in zip(milestones_sudo, lines, strict=True):
                milestone_sudo.release_line_id = line
            invoice._deduct_advances_of(project_sudo)
            invoices |= invoice
        return {"invoice_ids": invoices.ids, "milestone_ids": retained_sudo.ids}

    def _check_may_invoice(self):
        self.check_access("read")
        self.env["account.move"].check_access("create")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants invoice job orders."))

    def _create_progress_invoice(self, project):
        """One draft invoice of these milestones of a job order, with their retentions."""
        values, places = [], []
        percent, amount = project._get_billed_progress()
        digits = project.currency_id.decimal_places
        for milestone in self:
            part = part_of_price(project.service_price, percent, amount, milestone.percent, digits)
            if part <= 0:
                raise UserError(
                    self.env._(
                        "“%(milestone)s” comes to nothing: write the price of job order "
                        "%(job_order)s, which is at least what is invoiced already.",
                        milestone=milestone.name,
                        job_order=project.display_name,
                    )
                )
            percent, amount = percent + milestone.percent, amount + part
            retained = retained_part(part, milestone.retention_percent, digits)
            places.append((milestone, part, retained))
            values.append(milestone._prepare_progress_line_values(part))
            if retained:
                values.append(milestone._prepare_retention_line_values(retained))
        invoice = self._create_job_invoice(project, values)
        lines = iter(invoice.invoice_line_ids.sorted("id"))
        for milestone, part, retained in places:
            milestone.write(
                {
                    "invoice_line_id": next(lines).id,
                    "billed_amount": part,
                    "retention_line_id": next(lines).id if retained else False,
                    "retained_amount": retained,
                }
            )
        invoice._deduct_advances_of(project)
        project._check_drafts_fit()
        return invoice

    def _create_job_invoice(self, project, values):
        if not project.partner_id:
            raise UserError(
                self.env._(
                    "Job order %(job_order)s has no customer.", job_order=project.display_name
                )
            )
        return self.env["account.move"]._create_service_invoices(
            [(project._get_invoice_key(), [project.name], values)]
        )

    # === LINES === #

    def _prepare_progress_line_values(self, amount):
        env = self._get_payers_env()
        return self._prepare_job_line_values(
            "field_service.product_progress",
            env._(
                "%(milestone)s: %(percent)s %% of job order %(job_order)s",
                milestone=self.name,
                percent=f"{self.percent:.4f}".rstrip("0").rstrip("."),
                job_order=self.project_id.name,
            ),
            amount,
        )

    def _prepare_retention_line_values(self, amount):
        env = self._get_payers_env()
        return self._prepare_job_line_values(
            "field_service.product_retention",
            env._(
                "Retention of %(percent)s %% on “%(milestone)s”",
                percent=f"{self.retention_percent:.2f}".rstrip("0").rstrip("."),
                milestone=self.name,
            ),
            -amount,
        )

    def _prepare_release_line_values(self):
        env = self._get_payers_env()
        return self._prepare_job_line_values(
            "field_service.product_retention",
            env._(
                "Release of the retention on “%(milestone)s” of job order %(job_order)s",
                milestone=self.name,
                job_order=self.project_id.name,
            ),
            self.retained_amount,
        )

    def _prepare_job_line_values(self, product_xmlid, name, amount):
        self.ensure_one()
        moves = self.env["account.move"]
        product = self.env.ref(product_xmlid)
        taxes, _account = moves._get_billed_as(product, self.project_id._get_invoice_key())
        return {
            "product_id": product.id,
            "name": name,
            "quantity": 1,
            # The price of a job order is before tax, also where our prices are with it.
            "price_unit": taxes._get_price_of(amount),
            **moves._prepare_service_analytic_values(self.project_id.account_id),
        }

    def _get_payers_env(self):
        # Whoever pays reads it, in their language.
        payer = self.project_id.partner_id
        return self.with_context(lang=payer.lang or self.env.lang).env

    # === FREEING === #

    def _free_progress(self, lines):
        """The invoice is no more: what it billed, retained or released can be invoiced anew.

        :param recordset lines: lines of the invoice
        """
        for milestone in self:
            if milestone.invoice_line_id in lines:
                milestone._check_not_released()
                retention = milestone.retention_line_id - lines
                milestone.write(
                    {
                        "invoice_line_id": False,
                        "billed_amount": 0.0,
                        "retention_line_id": False,
                        "retained_amount": 0.0,
                    }
                )
                if retention.move_id.state == "draft":
                    # Nothing is retained of what isn't billed.
                    retention.unlink()
            elif milestone.retention_line_id in lines:
                milestone._check_not_released()
                milestone.write({"retention_line_id": False, "retained_amount": 0.0})
            if milestone.release_line_id in lines:
                milestone.release_line_id = False

    def _check_not_released(self):
        for milestone in self.filtered("release_line_id"):
            raise UserError(
                self.env._(
                    "The retention on “%(milestone)s” is on invoice %(invoice)s. Cancel that one "
                    "first.",
                    milestone=milestone.name,
                    invoice=milestone.release_invoice_id.display_name,
                )
            )


class AccountMoveLine(models.Model):
    """Lines of progress invoices: when they go, their part of the price can be billed anew."""

    _inherit = "account.move.line"

    def _free_service_lines(self):
        """Extension of its own model: parts of the price of job orders."""
        result = super()._free_service_lines()
        # Whoever may change an invoice needn't have a right to the job order it was for.
        milestones_sudo = (
            self.env["service.job.milestone"]
            .sudo()
            .search(
                [
                    "|",
                    "|",
                    ("invoice_line_id", "in", self.ids),
                    ("retention_line_id", "in", self.ids),
                    ("release_line_id", "in", self.ids),
                ]
            )
        )
        billed_sudo = (
            milestones_sudo.invoice_line_id
            | milestones_sudo.retention_line_id
            | milestones_sudo.release_line_id
        )
        result |= self & billed_sudo
        milestones_sudo._free_progress(self)
        return result
