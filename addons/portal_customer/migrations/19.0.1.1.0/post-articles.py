from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Articles may be for some customers only: which ones, the article says."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if rule := env.ref("portal_customer.knowledge_article_rule_portal", raise_if_not_found=False):
        rule.write(
            {
                "name": "Article: portal, those offered to the customer",
                "domain_force": "[('is_offered', '=', True)]",
            }
        )
