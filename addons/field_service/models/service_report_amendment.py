from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.helpdesk_ticket.tools.idempotent import idempotent

from .service_work_line import AMENDING


class ServiceReport(models.Model):
    """A closed report is never changed: what was wrong on it is said on a new one that names it."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.report"

    amends_id = fields.Many2one(
        "service.report",
        string="Amended report",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The closed report that this one corrects; its PDF stays as it was signed.",
    )
    amendment_reason = fields.Char(string="What was wrong", readonly=True, copy=False)
    amendment_ids = fields.One2many("service.report", "amends_id", string="Amended by")

    _amends_uniq = models.UniqueIndex(
        "(amends_id) WHERE amends_id IS NOT NULL", "This report has already been amended."
    )

    @idempotent
    def amend(self, reason, request_uuid=None):
        """Take the work of a closed report back into a new draft, to be corrected and signed again.

        The closed one keeps its number, its PDF and its fingerprint. Dispatchers only.

        :param str reason: what was wrong, printed on the new form
        :return: ``{"report_id": …}``
        :raise UserError: if it is a draft, amended already, or on an invoice
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("field_service.field_service_group_dispatcher"):
            raise AccessError(self.env._("Only dispatchers amend a report. Ask one of them."))
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise ValidationError(self.env._("Write what was wrong on the report."))
        report_sudo = self.sudo()
        report_sudo._lock()
        report_sudo._check_may_amend()
        # Dispatchers have no right to write what was signed: a new report takes it over.
        amendment_sudo = report_sudo.create(report_sudo._prepare_amendment(reason[:300]))
        moving = {"field_service_amending": AMENDING}
        report_sudo.work_line_ids.with_context(**moving).report_id = amendment_sudo.id
        report_sudo.checklist_answer_ids.with_context(**moving).report_id = amendment_sudo.id
        return {"report_id": amendment_sudo.id}

    def _check_may_amend(self):
        if self.state == "draft":
            raise UserError(self.env._("This report is still a draft: correct it directly."))
        if self.amendment_ids:
            raise UserError(
                self.env._(
                    "Report %(report)s has already been amended by %(amendment)s.",
                    report=self.display_name,
                    amendment=self.amendment_ids[0].display_name,
                )
            )
        self.work_line_ids._check_not_invoiced()

    def _prepare_amendment(self, reason):
        self.ensure_one()
        return {
            "intervention_id": self.intervention_id.id,
            "event_ids": [fields.Command.set(self.event_ids.ids)],
            "date": self.date,
            "outcome": self.outcome,
            "remark": self.remark,
            "amends_id": self.id,
            "amendment_reason": reason,
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_amendment(self):
        if amendments := self.filtered("amends_id"):
            raise UserError(
                self.env._(
                    "%(report)s has taken over the work of a closed report and cannot be deleted. "
                    "Have it signed, or close it without a signature.",
                    report=amendments[0].display_name,
                )
            )

    def _get_photos_to_take(self):
        """Override: an amendment shows the photos of the report it corrects, too."""
        return super()._get_photos_to_take() | self.sudo().amends_id.photo_ids

    def action_amend(self):
        """Open the dialog that asks what was wrong."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_report_amend_action"
        )
        action["context"] = {"default_report_id": self.id}
        return action
