import importlib.util
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestArticleFromCases(KnowledgeBaseCommon):
    """A frequent problem without an article gets one, and leaves the list of gaps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # An article and a contact stand for cases: this addon has no source of them.
        cls.first = cls._create_article("Tapparella ferma", "Chiamare il 333 1234567", "Oliata")
        cls.root = cls.first._knowledge_entries()
        cls.again = cls._create_entry(
            "Serranda che non sale", cls.customer.id, res_model="res.partner"
        )
        cls.events = cls.env["knowledge.event"]
        cls.events.record(cls.root.ids, "solved", "res.partner", cls.customer.id)

    def _make(self):
        action = self.root.with_user(self.user_editor).action_make_article()
        return self.env["knowledge.article"].browse(action["res_id"])

    def test_the_draft_tells_how_others_said_it(self):
        article = self._make()
        self.assertEqual(article.state, "draft")
        self.assertIn("Serranda che non sale", article.symptom)
        self.assertIn("<mark>333 1234567</mark>", article.symptom)

    def test_persons_are_marked_in_what_others_said_too(self):
        self.again.partner_id = self.customer
        self.again.title = f"{self.customer.name} non entra, chiamare 333 7654321"
        article = self._make()
        self.assertIn(f"<mark>{self.customer.name}</mark> non entra", article.symptom)
        self.assertIn("<mark>333 7654321</mark>", article.symptom)

    def test_serial_numbers_are_marked_in_what_others_said_too(self):
        self.again.write({"title": "Serranda SN-40718 ferma, E5", "codes": "SN-40718, E5; "})
        article = self._make()
        self.assertIn("Serranda <mark>SN-40718</mark> ferma, E5", article.symptom)

    def test_a_draft_is_gone_on_with_not_begun_twice(self):
        self.assertEqual(self._make(), self._make())
        self.assertEqual(self.root._articles_begun(), {self.root.id: self._make().id})

    def test_once_published_its_cases_find_it(self):
        article = self._make()
        article.action_publish()
        entry = self._entry_of(article)
        self.assertEqual((self.root + self.again).parent_id, entry)
        self.assertFalse(self.root._articles_begun())

    def test_an_article_that_was_taken_back_takes_no_case_from_its_successor(self):
        former = self._make()
        former.action_publish()
        successor = self._make()
        former.action_draft()
        successor.action_publish()
        former.name = "Tapparella ferma, superato"
        self.assertEqual((self.root + self.again).parent_id, self._entry_of(successor))

    def test_the_texts_of_its_cases_are_not_read_when_it_is_saved_or_taken_back(self):
        article = self._make()
        article.action_publish()
        for act in (lambda: article.write({"name": "Tapparella"}), article.action_draft):
            self.env.flush_all()
            self.env.invalidate_all()
            act()
            self.env.flush_all()
            self.assertNotIn(self.again.id, self.again._fields["problem"]._get_cache(self.env))

    def test_an_article_that_is_found_is_saved_without_tying_its_cases_again(self):
        article = self._make()
        article.action_publish()
        entries = self.registry["knowledge.entry"]
        with patch.object(entries, "_tie_again", autospec=True) as tie_again:
            article.name = "Tapparella bloccata"
            self.assertFalse([call for call in tie_again.call_args_list if call.args[0]])
            article.action_draft()
            self.assertTrue(tie_again.call_args.args[0])

    def test_cases_of_a_deleted_article_are_tied_as_before_it(self):
        article = self._make()
        article.action_publish()
        article.unlink()
        self.assertFalse(self.root.parent_id)
        self.assertEqual(self.again.parent_id, self.root)

    def test_cases_of_an_article_that_was_taken_back_want_one_again(self):
        case = self._create_entry("Saracinesca", self.other_customer.id, res_model="res.partner")
        for user in (self.user_employee, self.user_manager):
            self.events.with_user(user).record(case.ids, "solved")

        def gaps():
            gaps = self.events.with_user(self.user_manager).figures()["gaps"]
            return [(gap["id"], gap["article_id"]) for gap in gaps]

        self.assertEqual(gaps(), [(case.id, False)])
        article = self._create_article("Saracinesca ferma", origin_entry_id=case.id)
        self.assertEqual(gaps(), [])
        article.action_draft()
        self.assertEqual(gaps(), [(case.id, article.id)])

    def test_an_older_index_is_brought_up_to_date(self):
        article = self._make()
        article.solution = "<ul><li>Oliare</li></ul>"
        article.action_publish()
        entry = self._entry_of(article)
        entry.solution = "Oliare"
        self.root.parent_id = False
        self.again.parent_id = self.root
        path = Path(__file__).parent.parent / "migrations/19.0.1.3.2/end-index.py"
        spec = importlib.util.spec_from_file_location("migration", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        migration.migrate(self.env.cr, "19.0.1.3.1")
        self.assertEqual(entry.solution, "• Oliare")
        self.assertEqual((self.root + self.again).parent_id, entry)

    def test_cases_of_a_draft_stay_as_they_are(self):
        self._make()
        self.assertFalse(self.root.parent_id)
        self.assertEqual(self.again.parent_id, self.root)
