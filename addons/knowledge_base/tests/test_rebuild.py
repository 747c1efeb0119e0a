from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import KnowledgeBaseCommon

SEEN = ("res_model", "res_id", "title", "problem", "solution", "codes", "tags", "lang", "audience")
ACTS = ("publish", "draft", "archive", "unarchive", "rename", "judge", "hide")


@tagged("post_install", "-at_install")
class TestRebuild(KnowledgeBaseCommon):
    """The index made anew says the same as the one that followed each change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["knowledge.article"].search([]).unlink()
        cls.articles = cls.env["knowledge.article"]
        for number in range(4):
            cls.articles += cls._create_article(f"Pompa {number} ferma, errore E{number}")

    def _index(self):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT entry.res_model, entry.res_id, entry.title, entry.problem, entry.solution,
                   entry.codes, entry.tags, entry.lang, entry.audience, parent.res_id,
                   entry.tsv::text, entry.text_length
              FROM knowledge_entry AS entry
              LEFT JOIN knowledge_entry AS parent ON parent.id = entry.parent_id
             ORDER BY entry.res_model, entry.res_id
            """
        )
        return self.env.cr.fetchall()

    def _act(self, name, article, other):
        if name == "publish" and article.state != "published":
            article.action_publish()
        elif name == "draft" and article.state == "published":
            article.action_draft()
        elif name in ("archive", "unarchive"):
            article.active = name == "unarchive"
        elif name == "rename":
            article.name = f"{other.name} e rumorosa"[:60]
        elif name == "hide":
            article.audience = "internal"
        elif name == "judge" and (entry := self._entry_of(other)):
            self.env["knowledge.event"].record(entry.ids, "solved", article._name, article.id)

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.integers(0, 3)), max_size=8)
    )
    def test_made_anew_it_says_the_same(self, acts):
        with self.env.cr.savepoint() as savepoint:
            for name, article, other in acts:
                self._act(name, self.articles[article], self.articles[other])
            followed = self._index()
            self.assertTrue(self.env["knowledge.entry"]._rebuild())
            self.assertEqual(self._index(), followed)
            savepoint.rollback()
        self.env.invalidate_all()

    def test_what_was_lost_or_damaged_is_mended(self):
        before = self._index()
        self.env.cr.execute("DELETE FROM knowledge_entry WHERE res_id = %s", [self.articles[0].id])
        self.env.cr.execute("UPDATE knowledge_entry SET title = 'danneggiata', tsv = NULL")
        self.env.invalidate_all()
        self._create_entry("Di un articolo che non c'è più", self.articles[3].id + 1_000)
        self.env["knowledge.entry"]._rebuild()
        self.assertEqual(self._index(), before)

    def test_searches_are_planned_for_as_many_entries_as_there_are_then(self):
        self.env.cr.execute("ANALYZE knowledge_entry")
        for number in range(3):
            self._create_article(f"Caldaia {number} in blocco")
        self.env["knowledge.entry"]._rebuild()
        self.env.cr.execute("SELECT reltuples FROM pg_class WHERE relname = 'knowledge_entry'")
        [planned_for] = self.env.cr.fetchone()
        self.assertEqual(planned_for, self.env["knowledge.entry"].search_count([]))

    def test_its_words_are_counted_anew_too(self):
        job = self.env.ref("knowledge_base.knowledge_word_cron_refresh")
        self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]).unlink()
        self.env["knowledge.entry"]._rebuild()
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)]))

    def test_it_goes_on_where_it_stopped(self):
        entries = self.env["knowledge.entry"]
        entries.search([]).unlink()
        with patch("odoo.addons.knowledge_base.models.knowledge_entry_rebuild.BATCH", 1):
            self.assertFalse(entries._rebuild(seconds=0))
            self.assertEqual(entries.search([]).mapped("res_id"), self.articles[:1].ids)
            self.assertFalse(entries._rebuild(seconds=0))
            self.assertEqual(len(entries.search([])), 2)
        self.assertTrue(entries._rebuild())
        self.assertEqual(len(entries.search([])), 4)

    def test_a_manager_sees_how_far_it_has_come_and_goes_on(self):
        entries = self.env["knowledge.entry"].with_user(self.user_manager)
        module = "odoo.addons.knowledge_base.models.knowledge_entry_rebuild"
        begun = entries.rebuild_progress()
        self.assertEqual((begun["done"], begun["complete"]), (0, False))
        self.env["knowledge.entry"].search([]).unlink()
        with patch(f"{module}.BATCH", 1), patch(f"{module}.STEP", 0):
            for done in (1, 2):
                self.assertEqual(
                    entries.rebuild(go_on=done > 1),
                    {"done": done, "total": begun["total"], "complete": False},
                )
            self.assertEqual(entries.rebuild_progress()["done"], 2)
        end = entries.rebuild(go_on=True)
        self.assertEqual((end["done"], end["complete"]), (begun["total"], True))
        self.assertEqual(len(entries.search([("res_id", "in", self.articles.ids)])), 4)

    def test_what_was_begun_long_ago_is_begun_again(self):
        with patch("odoo.addons.knowledge_base.models.knowledge_entry_rebuild.BATCH", 2):
            self.assertFalse(self.env["knowledge.entry"]._rebuild(seconds=0))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_config_parameter SET write_date = write_date - interval '2 days'"
            " WHERE key = 'knowledge_base.rebuild_from'"
        )
        self.env.invalidate_all()
        damaged = self._entry_of(self.articles[0])
        damaged.title = "Danneggiata"
        self.assertTrue(self.env["knowledge.entry"]._rebuild())
        self.assertEqual(damaged.title, self.articles[0].name)

    def test_a_manager_begins_it_from_the_start_whoever_stopped_where(self):
        with patch("odoo.addons.knowledge_base.models.knowledge_entry_rebuild.BATCH", 2):
            self.assertFalse(self.env["knowledge.entry"]._rebuild(seconds=0))
        damaged = self._entry_of(self.articles[0])
        damaged.title = "Danneggiata"
        end = self.env["knowledge.entry"].with_user(self.user_manager).rebuild()
        self.assertTrue(end["complete"])
        self.assertEqual(damaged.title, self.articles[0].name)

    def test_who_comes_while_another_makes_it_anew_looks_on(self):
        entries = self.env["knowledge.entry"]
        position = f"knowledge.article,{self.articles[0].id}"
        self.env["ir.config_parameter"].set_param("knowledge_base.rebuild_from", position)
        seen = entries.with_user(self.user_manager)
        begun = seen.rebuild_progress()
        self.assertTrue(begun["done"])
        with self.registry.cursor() as other:
            self.assertTrue(entries.with_env(self.env(cr=other))._take_rebuild_turn())
            for go_on in (False, True):
                self.assertEqual(seen.rebuild(go_on), begun)
            self.assertFalse(entries._rebuild())
        self.assertTrue(seen.rebuild(go_on=True)["complete"])

    def test_who_looked_on_is_told_that_it_is_complete(self):
        damaged = self._entry_of(self.articles[0])
        damaged.title = "Danneggiata"
        end = self.env["knowledge.entry"].with_user(self.user_manager).rebuild(go_on=True)
        self.assertTrue(end["complete"])
        self.assertEqual(damaged.title, "Danneggiata", "it was not begun again")

    def test_nobody_else_makes_it_anew(self):
        for user in (self.user_employee, self.user_editor):
            entries = self.env["knowledge.entry"].with_user(user)
            for method in (entries.rebuild, entries.rebuild_progress):
                with self.assertRaises(AccessError):
                    method()
