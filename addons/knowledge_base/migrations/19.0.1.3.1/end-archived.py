from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Archived tickets and interventions were still found."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in env["knowledge.entry"]._source_models():
        if "active" not in env[name]._fields:
            continue
        entries = env["knowledge.entry"]._search([("res_model", "=", name)])
        env[name].search(
            [("active", "=", False), ("id", "in", entries.subselect("res_id"))]
        )._knowledge_index()
