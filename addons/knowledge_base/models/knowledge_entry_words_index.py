from odoo import api, models
from odoo.tools import SQL

from .. import ranking, text_search

WORDS_INDEX = "knowledge_entry_words_idx"
# The stems of an entry, made in its language already: one index serves all languages.
WORDS = SQL("tsvector_to_array(knowledge_entry.tsv)")


class KnowledgeEntry(models.Model):
    """With many entries pg_textsearch chooses those that are scored, where it is installed."""

    _inherit = "knowledge.entry"

    @api.model
    def _has_words_extension(self) -> bool:
        """Whether pg_textsearch ranks texts here."""
        return text_search.has_operator_class(self.env.cr, "text_array_bm25_ops")

    @api.model
    def _has_words_index(self) -> bool:
        return text_search.has_index(self.env.cr, WORDS_INDEX)

    @api.model
    def _make_words_index(self) -> None:
        """Make pg_textsearch's index if there is the extension and entries enough."""
        if (
            self._estimate_entries() <= ranking.SMALL
            or self._has_words_index()
            or not self._has_words_extension()
        ):
            return
        self.env.cr.execute(
            SQL(
                "CREATE INDEX %s ON knowledge_entry USING bm25 ((tsvector_to_array(tsv)))"
                " WITH (text_config = 'pg_catalog.simple')",
                SQL.identifier(WORDS_INDEX),
            )
        )

    @api.model
    def _choose_by_index(self, weighed, access, count) -> list[int] | None:
        """Ids of the entries with most of the question's words among those of a domain.

        :return: None where PostgreSQL's own index is to choose
        """
        if not self._has_words_index():
            return None
        query = self._search(access)
        words = " ".join(lexeme for w in weighed for lexeme in w.term.lexemes)
        rows = self.env.execute_query(
            SQL(
                # The distance is not selected: it would be computed again, row by row.
                "SELECT knowledge_entry.id FROM %s WHERE %s"
                " ORDER BY %s <@> to_bm25query(%s, %s) LIMIT %s",
                query.from_clause,
                query.where_clause or SQL("true"),
                WORDS,
                words,
                WORDS_INDEX,
                count,
            )
        )
        return [entry_id for (entry_id,) in rows]
