from contextlib import contextmanager

from odoo.tests import tagged
from odoo.tools import SQL

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestKnowledgePerformance(KnowledgeBaseCommon):
    @contextmanager
    def _queries(self):
        """Count the queries of a block."""
        self.env.flush_all()
        counted = []
        with contextmanager(self._patchExecute)(counted):
            yield counted

    def _search(self):
        self.env.invalidate_all()
        with self._queries() as queries:
            found = (
                self.env["knowledge.entry"]
                .with_user(self.user_employee)
                .search_similar("compressore fermo con allarme E12", limit=50)
            )
        return len(found), len(queries)

    def test_a_search_takes_as_many_queries_whatever_is_found(self):
        self._create_entry("Compressore fermo con allarme E12", 6_000_000)
        self._search()  # caches of languages, groups and rules fill
        one, queries_one = self._search()
        for i in range(1, 45):
            self._create_entry("Compressore fermo con allarme E12", 6_000_000 + i)
        many, queries_many = self._search()
        self.assertEqual((one, many), (1, 45))
        self.assertEqual(queries_one, queries_many)

    def test_indexing_takes_as_many_queries_for_one_article_as_for_forty(self):
        def publish(count):
            articles = self.env["knowledge.article"].create(
                [
                    {"name": f"Pompa {i}", "symptom": "<p>Ferma</p>", "solution": "<p>Pulita</p>"}
                    for i in range(count)
                ]
            )
            self.env.flush_all()
            with self._queries() as queries:
                articles.with_context(tracking_disable=True)._knowledge_index()
                articles.write({"state": "published"})
            return [q for q in queries if "knowledge_entry" in str(q)]

        publish(1)
        self.assertEqual(len(publish(1)), len(publish(40)))

    def test_a_search_in_many_entries_goes_through_the_index(self):
        """The plan on 30,000 entries doesn't read the table from end to end."""
        self.env.cr.execute(
            """
            INSERT INTO knowledge_entry
                   (res_model, res_id, title, problem, lang, audience, solved_count, tsv)
            SELECT 'knowledge.article', 7000000 + i, 'Guasto ' || i, 'Testo ' || i, 'it_IT',
                   'internal', 0, to_tsvector('simple', 'guasto testo parola' || (i % 3000))
              FROM generate_series(1, 30000) AS i
            """
        )
        # what the autovacuum does after so many new rows
        self.env.cr.execute("SELECT gin_clean_pending_list('knowledge_entry_tsv_idx')")
        self.env.cr.execute("ANALYZE knowledge_entry")
        entries = self.env["knowledge.entry"]
        query = entries._search(entries._search_similar_access())
        query.add_where("knowledge_entry.tsv @@ %s::tsquery", ["'parola77'"])
        plan = "\n".join(
            row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        )
        self.assertIn("knowledge_entry_tsv_idx", plan)
        self.assertNotIn("Seq Scan on knowledge_entry", plan)
