from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestKnowledgeUsage(KnowledgeBaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._let_share_users_search()
        cls.article = cls._create_article("Pompa bloccata dal calcare", audience="public")
        cls.entry = cls.env["knowledge.entry"].search([("res_id", "=", cls.article.id)])
        cls.env["knowledge.event"].search([]).unlink()
        cls.usage = cls.env["knowledge.usage"].with_user(cls.user_manager)

    def _record(self, user, kind, **context):
        return self.env["knowledge.event"].with_user(user).record(self.entry.ids, kind, **context)

    # === DEFLECTION === #

    def test_the_share_solved_without_a_ticket_has_its_interval(self):
        self._record(self.user_portal, "solved")
        for user in (self.user_employee, self.user_editor, self.user_manager):
            self._record(user, "anyway", res_model="res.partner", res_id=self.customer.id)
        usage = self.usage.create({})
        self.assertEqual((usage.deflected, usage.asked), (1, 4))
        self.assertEqual(usage.deflection, "25% (between 5% and 70%)")

    def test_without_any_event_there_is_nothing_to_count(self):
        usage = self.usage.create({})
        self.assertEqual((usage.deflected, usage.asked), (0, 0))
        self.assertEqual(usage.deflection, "Nothing to count yet")

    def test_what_solved_within_a_ticket_spared_none(self):
        self._record(self.user_employee, "solved", res_model="res.partner", res_id=self.customer.id)
        self.assertEqual(self.usage.create({}).deflected, 0)

    def test_only_the_last_days_count(self):
        self._record(self.user_portal, "solved")
        long_ago = fields.Datetime.now() - timedelta(days=40)
        self.env.cr.execute("UPDATE knowledge_event SET create_date = %s", [long_ago])
        self.assertEqual(self.usage.create({"days": 30}).deflected, 0)
        self.assertEqual(self.usage.create({"days": 60}).deflected, 1)

    # === BEST AND MISSING === #

    def test_what_solves_most_comes_first(self):
        other = self._create_article("Ventola rumorosa")
        self._record(self.user_portal, "solved")
        self.env["knowledge.event"].record(self._entry_of(other).ids, "solved")
        self._record(self.user_employee, "solved")
        self.assertEqual(self.usage.create({}).best_entry_ids[:1], self.entry)

    def test_a_case_that_solved_several_others_wants_an_article(self):
        case = self._create_entry("Tapparella inceppata", self.customer.id, res_model="res.partner")
        for user in (self.user_employee, self.user_editor):
            self.env["knowledge.event"].with_user(user).record(case.ids, "solved")
        self._record(self.user_employee, "solved")
        self.assertEqual(self.usage.create({}).gap_entry_ids, case)

    # === QUESTIONS WITHOUT AN ANSWER === #

    def test_a_question_without_an_answer_is_kept_without_who_asked(self):
        questions = self.env["knowledge.unanswered"]
        ask = questions.with_user(self.user_employee).record
        self.assertTrue(ask("  Il montacarichi   cigola "))
        self.assertTrue(ask("il montacarichi cigola"))
        question = questions.search([("question", "=", "il montacarichi cigola")])
        self.assertEqual(question.count, 2)
        self.assertIn(question, self.usage.create({}).unanswered_ids)
        self.assertEqual(question.create_uid, self.env.ref("base.user_root"))

    def test_a_question_with_an_answer_or_without_content_is_not_kept(self):
        ask = self.env["knowledge.unanswered"].with_user(self.user_employee).record
        for text in ("pompa bloccata", "", "  ", None, "x"):
            with self.subTest(text=text):
                self.assertFalse(ask(text))

    def test_questions_of_customers_are_not_kept(self):
        self._let_share_users_search()
        ask = self.env["knowledge.unanswered"].with_user(self.user_portal).record
        self.assertFalse(ask("il montacarichi cigola"))

    def test_only_managers_read_the_questions_and_the_figures(self):
        with self.assertRaises(AccessError):
            self.env["knowledge.usage"].with_user(self.user_employee).create({})
        self.env["knowledge.unanswered"].record("il montacarichi cigola")
        with self.assertRaises(AccessError):
            self.env["knowledge.unanswered"].with_user(self.user_employee).search([])
        other = self.env["knowledge.unanswered"].with_user(self.user_other_company).search([])
        self.assertFalse(other, "questions of another company")

    # === AN ARTICLE FROM A CASE === #

    def test_a_draft_is_begun_from_a_case_with_persons_marked(self):
        case = self._create_article(
            "Pompa ferma", "Chiamato Mario Rossi al 333 1234567", "Sbloccata la girante"
        )
        action = case.with_user(self.user_editor).action_make_article()
        article = self.env["knowledge.article"].browse(action["res_id"])
        self.assertEqual((article.state, article.name), ("draft", "Pompa ferma"))
        self.assertIn("<mark>333 1234567</mark>", article.symptom)
        self.assertIn("Sbloccata la girante", article.solution)

    def test_who_does_not_write_articles_begins_none(self):
        with self.assertRaises(AccessError):
            self.article.with_user(self.user_employee).action_make_article()

    # === REVIEWS === #

    def test_the_owner_is_reminded_once_of_an_article_that_is_due(self):
        self.article.write({"review_date": fields.Date.today(), "user_id": self.user_editor.id})
        later = self._create_article("Ventola rumorosa", user_id=self.user_editor.id)
        for _day in range(2):
            self.env["knowledge.article"]._remind_of_reviews()
        self.assertEqual(len(self.article.activity_ids), 1)
        self.assertEqual(self.article.activity_ids.user_id, self.user_editor)
        self.assertFalse(later.activity_ids)
