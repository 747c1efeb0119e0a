from odoo.tests import tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestKnowledgeIndex(KnowledgeBaseCommon):
    """The index says at any moment what its sources say."""

    def test_a_draft_is_not_in_the_index(self):
        article = self._create_article("Pompa bloccata", publish=False)
        self.assertFalse(self._entry_of(article))
        article.action_submit()
        self.assertFalse(self._entry_of(article))

    def test_steps_of_a_solution_stay_apart(self):
        article = self._create_article("Pompa ferma")
        article.solution = "<p>Prima:</p><ol><li>Misurare.</li><li>Regolare.</li></ol>"
        self.assertEqual(self._entry_of(article).solution, "Prima:\n• Misurare.\n• Regolare.")

    def test_a_published_article_is_found_in_the_same_transaction(self):
        article = self._create_article("Pompa bloccata dal calcare")
        self.assertEqual(self._find("la pompa è bloccata"), [article.name])

    def test_an_article_created_published_is_found(self):
        article = self._create_article("Pompa bloccata", publish=False, state="published")
        self.assertTrue(self._entry_of(article))

    def test_the_entry_says_what_the_article_says(self):
        article = self._create_article(
            "Pompa bloccata",
            symptom="La girante <b>non gira</b>",
            solution="Sbloccata a mano",
            product="Pompa CR 32",
            error_codes="E05",
            audience="customer",
            cause="<p>Calcare</p>",
            workaround="<p>Battere piano</p>",
        )
        self.assertRecordValues(
            self._entry_of(article),
            [
                {
                    "title": "Pompa bloccata",
                    "codes": "E05",
                    "audience": "customer",
                    "lang": "it_IT",
                    "partner_id": False,
                    "company_id": False,
                    "solved_count": 0,
                }
            ],
        )
        entry = self._entry_of(article)
        self.assertEqual(entry.lang_name, dict(self.env["res.lang"].get_installed())["it_IT"])
        self.assertNotIn("<", entry.problem)
        self.assertIn("non gira", entry.problem)
        self.assertIn("Pompa CR 32", entry.problem)
        for part in ("Calcare", "Battere piano", "Sbloccata a mano"):
            self.assertIn(part, entry.solution)

    def test_bold_words_and_headings_are_told_without_marks(self):
        article = self._create_article(
            "Pompa ferma",
            "La <strong>girante</strong> <em class='x'>non</em> gira",
            "</p><h2>Prima</h2><p>Togliere <b>tensione</b>: 3 &lt; 5 * 2",
        )
        entry = self._entry_of(article)
        self.assertEqual(entry.problem, "La girante non gira")
        self.assertEqual(entry.solution, "Prima\nTogliere tensione: 3 < 5 * 2")

    def test_a_changed_text_is_found_under_its_new_words_only(self):
        article = self._create_article("Pompa bloccata dal calcare")
        article.write({"name": "Ventola rumorosa", "symptom": "<p>Fischia</p>"})
        self.assertEqual(self._find("pompa bloccata dal calcare"), [])
        self.assertEqual(self._find("la ventola è rumorosa"), ["Ventola rumorosa"])

    def test_an_article_taken_back_is_not_found(self):
        article = self._create_article("Pompa bloccata dal calcare")
        article.action_draft()
        self.assertFalse(self._entry_of(article))
        self.assertEqual(self._find("pompa bloccata dal calcare"), [])
        article.action_publish()
        self.assertEqual(self._find("pompa bloccata dal calcare"), [article.name])

    def test_an_archived_article_is_not_found_until_it_comes_back(self):
        article = self._create_article("Pompa bloccata dal calcare")
        article.action_archive()
        self.assertEqual(self._find("pompa bloccata dal calcare"), [])
        article.action_unarchive()
        self.assertEqual(self._find("pompa bloccata dal calcare"), [article.name])

    def test_a_deleted_article_takes_its_entry_away(self):
        article = self._create_article("Pompa bloccata dal calcare")
        entry = self._entry_of(article)
        article.unlink()
        self.assertFalse(entry.exists())

    def test_a_manager_of_articles_deletes_without_a_right_on_entries(self):
        article = self._create_article("Pompa bloccata dal calcare")
        entry = self._entry_of(article)
        article.with_user(self.user_manager).unlink()
        self.assertFalse(entry.exists())

    def test_republishing_keeps_the_entry_and_what_it_has_proved(self):
        article = self._create_article("Pompa bloccata dal calcare")
        entry = self._entry_of(article)
        entry._count_solved()
        article.write({"solution": "<p>Altro rimedio</p>"})
        self.assertEqual(self._entry_of(article), entry)
        self.assertEqual(entry.solved_count, 1)
        self.assertEqual(entry.solution, "Altro rimedio")

    def test_many_articles_change_at_once(self):
        articles = self._create_article("Prima pompa ferma") + self._create_article("Seconda pompa")
        draft = self._create_article("Terza pompa", publish=False)
        (articles + draft).write({"audience": "public", "product": "Rotore XJ9"})
        self.assertEqual(self._entry_of(articles[0]).audience, "public")
        self.assertEqual(self._entry_of(articles[1]).audience, "public")
        self.assertFalse(self._entry_of(draft))
        self.assertEqual(
            set(self._find("rotore")), {"Prima pompa ferma", "Seconda pompa"}, "texts follow too"
        )

    def test_what_nobody_searches_for_does_not_touch_the_index(self):
        article = self._create_article("Pompa bloccata dal calcare")
        written = self._entry_of(article).write_date
        self.env.cr.execute("UPDATE knowledge_entry SET title = 'intatta'")
        self.env.invalidate_all()
        article.review_date = "2030-01-01"
        self.assertRecordValues(
            self._entry_of(article), [{"title": "intatta", "write_date": written}]
        )
