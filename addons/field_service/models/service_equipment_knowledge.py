from odoo import models

CASES = {"helpdesk.ticket": "equipment_id", "service.intervention": "equipment_ids"}
TOLD = ("product_id", "serial_number")  # what the index says of equipment


class ServiceEquipment(models.Model):
    """What was solved on equipment is found by what it is now."""

    _inherit = "service.equipment"

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(TOLD):
            self._index_cases()
        return result

    def _index_cases(self):
        for name, field in CASES.items():
            # sudo: the index tells of cases what they are about, whoever corrects the equipment
            self.env[name].sudo().search([(field, "in", self.ids)])._knowledge_index()
