from odoo import api, models


class KnowledgeEvent(models.Model):
    """A case is solved by the article that was made of it."""

    _inherit = "knowledge.event"

    @api.model
    def _solved_by(self, res_model, res_ids):
        """Override: a case of which an article was made is solved by that, whatever was noted
        before or since; by one that was taken back only if nothing was noted.
        """
        solved_by = super()._solved_by(res_model, res_ids)
        # sudo: what the index says doesn't depend on who writes the case
        articles_sudo = self.env["knowledge.article"].sudo().with_context(active_test=False)
        articles_sudo = articles_sudo.search(
            [
                ("origin_entry_id.res_model", "=", res_model),
                ("origin_entry_id.res_id", "in", res_ids),
            ],
            order="id",
        )
        entry_by_article = {entry.res_id: entry for entry in articles_sudo._knowledge_entries()}
        made = [
            (article.origin_entry_id.res_id, entry_by_article[article.id])
            for article in articles_sudo
            if article.id in entry_by_article
        ]
        solved_by |= {case_id: entry for case_id, entry in made if entry.active}
        return dict(made) | solved_by
