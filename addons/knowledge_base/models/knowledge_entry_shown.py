from markupsafe import Markup, escape

from odoo import models
from odoo.tools import SQL

from .. import ranking
from ..codes import find_codes
from .knowledge_entry import MAX_INDEXED_TEXT

# Characters that mark the matched words until the text around them is escaped.
MARK_START, MARK_STOP = "\x02", "\x03"
HEADLINE_OPTIONS = (
    f"StartSel={MARK_START}, StopSel={MARK_STOP}, MaxFragments=2, MinWords=6, MaxWords=22,"
    ' FragmentDelimiter=" … "'
)


class KnowledgeEntry(models.Model):
    """What the reader is shown of an answer: where it fits the question, and why it was found."""

    _inherit = "knowledge.entry"

    def _excerpts(self, weighed) -> dict[int, str]:
        """Safe HTML of what fits the question best in each entry, matched words in bold; where they
        are in its files only, which are not shown, it says that.
        """
        if not self:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.id,
                       ts_headline(
                           row.config::regconfig,
                           left(concat_ws(' — ', entry.problem, entry.solution), %s),
                           row.query,
                           %s
                       ),
                       entry.files <> ''
                       AND entry.tsv @@ row.query
                       AND NOT ts_filter(entry.tsv, '{a,b,c}') @@ row.query
                  FROM (VALUES %s) AS row(id, config, query)
                  JOIN knowledge_entry AS entry ON entry.id = row.id
                """,
                MAX_INDEXED_TEXT,
                HEADLINE_OPTIONS,
                SQL(", ").join(
                    SQL(
                        "(%s, %s, %s)",
                        entry.id,
                        entry._text_configuration(),
                        entry._highlight_sql(weighed),
                    )
                    for entry in self
                ),
            )
        )
        elsewhere = escape(self.env._("These words are in its files."))
        return {
            entry_id: elsewhere
            if in_files and MARK_START not in headline
            else Markup(str(escape(headline)).replace(MARK_START, "<b>").replace(MARK_STOP, "</b>"))
            for entry_id, headline, in_files in rows
        }

    def _highlight_sql(self, weighed) -> SQL:
        """What to show in bold: the words of the question, its codes as this entry writes them."""
        written = find_codes(f"{self.problem or ''} ; {self.solution or ''}"[:MAX_INDEXED_TEXT])
        lexemes = {lexeme for w in weighed if w.term.is_code for lexeme in w.term.lexemes}
        return SQL(" || ").join(
            [
                SQL("%s::tsquery", ranking.highlight_query(weighed)),
                *(
                    SQL("phraseto_tsquery(%s::regconfig, %s)", self._text_configuration(), form)
                    for code, form in written.items()
                    if f"#{code}" in lexemes
                ),
            ]
        )

    def _similar_values(self, answer, weighed, excerpt) -> dict:
        self.ensure_one()
        return {
            "id": self.id,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "title": self.title,
            "problem": self.problem or "",
            "solution": self.solution or "",
            "excerpt": excerpt,
            "score": round(min(answer.score, 1.0), 3),
            "why": self._why(answer, weighed),
            "solved_count": self.solved_count,
        }

    def _why(self, answer, weighed) -> str:
        """Sentences that say to the reader why this was found."""
        terms = [weighed[position].term for position in answer.matched]
        codes = [term.written for term in terms if term.is_code]
        words = [term.written for term in terms if not term.is_code]
        sentences = []
        if codes:
            sentences.append(self.env._("Same code: %(codes)s.", codes=", ".join(codes)))
        if words:
            sentences.append(self.env._("Words in common: %(words)s.", words=", ".join(words)))
        if answer.by_meaning:
            sentences.append(self.env._("Similar in meaning."))
        if answer.by_alias:
            sentences.append(self.env._("It solved a case like this."))
        if self.solved_count:
            sentences.append(
                self.env._("It has already solved %(count)s cases.", count=self.solved_count)
                if self.solved_count > 1
                else self.env._("It has already solved a case.")
            )
        return " ".join(sentences)
