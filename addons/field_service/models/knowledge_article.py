from odoo import api, fields, models
from odoo.fields import Domain


class KnowledgeArticle(models.Model):
    """Articles for whoever has equipment of a product."""

    _inherit = "knowledge.article"

    audience_product_ids = fields.Many2many(
        "product.product",
        relation="knowledge_article_audience_product_rel",
        ondelete="restrict",
        string="Only Owners of",
        groups="base.group_user",
        help="Customers who have equipment of one of these products are addressed.",
    )

    @api.model
    def _audience_fields(self):
        return [*super()._audience_fields(), "audience_product_ids"]

    @api.model
    def _narrow_domain(self, partner):
        customer = partner.sudo().commercial_partner_id
        # sudo: what a customer has decides here, whatever the contact may see of it
        groups_sudo = (
            self.env["service.equipment"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "=", customer.id),
                    ("product_id", "!=", False),
                    # Said here: rules are read without the usual filter.
                    ("active", "=", True),
                ],
                ["product_id"],
            )
        )
        products = [product.id for [product] in groups_sudo]
        domain = super()._narrow_domain(partner)
        return domain | Domain("audience_product_ids", "in", products) if products else domain
