from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.knowledge_base import ranking

from .common import KnowledgeBaseCommon
from .test_encoder import EncoderCommon

QUESTIONS = ("caldaie bloccate E-05", "porte degli ascensori", "assensore fermo", "perdita acqua")
SERVER = "SELECT current_setting('server_version_num')::int / 10000"
RIGHT = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
PRELOADED = "SELECT current_setting('shared_preload_libraries')"


class ExtensionCommon(KnowledgeBaseCommon):
    """A few articles, and extensions that come and go within the test's transaction."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boiler = cls._create_article("Caldaia in blocco con errore E05", "Non parte.")
        cls.lift = cls._create_article("Ascensore fermo con porta aperta", "Torna indietro.")
        cls.leak = cls._create_article("Perdita d'acqua in cucina", "Il sifone è crepato.")
        cls.env["knowledge.word"]._refresh()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.env.registry.clear_cache, "stable")

    def _value(self, query, *arguments):
        row = self.env.execute_query(SQL(query, *arguments))
        return row[0][0] if row else None

    def _need(self, name):
        """The extension, or a skipped test that says what is missing."""
        if self._value("SELECT extname FROM pg_extension WHERE extname = %s", name):
            return
        if not self._value("SELECT name FROM pg_available_extensions WHERE name = %s", name):
            self.skipTest(f"PostgreSQL {self._value(SERVER)} has no extension {name} here")
        if not self._value(RIGHT):
            self.skipTest(f"{name} is not in this database, and its owner may not create it")
        if name == "pg_textsearch" and name not in self._value(PRELOADED):
            self.skipTest(f"{name} is not in PostgreSQL's shared_preload_libraries")
        self.env.cr.execute(SQL("CREATE EXTENSION %s", SQL.identifier(name)))

    def _drop(self, *names):
        for name in names:
            if not self._value("SELECT extname FROM pg_extension WHERE extname = %s", name):
                continue
            if not self._value(
                "SELECT pg_has_role(extowner, 'USAGE') FROM pg_extension WHERE extname = %s", name
            ):
                self.skipTest(f"{name} is another role's: this one may not drop it")
            self.env.cr.execute(SQL("DROP EXTENSION %s CASCADE", SQL.identifier(name)))
        self.env.registry.clear_cache("stable")

    def _rungs(self):
        return {name: active for name, active, _why in self.env["knowledge.entry"]._search_rungs()}

    def _answers(self):
        return [self._find(question) for question in QUESTIONS]


@tagged("post_install", "-at_install")
class TestTrustedExtensions(ExtensionCommon):
    """What a database has lost is missed, not fatal."""

    def test_without_any_extension_words_answer(self):
        with patch.object(self.env.registry, "has_trigram", False):
            self._drop("unaccent", "pg_trgm", "pg_textsearch", "vector")
            article = self._create_article("Perdita sul tetto")
            self.assertEqual(self._find("perdite tetto", lang="it_IT")[:1], [article.name])
            self.assertEqual(self._find("errore E-05"), [self.boiler.name])
            self.assertEqual(
                {name for name, active in self._rungs().items() if active} - {"meaning"},
                {"words"},
            )

    def test_with_both_accents_and_typing_errors_do_not_matter(self):
        self._need("unaccent")
        self._need("pg_trgm")
        self.assertEqual(self._find("assensore fermo"), [self.lift.name])
        self.assertEqual(self._find("sifone crepàto"), [self.leak.name])
        self.assertTrue(self._rungs()["trigram"] and self._rungs()["unaccent"])


@tagged("post_install", "-at_install")
class TestWordsIndex(ExtensionCommon):
    """pg_textsearch chooses what is scored: the same answers, faster."""

    def setUp(self):
        super().setUp()
        self._need("pg_textsearch")
        self.startPatcher(patch.object(ranking, "SMALL", 0))
        self.without = self._answers()
        self.assertTrue(all(self.without))
        self.assertFalse(self._rungs()["words_index"])
        self.env["knowledge.word"]._refresh()
        self.assertTrue(self._rungs()["words_index"])

    def test_the_answers_are_the_same(self):
        self.assertEqual(self._answers(), self.without)
        self.assertEqual(self._find("fattura con indirizzo sbagliato"), [])

    def test_the_index_follows_at_once(self):
        pump = self._create_article("Elettropompa rumorosa", error_codes="K77")
        self.assertEqual(self._find("elettropompe rumorose"), [pump.name])
        self.assertEqual(self._find("allarme K-77"), [pump.name])
        pump.name = "Montacarichi cigolante"
        self.assertEqual(self._find("montacarichi cigolante"), [pump.name])
        pump.action_archive()
        self.assertEqual(self._find("montacarichi cigolante"), [])

    def test_rights_hold_for_what_it_chooses(self):
        self._let_share_users_search()
        for number in range(5):
            self._create_entry("Ascensore fermo con porta aperta", 5_000_000 + number)
        self._create_entry("Ascensore", 5_000_010, audience="customer", partner_id=self.customer.id)
        with patch.object(ranking, "BUDGET_OF_MANY", 2):
            found = self._find("ascensore fermo con porta aperta", self.user_portal)
        self.assertEqual(found, ["Ascensore"], "what may not be seen takes no place")
        self.assertEqual(self._find("ascensore fermo", self.user_other_portal), [])

    def test_without_it_again_the_search_goes_on(self):
        self._drop("pg_textsearch")
        self.assertFalse(self._rungs()["words_index"])
        self.assertEqual(self._answers(), self.without)
        self._create_article("Elettropompa rumorosa")
        self.env["knowledge.word"]._refresh()
        self.assertEqual(self._find("elettropompa rumorosa"), ["Elettropompa rumorosa"])


@tagged("post_install", "-at_install")
class TestVectorIndex(EncoderCommon, ExtensionCommon):
    """pgvector finds what is near; both extensions together give the same answers."""

    def setUp(self):
        super().setUp()
        self._need("vector")
        self.vectors = self.env["knowledge.vector"]
        self.startPatcher(
            patch("odoo.addons.knowledge_base.models.knowledge_vector_lists.LISTS_FROM", 1)
        )
        self.vectors._fill()
        self.without = self._answers()
        self.vectors._organise()
        self.assertTrue(self.vectors._has_hnsw_index())

    def _answers(self):
        return [
            *super()._answers(),
            self._find("der Heizkessel"),
            self._find("la cabina è ferma al piano"),
        ]

    def test_the_answers_are_the_same(self):
        self.assertEqual(self._answers(), self.without)

    def test_both_extensions_together(self):
        self._need("pg_textsearch")
        self.startPatcher(patch.object(ranking, "SMALL", 0))
        self.env["knowledge.word"]._refresh()
        self.assertTrue(self._rungs()["words_index"] and self._rungs()["nearest"])
        self.assertEqual(self._answers(), self.without)

    def test_without_it_again_the_search_goes_on(self):
        self._drop("vector")
        self.assertFalse(self._rungs()["nearest"])
        self.assertEqual(self._answers(), self.without)
