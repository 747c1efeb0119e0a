from odoo import fields, models


class ServiceChecklistAnswer(models.Model):
    """What a screen needs to ask a question."""

    # A sub-feature with a file of its own.
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "service.checklist.answer"

    choices = fields.Text(related="item_id.choices")
