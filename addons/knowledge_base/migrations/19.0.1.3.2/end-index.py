from odoo import SUPERUSER_ID, api
from odoo.fields import Domain
from odoo.tools import split_every

BATCH = 500


def migrate(cr, version):
    """The steps of an article keep their bullets, and cases are tied to what solved them in the
    end, in whatever order that was said.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    articles = env["knowledge.article"].with_context(active_test=False)
    published = articles.search([("state", "=", "published")], order="id")
    for ids in split_every(BATCH, published.ids):
        articles.browse(ids)._knowledge_index()
        env.invalidate_all()
    entries = env["knowledge.entry"].with_context(active_test=False)
    origins = articles.search([("origin_entry_id", "!=", False)]).origin_entry_id
    tied = entries.search(
        Domain("parent_id", "!=", False) | Domain("id", "in", origins.ids), order="id"
    )
    for ids in split_every(BATCH, tied.ids):
        entries.browse(ids)._tie_again()
        env.invalidate_all()
