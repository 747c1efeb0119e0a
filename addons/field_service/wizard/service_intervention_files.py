from odoo import fields, models


class ServiceInterventionFiles(models.TransientModel):
    """Takes photos and documents from the phone's camera or the computer."""

    _name = "service.intervention.files"
    _description = "Add Photos and Documents"

    intervention_id = fields.Many2one("service.intervention", required=True)
    kind = fields.Selection(
        selection=[("before", "Before"), ("after", "After"), ("other", "Other")],
        string="They show",
        required=True,
        default="before",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Photos and documents")

    def action_confirm(self):
        self.ensure_one()
        files = [
            {
                "name": attachment.name,
                "data": attachment.datas.decode() if attachment.datas else "",
                "kind": self.kind,
            }
            for attachment in self.attachment_ids
        ]
        self.intervention_id.add_files(files=files)
        return {"type": "ir.actions.act_window_close"}
