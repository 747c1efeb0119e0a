import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import encoder, ranking, text_search
from ..asking_words import is_asking
from ..codes import find_codes, without_codes

MAX_RESULTS = 100
FAVOURED = 20  # answers beyond the limit that may still come before it
VERSIONS = 4  # of an article, in several languages, that may stand in the place of one
SCORED_COLUMNS = ("id", "parent_id", "tsv", "title", "lang", "text_length", "solved_count")


class KnowledgeEntry(models.Model):
    """The search for what is like a problem: by words in two stages, then by meaning."""

    _inherit = "knowledge.entry"

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
        question = text_search.readable(text).strip()[: ranking.MAX_TEXT]
        if not encoder.has_words(question):
            return []
        access = self._search_similar_access() & Domain(domain)
        terms, language, is_known = self._question_terms(question, lang)
        weighed, entries = self._weigh_terms(terms)
        meaning = self._meaning_of(question)
        near = self._nearest(meaning, access) if meaning else []
        if not near and not any(w.frequency for w in weighed):
            return []
        limit = min(max(int(limit), 0), MAX_RESULTS)
        rows = len(near) + ranking.rows_for(limit)
        found = self._score_words(question, weighed, access, near, entries, rows)
        likeness = self._likeness(meaning, found) if meaning else None
        best = ranking.fuse(found, likeness, language, is_known=is_known)
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
    def _question_terms(self, question, lang) -> tuple[list[ranking.Term], str, bool]:
        """Codes first, then words with their stems, without the stop words of the language the
        question seems to be in: the one with most of them. That language comes with the terms, and
        whether it is known or a guess.
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
        spoken, is_known = ranking.language_of([stems for _token, *stems in rows])
        language = languages[configurations[spoken]]
        seen = set()
        for token, *stems in rows:
            lexemes = tuple(dict.fromkeys(lexeme for stem in stems for lexeme in stem))
            if stems[spoken] and lexemes not in seen:
                seen.add(lexemes)
                asking = is_asking(token, language)
                terms.append(ranking.Term(token, lexemes, is_asking=asking))
        return terms[: ranking.MAX_TERMS], language, is_known

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

        In a large index last night's count of the words serves, and only what was rare or unknown
        then is counted, as far as the budget: a common word would be read from end to end. What is
        rare chooses what is scored, so it must be rare now.
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
        rare = [position for position, known in enumerate(frequencies) if known < ranking.RARE]
        if rare:
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
                        for position in rare
                    ),
                )
            )[0]
            for position, count in zip(rare, counted, strict=True):
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
