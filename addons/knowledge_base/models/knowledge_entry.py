import re

from markupsafe import Markup, escape

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .. import encoder, ranking, text_search
from ..asking_words import is_asking
from ..codes import find_codes, without_codes

MAX_INDEXED_TEXT = 20_000  # characters of a text that go into the index
INDEXED_FIELDS = frozenset({"title", "problem", "solution", "codes", "tags", "lang", "files"})
MAX_RESULTS = 100
FAVOURED = 20  # answers beyond the limit that may still come before it
SCORED_COLUMNS = ("id", "parent_id", "tsv", "title", "lang", "text_length", "solved_count")
VERSIONS = 4  # of an article, in several languages, that may stand in the place of one
# Characters that mark the matched words until the text around them is escaped.
MARK_START, MARK_STOP = "\x02", "\x03"
HEADLINE_OPTIONS = (
    f"StartSel={MARK_START}, StopSel={MARK_STOP}, MaxFragments=2, MinWords=6, MaxWords=22,"
    ' FragmentDelimiter=" … "'
)


class KnowledgeEntry(models.Model):
    """The index of solved problems: one row for each record that is to be found again.

    Entries mirror their sources (see `knowledge.source.mixin`) and are never edited by hand. The
    columns ``tsv`` and ``text_length`` (words of problem and solution) are filled in SQL, in the
    language of the entry, when its texts change.
    """

    _name = "knowledge.entry"
    _description = "Solved Problem"
    _inherit = ["hidden.name.mixin"]
    _order = "id desc"
    _rec_name = "title"

    res_model = fields.Char(string="Source Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Source", model_field="res_model", required=True, readonly=True
    )
    active = fields.Boolean(
        default=True,
        readonly=True,
        help="What was taken back says nothing and is not found; what came of it is kept.",
    )
    title = fields.Char(required=True, readonly=True)
    problem = fields.Text(readonly=True)
    solution = fields.Text(readonly=True)
    codes = fields.Char(string="Error Codes", readonly=True)
    tags = fields.Char(readonly=True, help="Other words to find it by: tags, product, model.")
    files = fields.Text(
        string="Words of Its Files",
        readonly=True,
        prefetch=False,
        help="It is found by them; they are not shown.",
    )
    lang = fields.Char(string="Language Code", required=True, readonly=True)
    lang_name = fields.Char(string="Language", compute="_compute_lang_name")
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

    parent_id = fields.Many2one(
        "knowledge.entry",
        string="Solved By",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        # It may be another customer's case, and whoever reads a link reads the name behind it.
        groups="base.group_user",
        help="The solution that solved this case. The case is then one more way to find it.",
    )
    alias_ids = fields.One2many(
        "knowledge.entry", "parent_id", string="Cases It Solved", groups="base.group_user"
    )

    _source_uniq = models.UniqueIndex("(res_model, res_id)")
    _tsv_idx = models.Index("USING gin (tsv)")

    def _auto_init(self):
        # As before the installation: an update mends a database that has lost or gained one.
        text_search.create_configurations(self.env.cr)
        # The ORM has no type for it: the column stands beside the fields.
        if not tools.sql.table_exists(self.env.cr, self._table):
            tools.sql.create_model_table(self.env.cr, self._table, self._description)
        for name, kind in (("tsv", "tsvector"), ("text_length", "int4")):
            if not tools.sql.column_exists(self.env.cr, self._table, name):
                tools.sql.create_column(self.env.cr, self._table, name, kind)
        return super()._auto_init()

    @api.depends("lang")
    def _compute_lang_name(self):
        # A language that isn't installed any more has no name.
        languages = dict(self.env["res.lang"].get_installed())
        for entry in self:
            entry.lang_name = languages.get(entry.lang, entry.lang)

    @api.depends("active")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for entry in self:
            if not entry.active:
                entry.display_name = self.env._("Taken back")
        return result

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
        problem = SQL("left(coalesce(source.problem, ''), %s)", MAX_INDEXED_TEXT)
        solution = SQL("left(coalesce(source.solution, ''), %s)", MAX_INDEXED_TEXT)
        self.env.cr.execute(
            SQL(
                r"""
                UPDATE knowledge_entry AS entry
                   SET tsv = setweight(to_tsvector(row.config::regconfig, entry.title), 'A')
                          || row.codes::tsvector
                          || setweight(
                                 to_tsvector(row.config::regconfig, coalesce(source.files, '')), 'D'
                             )
                          || setweight(text.problem, 'B')
                          || setweight(
                                 to_tsvector(row.config::regconfig, coalesce(entry.tags, '')), 'C'
                             )
                          || setweight(
                                 text.solution,
                                 -- an entry of nothing else: its solution stands for the problem
                                 CASE WHEN entry.title ~ '[[:alnum:]]' OR text.problem <> ''
                                      THEN 'D' ELSE 'B' END::"char"
                             ),
                       text_length = text.length
                  FROM (VALUES %s) AS row(id, config, codes)
                  JOIN knowledge_entry AS source ON source.id = row.id
                 CROSS JOIN LATERAL (
                       SELECT to_tsvector(row.config::regconfig, %s) AS problem,
                              to_tsvector(row.config::regconfig, %s) AS solution
                       OFFSET 0
                       ) AS vector
                 CROSS JOIN LATERAL (
                       SELECT vector.problem, vector.solution,
                              (SELECT coalesce(sum(cardinality(positions)), 0)
                                 FROM unnest(vector.problem || vector.solution)) AS length
                       ) AS text
                 WHERE entry.id = row.id
                """,
                rows,
                problem,
                solution,
            )
        )
        self.env["knowledge.vector"]._queue(self)

    def _text_configuration(self) -> str:
        configurations = self._text_configurations()
        language = (self.lang or "").split("_")[0]
        return configurations.get(language, configurations["simple"])

    def _codes_vector(self) -> str:
        """Codes of the problem weigh as much as the title, those of the solution little."""
        codes = find_codes(" ; ".join(filter(None, (self.title, self.codes, self.problem))))
        rest = " ; ".join(filter(None, (self.solution, self.files)))
        others = [code for code in find_codes(rest) if code not in codes]
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
    def _search_similar(
        self, text, lang=None, limit=5, domain=Domain.TRUE, origin=None
    ) -> list[dict]:
        """`search_similar` within a domain on entries, e.g. without the asking record itself.

        :param origin: the asking record, a source of knowledge; what shares customer, product or
            serial number with it comes a little earlier, never instead of what is more alike
        """
        question = (text or "").replace("\x00", " ").strip()[: ranking.MAX_TEXT]
        if not encoder.has_words(question):
            return []
        access = self._search_similar_access() & Domain(domain)
        terms, language = self._question_terms(question, lang)
        weighed, entries = self._weigh_terms(terms)
        meaning = self._meaning_of(question)
        near = self._nearest(meaning, access) if meaning else []
        if not near and not any(w.frequency for w in weighed):
            return []
        limit = min(max(int(limit), 0), MAX_RESULTS)
        rows = len(near) + ranking.rows_for(limit)
        found = self._score_words(question, weighed, access, near, entries, rows)
        likeness = self._likeness(meaning, found) if meaning else None
        best = ranking.fuse(found, likeness, language)
        if origin:
            best = self._kin_first(best[: limit * VERSIONS + FAVOURED], origin)
        best = best[: limit * VERSIONS]
        best = self._one_per_translation(best)[:limit]
        # sudo: the query that found the entries applied the reader's rights
        entries_sudo = self.sudo().browse([answer.id for answer in best])
        excerpts = entries_sudo._excerpts(weighed)
        return [
            entry._similar_values(answer, weighed, excerpts[entry.id])
            for entry, answer in zip(entries_sudo, best, strict=True)
        ]

    @api.model
    def _kin_first(self, answers, origin):
        """The answers, those that share something with a record a little earlier."""
        # sudo: what the record is about orders what the reader finds anyway, and is not shown
        origin_sudo = origin.sudo()
        customer_sudo = origin_sudo._knowledge_partner().commercial_partner_id
        tags = self._parts_of(origin_sudo._knowledge_tags())
        codes = self._parts_of(origin_sudo._knowledge_codes())
        kin = {
            entry.id: ranking.kinship(
                customer=bool(customer_sudo) and entry.partner_id == customer_sudo,
                tag=bool(tags & self._parts_of(entry.tags)),
                code=bool(codes & self._parts_of(entry.codes)),
            )
            for entry in self.sudo().browse([answer.id for answer in answers])
        }
        return ranking.favour(answers, kin)

    @api.model
    def _parts_of(self, listed) -> set[str]:
        """Names and numbers that stand in a list, however they are separated."""
        parts = re.split(r"[,;|\n]", (listed or "").casefold())
        return {part.strip() for part in parts} - {""}

    @api.model
    def _meaning_of(self, question):
        """(encoder, its record, vector about the mean, mean) of a question; None without encoder
        or as long as nothing is encoded.
        """
        model = self.env["knowledge.encoder"]._get()
        if not model:
            return None
        # sudo: the encoder is nobody's secret
        record_sudo = self.env["knowledge.encoder"].sudo().search([("name", "=", model.name)])
        if not record_sudo:
            return None
        try:
            vector = model.question(question)
        except Exception as error:  # words alone still give an answer
            encoder.failed(error)
            return None
        mean = record_sudo._mean(model.numpy)
        return model, record_sudo, vector - mean, mean

    @api.model
    def _nearest(self, meaning, access) -> list[int]:
        model, record_sudo, vector, _mean = meaning
        return self.env["knowledge.vector"]._nearest(
            record_sudo, model.numpy, vector, self._search(access)
        )

    @api.model
    def _likeness(self, meaning, found) -> dict[int, float]:
        model, record_sudo, vector, mean = meaning
        return self.env["knowledge.vector"]._likeness(
            record_sudo, model.numpy, vector, mean, [one.id for one in found]
        )

    @api.model
    def _search_similar_access(self) -> Domain:
        """Which entries the reader may find; part of the query. Overrides widen or narrow it."""
        # What was taken back is not found, whatever the caller's `active_test` says.
        access = Domain("active", "=", True)
        user = self.env.user
        if user._is_public():
            access &= Domain("audience", "=", "public") & Domain("partner_id", "=", False)
        elif user.share:
            partners = [False, user._get_acting_contact().commercial_partner_id.id]
            access &= Domain("audience", "in", ("customer", "public"))
            access &= Domain("partner_id", "in", partners)
        else:
            access &= Domain("company_id", "in", [False, *self.env.companies.ids])
        return access

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
    def _question_terms(self, question, lang) -> tuple[list[ranking.Term], str]:
        """Codes first, then words with their stems, without the stop words of the language the
        question seems to be in: the one with most of them. That language comes with the terms.
        """
        terms = [
            ranking.code_term(canonical, written)
            for canonical, written in find_codes(question).items()
        ]
        configurations = self._question_languages(lang)
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
                    for configuration in configurations
                ),
                without_codes(question),
            )
        )
        languages = {name: code for code, name in self._text_configurations().items()}
        spoken = ranking.language_of([stems for _token, *stems in rows])
        language = languages[configurations[spoken]]
        seen = set()
        for token, *stems in rows:
            lexemes = tuple(dict.fromkeys(lexeme for stem in stems for lexeme in stem))
            if stems[spoken] and lexemes not in seen:
                seen.add(lexemes)
                asking = is_asking(token, language)
                terms.append(ranking.Term(token, lexemes, is_asking=asking))
        return terms[: ranking.MAX_TERMS], language

    @api.model
    def _weigh_terms(self, terms) -> tuple[list[ranking.WeighedTerm], int]:
        """Weigh the terms by how rare each is; words nobody used are mended if one is alike. How
        many entries there are comes with the terms.
        """
        if not terms:
            return [], 0
        frequencies, entries = self._count_terms(terms)
        unknown = [
            position
            for position, term in enumerate(terms)
            if not frequencies[position] and not term.is_code
        ]
        mended = self.env["knowledge.word"]._mend(
            [lexeme for position in unknown for lexeme in terms[position].lexemes]
        )
        if mended:
            terms = list(terms)
            for position in unknown:
                terms[position] = terms[position].mended(mended)
            frequencies, entries = self._count_terms(terms)
        return ranking.weigh(terms, frequencies, entries), entries

    @api.model
    def _count_terms(self, terms) -> tuple[list[int], int]:
        """In how many entries each term is, and how many there are.

        In a large index last night's count of the words serves, and only what is new since then is
        counted, as far as the budget: a common word would be read from end to end.
        """
        entries = self._estimate_entries()
        frequencies = [0] * len(terms)
        if entries > ranking.SMALL:
            counts = self.env["knowledge.word"]._count(
                list({lexeme for term in terms for lexeme in term.lexemes})
            )
            frequencies = [
                min(entries, sum(counts.get(lexeme, 0) for lexeme in term.lexemes))
                for term in terms
            ]
        unknown = [position for position, known in enumerate(frequencies) if not known]
        if unknown:
            counted = self.env.execute_query(
                SQL(
                    "SELECT %s",
                    SQL(", ").join(
                        SQL(
                            "(SELECT count(*) FROM (SELECT FROM knowledge_entry"
                            " WHERE tsv @@ %s::tsquery LIMIT %s) AS found)",
                            terms[position].query,
                            ranking.BUDGET,
                        )
                        for position in unknown
                    ),
                )
            )[0]
            for position, count in zip(unknown, counted, strict=True):
                frequencies[position] = count
        return frequencies, entries

    @api.model
    def _estimate_entries(self) -> int:
        ((entries,),) = self.env.execute_query(
            SQL(
                """
                SELECT greatest(
                           (SELECT reltuples::bigint FROM pg_class
                             WHERE oid = 'knowledge_entry'::regclass),
                           (SELECT count(*) FROM (SELECT FROM knowledge_entry LIMIT %s) AS few)
                       )
                """,
                ranking.BUDGET,
            )
        )
        return entries

    @api.model
    def _score_words(self, question, weighed, access, near, entries, rows) -> list[ranking.Found]:
        """What the reader may find, with what it has in common with the question.

        :param access: domain on entries
        :param list near: ids of entries that are near in meaning; they were found within it
        :param int entries: how many there are in the index
        :param int rows: how many at most, the best
        """
        self.flush_model(["parent_id", "solved_count", "title", "lang"])
        parents = self._search(access)
        parents.add_where(
            "knowledge_entry.id IN (SELECT parent_id FROM candidate WHERE parent_id IS NOT NULL)"
        )
        query = self._search(access)
        budget = ranking.budget_of(entries)
        chosen = self._choose_by_index(weighed, access, min(rows, budget) - len(near))
        query.add_where(ranking.candidate_sql(weighed, near, entries, chosen))
        separate = sum(w.frequency for w in weighed) <= ranking.SEPARATE_LABELS_UP_TO
        weights = ranking.label_weights_sql(separate=separate)
        columns = [SQL.identifier(f"weights_{number}") for number in range(len(weights))]
        scored = self.env.execute_query(
            SQL(
                """
                WITH candidate AS MATERIALIZED (
                    SELECT %(columns)s
                      FROM %(tables)s
                     WHERE %(condition)s
                     LIMIT %(budget)s
                ),
                average AS MATERIALIZED (
                    SELECT greatest(avg(nullif(sample.text_length, 0)), 1)::real AS length,
                           greatest(avg(length(sample.title)), 1)::real AS title_length
                      FROM (SELECT text_length, title FROM knowledge_entry
                             WHERE active LIMIT 500) AS sample
                ),
                found AS (
                    SELECT * FROM candidate
                     UNION ALL
                    SELECT %(columns)s
                      FROM %(parent_tables)s
                     WHERE %(parent_condition)s
                       AND knowledge_entry.id NOT IN (SELECT id FROM candidate)
                ),
                entry AS MATERIALIZED (
                    SELECT found.id, found.parent_id, found.tsv, found.title, found.lang,
                           coalesce(found.solved_count, 0) AS solved_count, %(weights)s
                      FROM found, average
                ),
                ranked AS MATERIALIZED (
                    SELECT entry.id, entry.parent_id, entry.lang, entry.solved_count,
                           entry.title, ARRAY[%(ranks)s]::real[] AS rank
                      FROM entry
                ),
                placed AS MATERIALIZED (
                    SELECT by_words.*,
                           row_number() OVER (ORDER BY by_words.words DESC, by_words.id DESC)
                               <= %(likened)s OR by_words.id = ANY(%(near)s) AS is_likened
                      FROM (SELECT ranked.*, %(words)s AS words FROM ranked) AS by_words
                ),
                likened AS MATERIALIZED (
                    SELECT placed.*,
                           CASE WHEN placed.is_likened THEN %(likeness)s ELSE 0 END AS likeness
                      FROM placed
                ),
                scored AS (
                    SELECT likened.*, likened.words + %(trigram_weight)s * likened.likeness AS score
                      FROM likened
                )
                SELECT scored.id, scored.parent_id, split_part(scored.lang, '_', 1),
                       scored.solved_count, scored.rank, scored.likeness
                  FROM scored
                 WINDOW family AS (PARTITION BY coalesce(scored.parent_id, scored.id))
                 ORDER BY bool_or(scored.id = ANY(%(near)s)) OVER family DESC,
                          max(scored.score) OVER family DESC,
                          scored.parent_id IS NOT NULL, scored.score DESC, scored.id DESC
                 LIMIT %(limit)s
                """,
                columns=SQL(", ").join(
                    SQL.identifier("knowledge_entry", name) for name in SCORED_COLUMNS
                ),
                tables=query.from_clause,
                condition=query.where_clause,
                parent_tables=parents.from_clause,
                parent_condition=parents.where_clause,
                budget=budget,
                weights=SQL(", ").join(
                    SQL("%s AS %s", weight, column)
                    for weight, column in zip(weights, columns, strict=True)
                ),
                ranks=SQL(", ").join(ranking.rank_sql(w, columns) for w in weighed),
                likeness=SQL("similarity(placed.title, %s)", question)
                if self.pool.has_trigram
                else SQL("0"),
                likened=ranking.LIKENED,
                words=ranking.words_sql(weighed),
                trigram_weight=ranking.TRIGRAM_WEIGHT,
                near=near,
                limit=rows,
            )
        )
        return [ranking.found(weighed, *row) for row in scored]

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

    @api.model
    def _case_of(self, res_model, res_id):
        """The entry of a record, if it is in the index."""
        return self.search([("res_model", "=", res_model), ("res_id", "=", res_id)])

    def _tie_to(self, solution):
        """These cases were solved by that solution: they become further ways to find it."""
        root = solution.parent_id or solution
        cases = self - root
        (cases + cases.alias_ids).filtered(lambda case: case.parent_id != root).parent_id = root

    def _take_back(self):
        """Nobody finds these any more, and they say nothing; what people noted of them, and the
        cases they solved, wait for their source to be solved again.
        """
        taken_back = self.filtered("active")
        if not taken_back:
            return
        nothing = dict.fromkeys(("title", "problem", "solution", "codes", "tags", "files"), "")
        taken_back.with_context(knowledge_base_no_index=True).write(
            {**nothing, "active": False, "audience": "internal"}
        )
        taken_back.flush_recordset()
        # The columns beside the fields.
        self.env.cr.execute(
            SQL(
                "UPDATE knowledge_entry SET tsv = '', text_length = 0 WHERE id = ANY(%s)",
                taken_back.ids,
            )
        )
        self.env["knowledge.vector"].search([("entry_id", "in", taken_back.ids)]).unlink()

    def _count_solved(self):
        """Once more these entries solved a problem."""
        for entry in self:
            entry.solved_count += 1

    def _check_there(self):
        """:raise AccessError: if what the reader was shown has been taken back since then, or never
        was for them: both are told alike
        """
        if self.search([("id", "in", self.ids), ("active", "=", True)]) != self:
            raise AccessError(
                self.env._("This solution has been taken back in the meantime: search again.")
            )

    # === ACTIONS === #

    def action_open_source(self):
        """Open the record behind the entry, with the reader's own rights."""
        self.ensure_one()
        self._check_there()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_make_article(self):
        """Begin an article about the case behind the entry, with the reader's own rights."""
        self.ensure_one()
        self.check_access("read")
        return self.env[self.res_model].browse(self.res_id).action_make_article()
