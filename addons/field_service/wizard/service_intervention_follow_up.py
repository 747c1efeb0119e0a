import uuid

from odoo import fields, models


class ServiceInterventionReturnVisit(models.TransientModel):
    """Asks what has to be brought when somebody comes back."""

    _name = "service.intervention.return.visit"
    _description = "Ask for a Return Visit"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    reason = fields.Text(string="What is still to be done")
    parts = fields.Text(string="Missing parts")
    # Of two taps on the same dialog one counts.
    request_uuid = fields.Char(default=lambda self: str(uuid.uuid4()))

    def action_confirm(self):
        self.ensure_one()
        asked = self.intervention_id.action_return_visit(
            parts=read_parts(self.parts),
            reason=self.reason or None,
            request_uuid=self.request_uuid,
        )
        return self.intervention_id._tell_asked(asked)


class ServiceInterventionSecondFault(models.TransientModel):
    """Asks what else is wrong on the site."""

    _name = "service.intervention.second.fault"
    _description = "Report a Second Fault"
    _inherit = ["dialog.mixin"]

    intervention_id = fields.Many2one("service.intervention", required=True)
    commercial_partner_id = fields.Many2one(related="intervention_id.commercial_partner_id")
    description = fields.Text(string="What is wrong", required=True)
    equipment_id = fields.Many2one(
        "service.equipment", domain="[('partner_id', '=', commercial_partner_id)]"
    )
    photo_ids = fields.Many2many("ir.attachment", string="Photos")
    request_uuid = fields.Char(default=lambda self: str(uuid.uuid4()))

    def action_confirm(self):
        self.ensure_one()
        reported = self.intervention_id.report_second_fault(
            description=self.description,
            equipment_id=self.equipment_id.id or None,
            files=[
                {"name": photo.name, "data": photo.datas.decode(), "kind": "before"}
                for photo in self.photo_ids
            ],
            request_uuid=self.request_uuid,
        )
        return self.intervention_id._tell_asked(reported)


def read_parts(text):
    """Missing parts as the public method takes them, from one per line.

    >>> read_parts("Sensor\\n\\n 2 belts ")
    [{'name': 'Sensor'}, {'name': '2 belts'}]
    >>> read_parts(False)
    []
    """
    return [{"name": line.strip()} for line in (text or "").splitlines() if line.strip()]
