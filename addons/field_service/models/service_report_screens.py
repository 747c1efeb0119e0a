from odoo import models


class ServiceReport(models.Model):
    """The button that proves reports, one or many."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.report"

    def action_verify(self):
        """Tell whether the stored PDFs are still those that were closed; drafts have none."""
        closed = self.filtered(lambda report: report.state != "draft")
        changed = [report.number for report in closed if not report.verify()["intact"]]
        if changed:
            message = self.env._(
                "Not the PDF that was closed: %(reports)s.", reports=", ".join(changed)
            )
        elif len(closed) == 1:
            message = self.env._("The PDF is the one that was closed: its hash is the same.")
        else:
            message = self.env._(
                "%(count)s PDFs were checked: all are those that were closed.", count=len(closed)
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if changed else "success",
                "sticky": bool(changed),
                "message": message,
            },
        }

    def action_open_return_visit_dialog(self):
        """Ask for the visit that finishes what this report has left."""
        self.ensure_one()
        self.check_access("read")
        return self.intervention_id.action_open_return_visit_dialog()
