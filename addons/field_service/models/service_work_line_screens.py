from odoo import api, fields, models

from .service_intervention import CLOSED_STATES


class ServiceWorkLine(models.Model):
    """The button that takes work back."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.work.line"

    is_frozen = fields.Boolean(compute="_compute_is_frozen")

    @api.depends("report_id.state", "intervention_id.state")
    def _compute_is_frozen(self):
        for line in self:
            line.is_frozen = (
                line.report_id and line.report_id.state != "draft"
            ) or line.intervention_id.state in CLOSED_STATES

    def action_take_back(self):
        """Take back work that was recorded by mistake."""
        self.ensure_one()
        self.intervention_id.remove_work(line_ids=self.ids)

    def action_decide_coverage(self):
        """Open the dialog that decides who pays."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service.service_work_line_cover_action"
        )
        action["context"] = {"default_line_ids": self.ids}
        return action
