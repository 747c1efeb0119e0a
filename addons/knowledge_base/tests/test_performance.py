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

    def _thirty_thousand_articles(self):
        """In the database, as far as a plan needs them."""
        self.env.cr.execute(
            """
            WITH article AS (
                INSERT INTO knowledge_article (name, lang, audience, state, active, user_id)
                SELECT 'Guasto ' || i, 'it_IT', 'internal', 'published', true, %s
                  FROM generate_series(1, 30000) AS i
             RETURNING id, name
            )
            INSERT INTO knowledge_entry
                   (res_model, res_id, title, problem, lang, audience, active, solved_count, tsv)
            SELECT 'knowledge.article', id, name, 'Testo', 'it_IT',
                   'internal', true, 0, to_tsvector('simple', 'guasto testo parola' || (id %% 3000))
              FROM article
            """,
            [self.user_editor.id],
        )
        # what the autovacuum does after so many new rows
        self.env.cr.execute("SELECT gin_clean_pending_list('knowledge_entry_tsv_idx')")
        self.env.cr.execute("ANALYZE knowledge_entry, knowledge_article")

    def _plan(self, user):
        entries = self.env["knowledge.entry"].with_user(user)
        query = entries._search(entries._search_similar_access())
        query.add_where("knowledge_entry.tsv @@ %s::tsquery", ["'parola77'"])
        return "\n".join(
            row for (row,) in self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        )

    def test_a_search_in_many_entries_goes_through_the_index(self):
        """The plan on 30,000 entries doesn't read the table from end to end."""
        self._thirty_thousand_articles()
        plan = self._plan(self.env.user)
        self.assertIn("knowledge_entry_tsv_idx", plan)
        self.assertNotIn("Seq Scan on knowledge_entry", plan)

    def test_rights_on_many_sources_are_asked_of_what_is_found_only(self):
        self._thirty_thousand_articles()
        self.env["ir.rule"].create(
            {
                "name": "test: everybody finds their own articles",
                "model_id": self.env["ir.model"]._get("knowledge.article").id,
                "domain_force": "[('user_id', '=', user.id)]",
            }
        )
        plan = self._plan(self.user_editor)
        self.assertIn("knowledge_entry_tsv_idx", plan)
        self.assertIn("knowledge_article_pkey", plan)
        self.assertNotIn("Seq Scan", plan)
        for user, count in ((self.user_editor, 30_000), (self.user_employee, 0)):
            self.assertEqual(self.env["knowledge.entry"].with_user(user).search_count([]), count)
