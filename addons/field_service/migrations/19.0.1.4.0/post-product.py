from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH = 500
EQUIPMENT = {"helpdesk.ticket": "equipment_id", "service.intervention": "equipment_ids"}


def migrate(cr, version):
    """Cases are found by the product they are about, those too that were solved before."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, equipment in EQUIPMENT.items():
        cases = env[name].search([(f"{equipment}.product_id", "!=", False)], order="id")
        for ids in split_every(BATCH, cases.ids):
            cases.browse(ids)._knowledge_index()
            env.invalidate_all()
