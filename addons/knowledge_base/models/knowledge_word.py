from odoo import api, fields, models
from odoo.tools import SQL

MIN_LENGTH = 4  # letters of a word that may be mended
MIN_LIKENESS = 0.45  # trigrams in common with the word that was probably meant
MAX_WORDS = 1_000_000  # the most frequent ones


class KnowledgeWord(models.Model):
    """The words and codes of the index with the entries they are in; counted anew each night.

    They mend what people mistype, and say in a large index how rare a word is.
    """

    _name = "knowledge.word"
    _description = "Word of the Index"
    _rec_name = "word"
    _order = "count desc, id"

    word = fields.Char(required=True, readonly=True, index="trigram")
    count = fields.Integer(string="Entries", readonly=True)

    _word_uniq = models.UniqueIndex("(word)")

    @api.model
    def _refresh(self) -> None:
        """Take the words anew from the index."""
        self.env["knowledge.entry"].flush_model()
        self.env.cr.execute("DELETE FROM knowledge_word")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO knowledge_word (word, count)
                SELECT word, ndoc
                  FROM ts_stat('SELECT tsv FROM knowledge_entry')
                 WHERE length(word) <= 40
                 ORDER BY ndoc DESC
                 LIMIT %s
                """,
                MAX_WORDS,
            )
        )
        self.invalidate_model()
        self.env["knowledge.entry"]._make_words_index()

    @api.model
    def _count(self, lexemes: list[str]) -> dict[str, int]:
        """In how many entries each of these was last night; those unknown then are left out."""
        return dict(
            self.env.execute_query(
                SQL("SELECT word, count FROM knowledge_word WHERE word = ANY(%s)", lexemes)
            )
        )

    @api.model
    def _mend(self, stems: list[str]) -> dict[str, str]:
        """Map stems that the index does not know to the likeliest word it does know."""
        stems = [stem for stem in stems if len(stem) >= MIN_LENGTH]
        if not stems or not self.pool.has_trigram:
            return {}
        # The index on words then answers with few of them; it counts for this transaction only.
        self.env.execute_query(
            SQL("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", str(MIN_LIKENESS))
        )
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT written.stem, likely.word
                      FROM unnest(%s) AS written(stem)
                     CROSS JOIN LATERAL (
                           SELECT known.word, similarity(known.word, written.stem) AS likeness
                             FROM knowledge_word AS known
                            WHERE known.word %% written.stem
                              AND length(known.word) >= %s
                              AND known.word !~ '[#0-9]'
                            ORDER BY 2 DESC, known.count DESC, known.word
                            LIMIT 1
                           ) AS likely
                    """,
                    stems,
                    MIN_LENGTH,
                )
            )
        )
