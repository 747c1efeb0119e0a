from odoo import api, fields, models
from odoo.tools import SQL

MIN_LENGTH = 4  # letters of a word that may be mended
MIN_LIKENESS = 0.45  # trigrams in common with the word that was probably meant


class KnowledgeWord(models.Model):
    """The words of the index, to mend what people mistype; counted anew each night."""

    _name = "knowledge.word"
    _description = "Word of the Index"
    _rec_name = "word"
    _order = "count desc, id"

    word = fields.Char(required=True, readonly=True, index="trigram")
    count = fields.Integer(string="Entries", readonly=True)

    @api.model
    def _refresh(self) -> None:
        """Take the words anew from the index: those of two entries, or of all in a small base."""
        self.env["knowledge.entry"].flush_model()
        self.env.cr.execute("DELETE FROM knowledge_word")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO knowledge_word (word, count)
                SELECT word, ndoc
                  FROM ts_stat('SELECT tsv FROM knowledge_entry')
                 WHERE length(word) BETWEEN %s AND 40 AND word !~ '[#0-9]'
                 ORDER BY ndoc DESC
                 LIMIT 200000
                """,
                MIN_LENGTH,
            )
        )
        self.invalidate_model()

    @api.model
    def _mend(self, stems: list[str]) -> dict[str, str]:
        """Map stems that the index does not know to the likeliest word it does know."""
        stems = [stem for stem in stems if len(stem) >= MIN_LENGTH]
        if not stems or not self.pool.has_trigram:
            return {}
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
                            ORDER BY 2 DESC, known.count DESC, known.word
                            LIMIT 1
                           ) AS likely
                     WHERE likely.likeness >= %s
                    """,
                    stems,
                    MIN_LIKENESS,
                )
            )
        )
