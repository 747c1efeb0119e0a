from odoo.tests import tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestBadInput(KnowledgeBaseCommon):
    """Whatever is typed or pasted gets an answer or silence, never an error."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_share_users_search()
        cls.article = cls._create_article(
            "Caldaia in blocco con errore E05", audience="customer", company_id=cls.env.company.id
        )
        cls.case = cls._create_entry(
            "Caldaia in blocco del cliente",
            9_000_000,
            audience="customer",
            partner_id=cls.customer.id,
            company_id=cls.env.company.id,
        )
        cls.foreign = cls._create_entry(
            "Caldaia in blocco altrove",
            9_000_001,
            audience="internal",
            company_id=cls.other_company.id,
        )

    def test_nothing_to_search_for_finds_nothing(self):
        for text in (
            None,
            False,
            "",
            " \n\t ",
            "\x00",
            "🔥🔥🔥",
            "???",
            "&|!():*<->",
            "'",
            "\\",
            "-",
        ):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), [])

    def test_words_that_say_nothing_find_nothing(self):
        for text in ("il la lo che e di non", "the of and to", "der die das und", "12:30"):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), [])

    def test_operators_and_markup_around_the_problem_do_no_harm(self):
        for text in (
            "caldaia'); DROP TABLE knowledge_entry; --",
            "caldaia & | ! <-> blocco:*",
            "<script>alert(1)</script> caldaia in blocco",
            "🔥 caldaia 🔥 blocco 🔥",
            "%s %d %(x)s caldaia blocco",
            "caldaia\x00blocco",
            "CALDAIA   IN\r\nBLOCCO",
            "caldaia in blocco \ud83d",  # half of an emoji, where a text was cut
        ):
            with self.subTest(text=text):
                self.assertIn(self.article.name, self._find(text))

    def test_a_question_in_another_language_gets_an_answer_or_silence(self):
        for text in ("котёл заблокирован", "锅炉故障", "الغلاية لا تعمل", "la chaudière fuit"):
            with self.subTest(text=text):
                self.assertEqual(self._find(text), [])
                self.assertIn(self.article.name, self._find(f"{text} E05"))

    def test_a_question_without_an_answer_is_noted_whatever_was_pasted(self):
        ask = self.env["knowledge.unanswered"].record
        for text in ("montacarichi\x00cigolante", "montacarichi \ud83d cigolante"):
            with self.subTest(text=text):
                self.assertTrue(ask(text))
        self.assertFalse(ask("🔥 🔥 🔥 🔥"))

    def test_twenty_thousand_words_are_cut(self):
        pasted = "caldaia in blocco " + "parola " * 20_000
        self.assertIn(self.article.name, self._find(pasted))
        self._find("x" * 100_000)
        self._find(" ".join(f"parola{number}" for number in range(20_000)))

    def test_a_bad_limit_or_language_is_bounded(self):
        for limit in (-5, 0, 10**9):
            self._find("caldaia in blocco", limit=limit)
        for lang in ("xx_XX", "", "it", "zz"):
            with self.subTest(lang=lang):
                self.assertIn(self.article.name, self._find("caldaia in blocco", lang=lang))

    def test_an_article_with_scripts_is_told_as_text(self):
        article = self._create_article(
            "Scheda elettronica guasta", "Lampeggia <script>alert(1)</script><b>rosso</b>"
        )
        self.assertNotIn("<script", article.symptom)
        (found,) = self.env["knowledge.entry"].search_similar("scheda elettronica guasta")
        self.assertEqual(found["res_id"], article.id)
        for name in ("excerpt", "problem", "solution", "title"):
            self.assertNotIn("<script", found[name])

    def test_an_article_made_private_is_gone_for_who_was_reading_it(self):
        self.assertIn(self.article.name, self._find("caldaia in blocco", self.user_portal))
        entry = self._entry_of(self.article)
        self.article.audience = "internal"
        self.assertNotIn(self.article.name, self._find("caldaia in blocco", self.user_portal))
        noted = self.env["knowledge.event"].with_user(self.user_portal).record(entry.ids, "solved")
        self.assertEqual(noted, [])

    # === WHO FINDS WHAT === #

    def test_matrix_of_persons_and_companies(self):
        article, case, foreign = self.article.name, self.case.title, self.foreign.title
        finds = {
            self.user_employee: {article, case},
            self.user_editor: {article, case},
            self.user_manager: {article, case},
            self.user_other_company: {foreign},
            self.user_portal: {article, case},
            self.user_other_portal: {article},
            self.user_public: set(),
        }
        for text in ("caldaia in blocco", "caldia in bloco", "E05 caldaia in blocco"):
            self.env["knowledge.word"]._refresh()
            for user, expected in finds.items():
                with self.subTest(user=user.login, text=text):
                    self.assertEqual(set(self._find(text, user, limit=50)), expected)
