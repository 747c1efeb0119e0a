from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH = 500


def migrate(cr, version):
    """Articles are found by their product as by a tag, those too that were published before."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    articles = env["knowledge.article"].search([("product", "!=", False)], order="id")
    for ids in split_every(BATCH, articles.ids):
        articles.browse(ids)._knowledge_index()
        env.invalidate_all()
