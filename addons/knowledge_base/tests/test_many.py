from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.knowledge_base import clusters, encoder, ranking

from .common import KnowledgeBaseCommon
from .test_encoder import EncoderCommon, numpy

LISTS = "odoo.addons.knowledge_base.models.knowledge_vector_lists"
QUESTIONS = ("der Heizkessel", "la cabina è ferma al piano", "fa freddo", "perdita dal tubo")


@tagged("post_install", "-at_install")
class TestManyWords(KnowledgeBaseCommon):
    """What only a large index does, on a small one: the same answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boiler = cls._create_article("Caldaia in blocco con errore E05", "Non parte.")
        cls.lift = cls._create_article("Ascensore fermo con porta aperta", "Torna indietro.")
        cls.env["knowledge.word"]._refresh()
        cls.startClassPatcher(patch.object(ranking, "SMALL", 0))

    def test_words_are_weighed_by_the_count_of_last_night(self):
        self.assertEqual(self._find("caldaie bloccate E-05"), [self.boiler.name])
        self.assertEqual(self._find("porte degli ascensori"), [self.lift.name])
        self.assertEqual(self._find("fattura con indirizzo sbagliato"), [])

    def test_what_is_new_since_then_is_found(self):
        pump = self._create_article("Elettropompa rumorosa", error_codes="K77")
        self.assertEqual(self._find("elettropompa rumorosa"), [pump.name])
        self.assertEqual(self._find("allarme K77"), [pump.name])

    def test_a_word_that_was_rare_last_night_is_counted_as_it_is_now(self):
        entries = self.env["knowledge.entry"]
        for number in range(3):
            self._create_article(f"Caldaia {number}")
        terms, _lang, _is_known = entries._question_terms("caldaia", "it_IT")
        self.assertEqual(entries._count_terms(terms)[0], [4])
        with patch.object(ranking, "RARE", 1):
            self.assertEqual(entries._count_terms(terms)[0], [1], "a common one isn't")

    def test_without_a_count_everything_is_found(self):
        self.env["knowledge.word"].search([]).unlink()
        self.assertEqual(self._find("caldaie bloccate E-05"), [self.boiler.name])

    def test_mistyped_words_are_mended(self):
        self.assertEqual(self._find("assensore fermo"), [self.lift.name])

    def test_words_too_common_to_be_looked_up_find_in_pairs(self):
        with patch.object(ranking, "BUDGET_OF_MANY", 1):
            self.assertEqual(self._find("ascensore con la porta aperta"), [self.lift.name])


@tagged("post_install", "-at_install")
class TestManyVectors(EncoderCommon):
    """Lists find what comparing with every vector finds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch(f"{LISTS}.LISTS_FROM", 1))
        cls.vectors = cls.env["knowledge.vector"]
        cls.vectors._fill()
        cls.record = cls.env["knowledge.encoder"].search([])

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(type(self.vectors), "_has_extension", return_value=False))
        self.by_scan = [self._find(question) for question in QUESTIONS]
        self.assertTrue(any(self.by_scan))

    def _lists(self):
        self.env.cr.execute("SELECT list FROM knowledge_vector ORDER BY entry_id")
        return [number for (number,) in self.env.cr.fetchall()]

    def test_lists_give_the_same_answers(self):
        self.assertTrue(self.vectors._organise())
        self.assertNotIn(None, self._lists())
        self.assertEqual([self._find(question) for question in QUESTIONS], self.by_scan)

    def test_half_made_lists_are_not_looked_into(self):
        with patch(f"{LISTS}.BATCH", 1):
            self.assertFalse(self.vectors._organise(seconds=0))
            self.assertFalse(self.record.is_listed)
            self.assertEqual([self._find(question) for question in QUESTIONS], self.by_scan)
        self.assertTrue(self.vectors._organise(), "it goes on where it stopped")
        self.assertEqual([self._find(question) for question in QUESTIONS], self.by_scan)

    def test_what_is_new_goes_into_a_list_and_what_changes_into_another(self):
        self.vectors._organise()
        new = self._create_article("Boiler vecchio", "Nuovo caso.")
        self.assertIn(None, self._lists())
        self.vectors._fill()
        self.assertNotIn(None, self._lists())
        self.assertIn(new.name, self._find("der Heizkessel"))
        self.pump.write({"name": "Aufzug steht", "symptom": "<p>Die Tür.</p>"})
        self.vectors._fill()
        self.assertIn("Aufzug steht", self._find("la cabina è ferma al piano"))

    def test_rights_hold_for_what_lists_find(self):
        self._let_share_users_search()
        self._create_entry("Boiler", 5_000_000, audience="customer", partner_id=self.customer.id)
        self.vectors._fill()
        self.vectors._organise()
        self.assertEqual(self._find("fa freddo", self.user_portal), ["Boiler"])
        self.assertEqual(self._find("fa freddo", self.user_other_portal), [])

    def test_near_vectors_share_a_list(self):
        chance = numpy.random.default_rng(1)
        groups = chance.normal(size=(8, encoder.DIMENSIONS))
        vectors = numpy.repeat(groups, 40, axis=0)
        vectors = vectors + 0.2 * chance.normal(size=vectors.shape)
        vectors = clusters.lengths_of_one(numpy, vectors)
        found = clusters.centroids(numpy, vectors, 8)
        lists = clusters.nearest_list(numpy, found, vectors).reshape(8, 40)
        for group in lists:
            self.assertEqual(len(set(group)), 1)
        self.assertIn(lists[3][0], clusters.probed_lists(numpy, found, vectors[3 * 40])[:1])
