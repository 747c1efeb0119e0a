from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestTranslation(KnowledgeBaseCommon):
    """The same article in several languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.original = cls._create_article("Bruciatore bloccato, errore E05")
        cls.english = cls._create_article(
            "Burner locked out, error E05",
            lang="en_US",
            symptom="Burner locked out, error E05",
            original_id=cls.original.id,
        )

    # === THE GROUP === #

    def test_a_translation_begins_as_a_draft_with_the_texts_of_the_original(self):
        wizard = (
            self.env["knowledge.article.translate"]
            .with_user(self.user_editor)
            .with_context(default_article_id=self.english.id)
        )
        self.assertEqual([code for code, _name in wizard._selection_lang()], ["de_DE"])
        with Form(wizard) as form:
            form.lang = "de_DE"
        action = form.record.action_translate()
        german = self.env["knowledge.article"].browse(action["res_id"])
        self.assertRecordValues(
            german,
            [
                {
                    "original_id": self.original.id,
                    "lang": "de_DE",
                    "state": "draft",
                    "symptom": self.english.symptom,
                    "is_outdated": False,
                    "language_count": 3,
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "already"):
            self.original._translate("de_DE")

    def test_one_per_language(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._create_article("Other", lang="en_US", original_id=self.original.id)
            self.env.flush_all()

    def test_a_translation_is_of_an_original_in_another_language(self):
        alone = self._create_article("Da solo")
        for article, original in (
            (alone, self.english),
            (self.original, alone),
            (alone, self.original),
        ):
            with self.subTest(article=article.name), self.assertRaises(ValidationError):
                article.original_id = original
        with self.assertRaises(ValidationError):
            self.original.lang = "en_US"

    def test_who_edits_is_told_what_is_missing(self):
        self.assertIn("German", self.english.with_context(lang="en_US").missing_languages)
        self.assertEqual(self.original.language_count, 2)
        alone = self._create_article("Da solo")
        self.assertEqual((alone.language_count, alone.missing_languages), (1, ""))
        domain = self.english.action_view_languages()["domain"]
        self.assertEqual(self.env["knowledge.article"].search(domain), self.original | self.english)

    def test_when_the_original_changes_the_translation_is_outdated_until_somebody_says_so(self):
        self.original.product = "Caldaia"
        self.assertFalse(self.english.is_outdated)
        self.original.solution = "<p>Pulire l'elettrodo.</p>"
        self.assertTrue(self.english.is_outdated)
        self.english.solution = "<p>Clean the elektrode.</p>"
        self.assertTrue(self.english.is_outdated, "a typo that is mended says nothing about it")
        self.english.action_translation_holds()
        self.assertFalse(self.english.is_outdated)
        outdated = self.env["knowledge.article"].search([("is_outdated", "=", True)])
        self.assertNotIn(self.english, outdated)

    def test_when_the_original_is_deleted_the_next_one_takes_its_place(self):
        german = self.original._translate("de_DE")
        self.original.unlink()
        self.assertFalse(self.english.original_id)
        self.assertEqual(german.original_id, self.english)
        self.assertEqual(self._entry_of(self.english).translation_group, self.english.id)

    def test_a_translation_does_not_name_an_original_that_may_not_be_read(self):
        for values in (
            {"state": "draft"},
            {"company_id": self.other_company.id},
        ):
            with self.subTest(values=values):
                self.original.write(values)
                self.env.invalidate_all()
                told = self.english.with_user(self.user_employee)
                for [article] in (
                    told.read(["original_id"]),
                    told.web_read({"original_id": {"fields": {"display_name": {}}}}),
                    told.formatted_read_group([("id", "=", told.id)], ["original_id"], []),
                ):
                    self.assertNotIn(self.original.name, str(article))
                self.assertIn("Not for you", str(told.read(["original_id"])))
                self.assertEqual(told.name, "Burner locked out, error E05")
                self.original.write({"state": "published", "company_id": False})
                self.env.invalidate_all()
                self.assertIn(self.original.name, str(told.read(["original_id"])))

    # === THE SEARCH === #

    def _find_in(self, lang, text="E05", **arguments):
        entries = self.env["knowledge.entry"].with_context(lang=lang)
        return [found["title"] for found in entries.search_similar(text, **arguments)]

    def test_of_the_versions_the_reader_finds_theirs(self):
        self.assertEqual(self._find_in("it_IT"), [self.original.name])
        self.assertEqual(self._find_in("en_US"), [self.english.name])
        self.assertEqual(len(self._find_in("de_DE")), 1)

    def test_the_one_version_that_matches_is_found_in_any_language(self):
        self.assertEqual(self._find_in("en_US", "bruciatore bloccato"), [self.original.name])

    def test_versions_take_one_place_in_the_list(self):
        other = self._create_article("Ventola rumorosa, errore E05")
        found = self._find_in("en_US", limit=2)
        self.assertEqual(set(found), {self.english.name, other.name})

    def test_what_the_reader_may_not_find_hides_nothing(self):
        self._let_share_users_search()
        self.original.audience = "customer"
        self.english.audience = "internal"
        self.user_portal.lang = "en_US"
        self.assertEqual(self._find("E05", self.user_portal), [self.original.name])

    def test_a_list_shows_one_version_of_each(self):
        articles = self.env["knowledge.article"]
        pair = [("id", "in", (self.original | self.english).ids)]
        for lang, shown in (
            ("it_IT", self.original),
            ("en_US", self.english),
            ("de_DE", self.original),
        ):
            reading = articles.with_context(lang=lang)
            with self.subTest(lang=lang):
                self.assertEqual(
                    reading.search(reading._reader_language_domain() & Domain(pair)), shown
                )
