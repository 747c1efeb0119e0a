from odoo import api, models


class KnowledgeEvent(models.Model):
    """A case is solved by the article that was made of it."""

    _inherit = "knowledge.event"

    @api.model
    def _solutions_of(self, records):
        """Override: a case of which an article was made is solved by that, also made anew."""
        solutions = super()._solutions_of(records)
        if records._name == "knowledge.article":
            return solutions
        # sudo: what the index says doesn't depend on who writes the case
        articles_sudo = (
            self.env["knowledge.article"]
            .sudo()
            .search(
                [
                    ("origin_entry_id.res_model", "=", records._name),
                    ("origin_entry_id.res_id", "in", records.ids),
                    ("state", "=", "published"),
                ],
                order="id",
            )
        )
        entry_by_article = {entry.res_id: entry for entry in articles_sudo._knowledge_entries()}
        for article in articles_sudo:
            if entry := entry_by_article.get(article.id):
                solutions.setdefault(article.origin_entry_id.res_id, entry)
        return solutions
