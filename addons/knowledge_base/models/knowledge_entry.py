from markupsafe import Markup, escape

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from .. import ranking, text_search
from ..codes import find_codes, without_codes

MAX_INDEXED_TEXT = 20_000  # characters of a text that go into the index
INDEXED_FIELDS = frozenset({"title", "problem", "solution", "codes", "lang"})
MAX_RESULTS = 50
# Characters that mark the matched words until the text around them is escaped.
MARK_START, MARK_STOP = "\x02", "\x03"
HEADLINE_OPTIONS = (
    f"StartSel={MARK_START}, StopSel={MARK_STOP}, MaxFragments=2, MinWords=6, MaxWords=22,"
    ' FragmentDelimiter=" … "'
)


class KnowledgeEntry(models.Model):
    """The index of solved problems: one row for each record that is to be found again.

    Entries mirror their sources (see `knowledge.source.mixin`) and are never edited by hand. The
    column ``tsv`` is filled in SQL, in the language of the entry, when its texts change.
    """

    _name = "knowledge.entry"
    _description = "Solved Problem"
    _order = "id desc"
    _rec_name = "title"

    res_model = fields.Char(string="Source Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Source", model_field="res_model", required=True, readonly=True
    )
    title = fields.Char(required=True, readonly=True)
    problem = fields.Text(readonly=True)
    solution = fields.Text(readonly=True)
    codes = fields.Char(string="Error Codes", readonly=True)
    lang = fields.Char(string="Language", required=True, readonly=True)
    audience = fields.Selection(
        selection=[
            ("internal", "Office"),
            ("technician", "Technicians"),
            ("customer", "Customers"),
            ("public", "Everybody"),
        ],
        default="internal",
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", index=True, ondelete="cascade", readonly=True)
    solved_count = fields.Integer(
        string="Times It Solved",
        readonly=True,
        help="How many times somebody confirmed that this solved their problem.",
    )

    _source_uniq = models.UniqueIndex("(res_model, res_id)")
    _tsv_idx = models.Index("USING gin (tsv)")

    def _auto_init(self):
        text_search.create_configurations(self.env.cr)
        # The ORM has no type for it: the column stands beside the fields.
        if not tools.sql.table_exists(self.env.cr, self._table):
            tools.sql.create_model_table(self.env.cr, self._table, self._description)
        if not tools.sql.column_exists(self.env.cr, self._table, "tsv"):
            tools.sql.create_column(self.env.cr, self._table, "tsv", "tsvector")
        return super()._auto_init()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._index_texts()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if not self.env.context.get("knowledge_base_no_index"):
            self._index_texts(vals)
        return result

    @api.model
    def _update_many(self, values_by_entry: dict) -> None:
        """Write other values on each entry, and index the texts of all at once."""
        entries = self.browse()
        for entry, values in values_by_entry.items():
            entry.with_context(knowledge_base_no_index=True).write(values)
            entries += entry
        entries._index_texts()

    def _index_texts(self, written=INDEXED_FIELDS):
        """Fill the search vectors: title, codes, problem and solution, in the entry's language.

        :param written: names of the fields that changed
        """
        if not self or INDEXED_FIELDS.isdisjoint(written):
            return
        self.flush_recordset(INDEXED_FIELDS)
        rows = SQL(", ").join(
            SQL("(%s, %s, %s)", entry.id, entry._text_configuration(), entry._codes_vector())
            for entry in self
        )
        problem = SQL("left(coalesce(entry.problem, ''), %s)", MAX_INDEXED_TEXT)
        solution = SQL("left(coalesce(entry.solution, ''), %s)", MAX_INDEXED_TEXT)
        self.env.cr.execute(
            SQL(
                """
                UPDATE knowledge_entry AS entry
                   SET tsv = setweight(to_tsvector(row.config::regconfig, entry.title), 'A')
                          || row.codes::tsvector
                          || setweight(to_tsvector(row.config::regconfig, %s), 'B')
                          || setweight(to_tsvector(row.config::regconfig, %s), 'D')
                  FROM (VALUES %s) AS row(id, config, codes)
                 WHERE entry.id = row.id
                """,
                problem,
                solution,
                rows,
            )
        )

    def _text_configuration(self) -> str:
        configurations = self._text_configurations()
        language = (self.lang or "").split("_")[0]
        return configurations.get(language, configurations["simple"])

    def _codes_vector(self) -> str:
        """Codes of the problem weigh as much as the title, those of the solution little."""
        codes = find_codes(" ; ".join(filter(None, (self.title, self.codes, self.problem))))
        others = [code for code in find_codes(self.solution or "") if code not in codes]
        vectors = (
            ranking.codes_vector(list(codes), "A"),
            ranking.codes_vector(others, "D"),
        )
        return " ".join(filter(None, vectors))

    @api.model
    @tools.ormcache(cache="stable")
    def _text_configurations(self) -> dict:
        return text_search.available_configurations(self.env.cr)

    # === SEARCH === #

    @api.model
    @api.readonly
    def search_similar(self, text, lang=None, limit=5):
        """Find solved problems like the one described; silent when nothing is similar enough.

        :param str text: the problem, in a person's words
        :param str lang: language of the text, e.g. ``it_IT``; the languages in use by default
        :param int limit: how many at most
        :return: list of dicts, best first: id, res_model, res_id, title, problem, solution (plain
            text), excerpt (safe HTML, matched words in ``<b>``), score (0..1), why, solved_count
        """
        self.check_access("read")
        return self._search_similar(text, lang=lang, limit=limit)

    @api.model
    def _search_similar(self, text, lang=None, limit=5, domain=Domain.TRUE) -> list[dict]:
        """`search_similar` within a domain on entries, e.g. without the asking record itself."""
        question = (text or "").replace("\x00", " ").strip()[: ranking.MAX_TEXT]
        weighed = self._weigh_terms(self._question_terms(question, lang))
        if not any(w.frequency for w in weighed):
            return []
        rows = self._rank(question, weighed, limit, domain)
        # sudo: the query that found the entries applied the reader's rights
        entries_sudo = self.sudo().browse([entry_id for entry_id, _score, _matched in rows])
        excerpts = entries_sudo._excerpts(weighed)
        return [
            entry._similar_values(score, [weighed[i].term for i in matched], excerpts[entry.id])
            for entry, (_id, score, matched) in zip(entries_sudo, rows, strict=True)
        ]

    @api.model
    def _search_similar_access(self) -> Domain:
        """Which entries the reader may find; part of the query. Overrides widen or narrow it."""
        user = self.env.user
        if user._is_public():
            return Domain("audience", "=", "public") & Domain("partner_id", "=", False)
        if user.share:
            partners = [False, user.commercial_partner_id.id]
            return Domain("audience", "in", ("customer", "public")) & Domain(
                "partner_id", "in", partners
            )
        return Domain("company_id", "in", [False, *self.env.companies.ids])

    @api.model
    def _accessible(self, entry_ids):
        """Those of the entries that the reader may find."""
        self.check_access("read")
        return self.search(self._search_similar_access() & Domain("id", "in", entry_ids))

    @api.model
    def _question_languages(self, lang) -> list[str]:
        """Text search configurations to read a question with: people write to an Italian firm in
        Italian whatever the language of their screen, so every language in use counts.
        """
        codes = [lang or self.env.lang or "en_US"]
        codes += [code for code, _name in self.env["res.lang"].get_installed()]
        configurations = self._text_configurations()
        return list(
            dict.fromkeys(
                configurations.get(code.split("_")[0], configurations["simple"]) for code in codes
            )
        )[:4]

    @api.model
    def _question_terms(self, question, lang) -> list[ranking.Term]:
        """Codes first, then words with their stems; a stop word of any language says nothing."""
        terms = [
            ranking.code_term(canonical, written)
            for canonical, written in find_codes(question).items()
        ]
        # Token types: words, numbers, host and file names; not blanks, tags, compound wholes.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT word.token, %s
                  FROM (
                        SELECT lower(token) AS token, min(position) AS position
                          FROM ts_parse('default', %s) WITH ORDINALITY
                               AS parsed(tokid, token, position)
                         WHERE tokid NOT IN (12, 13, 14, 15, 16, 17, 23)
                         GROUP BY 1
                       ) AS word
                 ORDER BY word.position
                """,
                SQL(", ").join(
                    SQL("tsvector_to_array(to_tsvector(%s::regconfig, word.token))", configuration)
                    for configuration in self._question_languages(lang)
                ),
                without_codes(question),
            )
        )
        seen = set()
        for token, *stems in rows:
            lexemes = tuple(dict.fromkeys(lexeme for stem in stems for lexeme in stem))
            if all(stems) and lexemes not in seen:
                seen.add(lexemes)
                terms.append(ranking.Term(token, lexemes))
        return terms[: ranking.MAX_TERMS]

    @api.model
    def _weigh_terms(self, terms) -> list[ranking.WeighedTerm]:
        """Look up how rare each term is, in one query; counting a common term stops early."""
        if not terms:
            return []
        entries, *frequencies = self.env.execute_query(
            SQL(
                """
                SELECT greatest(
                           (SELECT reltuples::bigint FROM pg_class
                             WHERE oid = 'knowledge_entry'::regclass),
                           (SELECT count(*) FROM (SELECT FROM knowledge_entry LIMIT %s) AS few)
                       ),
                       %s
                """,
                ranking.BUDGET,
                SQL(", ").join(
                    SQL(
                        "(SELECT count(*) FROM (SELECT FROM knowledge_entry"
                        " WHERE tsv @@ %s::tsquery LIMIT %s) AS found)",
                        term.query,
                        ranking.BUDGET,
                    )
                    for term in terms
                ),
            )
        )[0]
        return ranking.weigh(terms, frequencies, entries)

    @api.model
    def _rank(self, question, weighed, limit, domain) -> list[tuple]:
        """Rows (id, score, positions of the terms found) of the most similar entries."""
        query = self._search(self._search_similar_access() & Domain(domain))
        query.add_where("knowledge_entry.tsv @@ %s::tsquery", [ranking.candidate_query(weighed)])
        return self.env.execute_query(
            SQL(
                """
                WITH candidate AS MATERIALIZED (
                    SELECT knowledge_entry.id, knowledge_entry.tsv, knowledge_entry.title,
                           coalesce(knowledge_entry.solved_count, 0) AS solved_count
                      FROM %(tables)s
                     WHERE %(condition)s
                     LIMIT %(budget)s
                ),
                scored AS (
                    SELECT candidate.id, candidate.solved_count, %(score)s AS score
                      FROM candidate
                ),
                best AS (
                    SELECT scored.id, scored.score + %(prior)s AS score
                      FROM scored
                     WHERE scored.score >= %(threshold)s
                     ORDER BY 2 DESC, 1 DESC
                     LIMIT %(limit)s
                )
                SELECT entry.id, best.score, %(matched)s
                  FROM best
                  JOIN knowledge_entry AS entry ON entry.id = best.id
                 ORDER BY best.score DESC, entry.id DESC
                """,
                tables=query.from_clause,
                condition=query.where_clause,
                budget=ranking.BUDGET,
                score=ranking.score_sql(weighed, question, self.pool.has_trigram),
                prior=ranking.PRIOR,
                threshold=ranking.MIN_SCORE,
                limit=min(max(int(limit), 0), MAX_RESULTS),
                matched=ranking.matched_sql(weighed),
            )
        )

    def _excerpts(self, weighed) -> dict[int, str]:
        """Safe HTML of what fits the question best in each entry, matched words in bold."""
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
                       )
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
        return {
            entry_id: Markup(
                str(escape(headline)).replace(MARK_START, "<b>").replace(MARK_STOP, "</b>")
            )
            for entry_id, headline in rows
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

    def _similar_values(self, score, terms, excerpt) -> dict:
        self.ensure_one()
        return {
            "id": self.id,
            "res_model": self.res_model,
            "res_id": self.res_id,
            "title": self.title,
            "problem": self.problem or "",
            "solution": self.solution or "",
            "excerpt": excerpt,
            "score": round(min(score, 1.0), 3),
            "why": self._why(terms),
            "solved_count": self.solved_count,
        }

    def _why(self, terms) -> str:
        """One sentence that says to the reader why this was found."""
        codes = [term.written for term in terms if term.is_code]
        words = [term.written for term in terms if not term.is_code]
        sentences = []
        if codes:
            sentences.append(self.env._("Same code: %(codes)s.", codes=", ".join(codes)))
        if words:
            sentences.append(self.env._("Words in common: %(words)s.", words=", ".join(words)))
        if self.solved_count:
            sentences.append(
                self.env._("It has already solved %(count)s cases.", count=self.solved_count)
                if self.solved_count > 1
                else self.env._("It has already solved a case.")
            )
        return " ".join(sentences)

    def _count_solved(self):
        """Once more these entries solved a problem."""
        for entry in self:
            entry.solved_count += 1

    # === ACTIONS === #

    def action_open_source(self):
        """Open the record behind the entry, with the reader's own rights."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
