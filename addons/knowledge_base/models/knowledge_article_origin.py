from odoo import api, fields, models

from ..personal_data import has_marks, without_marks


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
    has_marks = fields.Boolean(
        string="Has Marked Words",
        compute="_compute_has_marks",
        help="Words are still marked that may tell whose case it was.",
    )

    @api.depends(lambda self: self._get_versioned_fields())
    def _compute_has_marks(self):
        for article in self:
            article.has_marks = any(
                has_marks(article[name] or "") for name in self._get_versioned_fields()
            )

    def action_unmark(self):
        """Keep the words that are marked: they point at nobody."""
        self.ensure_one()
        texts = {name: self[name] for name in self._get_versioned_fields()}
        self.write(
            {name: without_marks(text) for name, text in texts.items() if has_marks(text or "")}
        )

    def _knowledge_index(self):
        """Override: the cases the article was made of follow it while it is found."""
        # sudo: the index is written by nobody directly
        made_sudo = self.sudo().filtered("origin_entry_id")
        found_before = set(made_sudo._knowledge_entries().filtered("active").mapped("res_id"))
        result = super()._knowledge_index()
        found_sudo = made_sudo._knowledge_entries().filtered("active")
        entry_by_id = {entry.res_id: entry for entry in found_sudo}
        moved_sudo = made_sudo.filtered(
            lambda article: (
                article.origin_entry_id.parent_id != entry_by_id[article.id]
                if article.id in entry_by_id
                else article.id in found_before
            )
        )
        moved_sudo.origin_entry_id._tie_again()
        return result
