import doctest
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.knowledge_base import (
    asking_words,
    chains,
    clusters,
    codes,
    encoder,
    figures,
    limited,
    personal_data,
    ranking,
    text_search,
)
from odoo.addons.knowledge_base.importing import packed, texts

TERMS = st.builds(
    ranking.Term,
    written=st.text(min_size=1, max_size=12),
    lexemes=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=3).map(tuple),
    is_code=st.booleans(),
)


@tagged("post_install", "-at_install")
class TestPureModules(BaseCase):
    def test_examples_in_the_documentation_are_true(self):
        pure = [
            asking_words,
            chains,
            clusters,
            codes,
            encoder,
            figures,
            limited,
            packed,
            personal_data,
            ranking,
            text_search,
            texts,
        ]
        for module in pure:
            with self.subTest(module=module.__name__):
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)

    def test_two_words_say_more_than_one_in_two_places(self):
        words = [ranking.WeighedTerm(ranking.Term(w, (w,)), 2, 1.0) for w in ("inverter", "ronza")]

        def score(*ranks):
            return ranking.found(words, 1, None, "it", 0, ranks, 0.0).words

        self.assertGreater(score(0.7, 0.7), score(1.8, 0.0))

    def test_one_code_is_written_in_many_ways(self):
        for written in ("E05", "E-05", "e05", "E.5", "E 05", "E/5", "E_05", "e5"):
            with self.subTest(written=written):
                self.assertEqual(list(codes.find_codes(f"blocco {written} sul display")), ["e5"])

    def test_ordinary_words_are_no_codes(self):
        for text in ("la pompa perde", "dopo 8 ore", "3 volte", "scala A piano 2", "a 12"):
            with self.subTest(text=text):
                self.assertEqual(codes.find_codes(text), {})

    @settings(max_examples=300, deadline=None, database=None)
    @given(st.text(alphabet="EFef0123456789-. /_abz\n", max_size=60))
    def test_text_without_codes_has_none_and_is_no_longer(self, text):
        rest = codes.without_codes(text)
        self.assertLessEqual(len(rest), len(text))
        if not codes.find_codes(text):
            self.assertEqual(rest, text)

    @settings(max_examples=300, deadline=None, database=None)
    @given(st.integers(0, 10**7), st.integers(0, 10**7))
    def test_rarity_is_positive_and_falls_with_frequency(self, frequency, entries):
        self.assertGreater(ranking.rarity(frequency, entries), 0)
        self.assertGreaterEqual(
            ranking.rarity(frequency, entries), ranking.rarity(frequency + 1, entries + 1)
        )

    @settings(max_examples=200, deadline=None, database=None)
    @given(st.lists(st.tuples(TERMS, st.integers(0, ranking.BUDGET)), max_size=30))
    def test_scored_terms_are_the_rarest_known_ones(self, terms):
        weighed = ranking.weigh([t for t, _f in terms], [f for _t, f in terms], 10_000)
        self.assertLessEqual(len(weighed), ranking.MAX_SCORED)
        known = [w.frequency for w in weighed if w.frequency]
        self.assertEqual(known, sorted(known))
        left_out = sorted(f for _t, f in terms if f)[len(known) :]
        if known and left_out:
            self.assertLessEqual(known[-1], left_out[0])

    @settings(max_examples=200, deadline=None, database=None)
    @given(
        st.lists(st.floats(0, 2), max_size=12),
        st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=12, max_size=12),
    )
    def test_what_is_shared_with_the_asking_record_never_beats_a_clearly_better_match(
        self, scores, shared
    ):
        answers = [ranking.Answer(number, score, ()) for number, score in enumerate(scores)]
        kin = {
            number: ranking.kinship(customer=customer, tag=tag, code=code)
            for number, (customer, tag, code) in enumerate(shared)
        }
        favoured = ranking.favour(answers, kin)
        self.assertEqual({a.id for a in favoured}, {a.id for a in answers}, "nothing is lifted in")
        for earlier, later in itertools.combinations(favoured, 2):
            gain = scores[earlier.id] + kin[earlier.id] - scores[later.id] - kin[later.id]
            self.assertGreaterEqual(gain, -1e-9)
            self.assertLessEqual(scores[later.id] - scores[earlier.id], ranking.MAX_KINSHIP + 1e-9)
