from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Entries follow the rights on what they come from, whatever way they are read."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if rule := env.ref("knowledge_base.knowledge_entry_rule_company", raise_if_not_found=False):
        rule.write(
            {
                "name": "Solved problem: own companies, where the source may be found",
                "domain_force": (
                    "[('company_id', 'in', company_ids + [False]), ('is_findable', '=', True)]"
                ),
            }
        )
