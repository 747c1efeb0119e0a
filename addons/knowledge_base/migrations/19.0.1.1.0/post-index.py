from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH = 500


def migrate(cr, version):
    """Entries made before have neither tags nor the length of their texts in the index."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    entries = env["knowledge.entry"]
    for ids in split_every(BATCH, entries.search([], order="id").ids):
        entries.browse(ids)._index_texts()
        env.invalidate_all()
    env["knowledge.word"]._refresh()
