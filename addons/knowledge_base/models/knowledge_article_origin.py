from odoo import fields, models


class KnowledgeArticle(models.Model):
    """An article made of cases: once it is published, they are further ways to find it."""

    _inherit = "knowledge.article"

    origin_entry_id = fields.Many2one(
        "knowledge.entry",
        string="Made From",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        # Readers outside are not told whose case it was.
        groups="base.group_user",
        help="The solved case it was begun from; with those that this one solved.",
    )

    def _knowledge_index(self):
        """Override: the cases the article was made of follow it as soon as it is found."""
        result = super()._knowledge_index()
        # sudo: the index is written by nobody directly
        for article_sudo in self.sudo().filtered("origin_entry_id"):
            if entry_sudo := article_sudo._knowledge_entries().filtered("active"):
                article_sudo.origin_entry_id._tie_to(entry_sudo)
        return result
