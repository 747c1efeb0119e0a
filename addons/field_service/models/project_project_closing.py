from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .service_intervention import OPEN_STATES


class ProjectProject(models.Model):
    """Closing a job order: a list says what is missing; who closes it all the same says why."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "project.project"

    service_closed_on = fields.Date(string="Closed on", readonly=True, copy=False, tracking=True)
    service_closed_by = fields.Many2one(
        "res.users", string="Closed by", readonly=True, copy=False, ondelete="set null"
    )
    service_close_reason = fields.Char(string="Closed although", readonly=True, copy=False)

    # === PUBLIC METHODS === #

    @api.readonly
    def get_closing_checklist(self):
        """What is missing before this job order can be closed.

        :return: list of ``{"kind": …, "label": …, "count": …, "model": …, "domain": […]}``, only
            what is missing
        :raise AccessError: who neither plans nor invoices
        """
        self.ensure_one()
        self._check_is_office()
        checklist = []
        for kind, (label, xmlid, domain) in self._get_closing_checks().items():
            model = self.env["ir.actions.act_window"]._for_xml_id(xmlid)["res_model"]
            # Whoever closes a job order is told how much is missing; what it is opens with rights.
            count = self.env[model].sudo().search_count(domain)
            if count:
                checklist.append(
                    {
                        "kind": kind,
                        "label": label,
                        "count": count,
                        "model": model,
                        "domain": list(domain),
                    }
                )
        return checklist

    def close_job(self, reason=None):
        """Close a job order: no new work is charged to it.

        :param str reason: why it is closed although something is missing
        :return: ``{"closed_on": …, "missing": […]}``, the kinds of what is missing
        :raise UserError: when something is missing, and no manager says why it is closed
        """
        self.ensure_one()
        self._check_is_office()
        reason = reason.strip() if isinstance(reason, str) else ""
        missing = self.get_closing_checklist()
        if missing and not (reason and self._may_close_incomplete()):
            raise UserError(self._get_missing_sentence(missing))
        # Dispatchers and accountants close a job order without a right to change the project.
        self.sudo().write(
            {
                "service_closed_on": fields.Date.context_today(self),
                "service_closed_by": self.env.uid,
                "service_close_reason": reason if missing else False,
            }
        )
        self.sudo().message_post(body=self._get_closing_note(missing, reason))
        return {
            "closed_on": fields.Date.to_string(self.service_closed_on),
            "missing": [line["kind"] for line in missing],
        }

    def action_reopen_job(self):
        """Let work be charged to these job orders again."""
        self.check_access("read")
        if not self._may_close_incomplete():
            raise AccessError(self.env._("Only managers reopen a job order."))
        self.sudo().write(
            {
                "service_closed_on": False,
                "service_closed_by": False,
                "service_close_reason": False,
            }
        )

    def action_close_job(self):
        """Open the dialog that shows what is missing."""
        self.ensure_one()
        self._check_is_office()
        dialog = self.env["service.job.close"].create({"project_id": self.id})
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_job_close_action"
        )
        return {**action, "res_id": dialog.id}

    # === BUSINESS METHODS === #

    def _get_closing_checks(self):
        """What is looked after: an override adds its own.

        :return: {kind: (label, xml id of the action that shows it, domain)}
        """
        self.ensure_one()
        of_job = Domain("intervention_id.project_id", "=", self.id)
        work = "field_service.service_work_line_action"
        milestones = "field_service.service_job_milestone_action"
        _ = self.env._
        return {
            "interventions": (
                _("Interventions not finished"),
                "field_service.service_intervention_action",
                Domain("project_id", "=", self.id) & Domain("state", "in", OPEN_STATES),
            ),
            "reports": (
                _("Reports not signed"),
                "field_service.service_report_action",
                of_job & Domain("state", "=", "draft"),
            ),
            "work": (_("Work on no report"), work, of_job & Domain("report_id", "=", False)),
            "unbilled": (
                _("Work not invoiced"),
                work,
                of_job
                & Domain("report_id", "!=", False)
                & Domain("billing_state", "in", ["to_bill", "blocked"]),
            ),
            "progress": (
                _("Progress not invoiced"),
                milestones,
                Domain("project_id", "=", self.id) & Domain("state", "!=", "billed"),
            ),
            "bills": (
                _("Vendor bills expected"),
                "field_service.service_work_line_action_expected",
                of_job & Domain("expects_bill", "=", True) & Domain("bill_line_id", "=", False),
            ),
            "retention": (
                _("Retentions not released"),
                milestones,
                Domain("project_id", "=", self.id) & Domain("retention_state", "=", "retained"),
            ),
        }

    def _get_closing_action(self, kind):
        """The list of what is missing of one kind."""
        _label, xmlid, domain = self._get_closing_checks()[kind]
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "domain": list(domain), "context": {"create": False}}

    def _check_is_office(self):
        self.check_access("read")
        groups = (
            "field_service.field_service_group_dispatcher",
            "account.group_account_invoice",
        )
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(self.env._("Job orders are looked after by the office."))

    def _may_close_incomplete(self):
        return self.env.user.has_group("field_service.field_service_group_manager")

    def _get_missing_sentence(self, missing):
        return self.env._(
            "Job order %(job_order)s is not complete: %(missing)s. A manager can close it with a "
            "reason.",
            job_order=self.display_name,
            missing=", ".join(f"{line['label']} ({line['count']})" for line in missing),
        )

    def _get_closing_note(self, missing, reason):
        if not missing:
            return self.env._("The job order is closed.")
        return self.env._(
            "The job order is closed although something is missing – %(missing)s: %(reason)s",
            missing=", ".join(f"{line['label']} ({line['count']})" for line in missing),
            reason=reason,
        )

    def _check_job_open(self):
        """Refuse new work on a closed job order."""
        for project in self.filtered("service_closed_on"):
            raise UserError(
                self.env._(
                    "Job order %(job_order)s is closed: a manager can reopen it.",
                    job_order=project.display_name,
                )
            )
