import itertools
import random
from contextlib import contextmanager
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
        cls.managed = cls.env["knowledge.event"].with_user(cls.user_manager)

    def _record(self, user, kind, **context):
        return self.env["knowledge.event"].with_user(user).record(self.entry.ids, kind, **context)

    # === DEFLECTION === #

    def test_the_share_solved_without_a_ticket_has_its_interval(self):
        self._record(self.user_portal, "solved")
        for user in (self.user_employee, self.user_editor, self.user_manager):
            self._record(user, "anyway", res_model="res.partner", res_id=self.customer.id)
        figures = self.managed.figures()
        self.assertEqual((figures["deflected"], figures["asked"]), (1, 4))
        self.assertEqual(
            [round(figures[name], 2) for name in ("share", "low", "high")], [0.25, 0.05, 0.7]
        )

    def test_without_any_event_there_is_nothing_to_count(self):
        figures = self.managed.figures()
        self.assertEqual((figures["deflected"], figures["asked"], figures["counts"]), (0, 0, {}))
        self.assertEqual([month["anyway"] for month in figures["trend"]], [0] * 12)
        for name in ("best", "unanswered", "gaps"):
            self.assertEqual(figures[name], [], name)

    def test_what_solved_within_a_ticket_spared_none(self):
        self._record(self.user_employee, "solved", res_model="res.partner", res_id=self.customer.id)
        figures = self.managed.figures()
        self.assertEqual((figures["deflected"], figures["counts"]), (0, {"solved": 1}))

    def test_only_the_last_days_count(self):
        self._record(self.user_portal, "solved")
        self._move_back(days=40)
        self.assertEqual(self.managed.figures(days=30)["deflected"], 0)
        self.assertEqual(self.managed.figures(days=60)["deflected"], 1)

    def test_the_trend_tells_each_month(self):
        self._record(self.user_portal, "solved")
        self._move_back(days=100)
        then = self.env["knowledge.event"].search([], limit=1).create_date
        self._record(self.user_employee, "anyway")
        trend = self.managed.figures(days=30)["trend"]
        self.assertEqual(len(trend), 12)
        self.assertEqual((trend[-1]["deflected"], trend[-1]["anyway"]), (0, 1))
        (month,) = [month for month in trend if month["deflected"]]
        self.assertEqual(month["month"], str(then.date().replace(day=1)))

    def test_figures_agree_with_counting_by_hand(self):
        """Against brute force: a hundred acts at random, counted one by one in Python."""
        dice = random.Random(20261128)
        entries = self.entry + self._entry_of(self._create_article("Ventola rumorosa"))
        users = (self.user_employee, self.user_editor, self.user_manager, self.user_portal)
        partners = (self.customer, self.other_customer)
        for _act in range(100):
            case = dice.choice((None, *partners))
            self.env["knowledge.event"].with_user(dice.choice(users))._insert_once(
                dice.choice(entries),
                dice.choice(("shown", "opened", "used", "solved", "useless", "anyway")),
                *((case._name, case.id) if case else (False, False)),
            )
            if dice.random() < 0.08:
                self._move_back(days=dice.randrange(1, 20))
        now, expected, solved, months = fields.Datetime.now(), {}, {}, {}
        for event in self.env["knowledge.event"].search([]):
            day = event.create_date.date()
            problem = (event.user_id, event.res_model, event.res_id or 0, day)
            deflected = event.kind == "solved" and not event.res_id
            outcome = "deflected" if deflected else event.kind
            if outcome in ("deflected", "anyway"):
                months.setdefault((str(day.replace(day=1)), outcome), set()).add(problem)
            if event.create_date >= now - timedelta(days=90):
                expected.setdefault(outcome, set()).add(problem)
                if event.kind == "solved":
                    solved.setdefault(event.entry_id, set()).add(problem)
        figures = self.managed.figures(days=90)
        counted = {outcome: len(problems) for outcome, problems in expected.items()}
        self.assertEqual(figures["counts"], counted)
        self.assertEqual(figures["asked"], counted["deflected"] + counted["anyway"])
        self.assertEqual(
            {best["id"]: best["count"] for best in figures["best"]},
            {entry.id: len(problems) for entry, problems in solved.items()},
        )
        for month in figures["trend"]:
            for outcome in ("deflected", "anyway"):
                with self.subTest(month=month["month"], outcome=outcome):
                    problems = months.get((month["month"], outcome), ())
                    self.assertEqual(month[outcome], len(problems))

    def test_figures_take_as_many_queries_for_few_events_as_for_many(self):
        numbers = itertools.count(1_000_000)

        def add(count):
            for _turn in range(count):
                number = next(numbers)
                article = self._create_article(f"Pompa {number}")
                case = self._create_entry(f"Caso {number}", number, res_model="res.partner")
                for user in (self.user_employee, self.user_editor):
                    events = self.env["knowledge.event"].with_user(user)
                    events.record(self._entry_of(article).ids + case.ids, "solved")
                self.env["knowledge.unanswered"].record(f"montacarichi {number}xyz")
            self.env.flush_all()
            self.env.invalidate_all()
            queries = []
            with contextmanager(self._patchExecute)(queries):
                figures = self.managed.figures()
            return len(figures["gaps"]), len(queries)

        add(11)  # from here on the lists are full; caches of languages, groups and rules too
        self.assertEqual(add(1), add(20))

    def _move_back(self, days):
        self.env.cr.execute(
            "UPDATE knowledge_event SET create_date = create_date - %s * interval '1 day'", [days]
        )
        self.env["knowledge.event"].invalidate_model()

    # === BEST AND MISSING === #

    def test_what_solves_most_comes_first(self):
        other = self._create_article("Ventola rumorosa")
        self._record(self.user_portal, "solved")
        self.env["knowledge.event"].record(self._entry_of(other).ids, "solved")
        self._record(self.user_employee, "solved")
        best = self.managed.figures()["best"][0]
        self.assertEqual((best["id"], best["count"], best["kind"]), (self.entry.id, 2, "Article"))

    def test_a_case_that_solved_several_others_wants_an_article(self):
        case = self._create_entry("Tapparella inceppata", self.customer.id, res_model="res.partner")
        for user in (self.user_employee, self.user_editor):
            self.env["knowledge.event"].with_user(user).record(case.ids, "solved")
        self._record(self.user_employee, "solved")
        (gap,) = self.managed.figures()["gaps"]
        self.assertEqual((gap["id"], gap["count"], gap["article_id"]), (case.id, 2, False))

    # === QUESTIONS WITHOUT AN ANSWER === #

    def test_a_question_without_an_answer_is_kept_without_who_asked(self):
        questions = self.env["knowledge.unanswered"]
        ask = questions.with_user(self.user_employee).record
        self.assertTrue(ask("  Il montacarichi   cigola "))
        self.assertTrue(ask("il montacarichi cigola"))
        question = questions.search([("question", "=", "il montacarichi cigola")])
        self.assertEqual(question.count, 2)
        (told,) = self.managed.figures()["unanswered"]
        self.assertEqual((told["id"], told["count"]), (question.id, 2))
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
            self.env["knowledge.event"].with_user(self.user_employee).figures()
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

    def test_a_draft_tells_the_product_not_whose_machine_it_was(self):
        case = self._create_article(
            "Pompa ferma", "Matricola CAL-4471: alimentazione assente", "Cambiato il fusibile"
        )
        case.write({"error_codes": "CAL-4471", "product": "Pompa P2"})
        action = case.with_user(self.user_editor).action_make_article()
        article = self.env["knowledge.article"].browse(action["res_id"])
        self.assertEqual(article.product, "Pompa P2")
        self.assertFalse(article.error_codes)
        self.assertIn("<mark>CAL-4471</mark>", article.symptom)

    def test_what_is_marked_is_kept_once_the_editor_says_so(self):
        case = self._create_article("Pompa ferma", "Chiamato il 333 1234567", "Sbloccata")
        action = case.with_user(self.user_editor).action_make_article()
        article = self.env["knowledge.article"].browse(action["res_id"])
        self.assertTrue(article.has_marks)
        article.with_user(self.user_editor).action_unmark()
        self.assertFalse(article.has_marks)
        self.assertIn("Chiamato il 333 1234567", article.symptom)
        with self.assertRaises(AccessError):
            article.with_user(self.user_employee).action_unmark()

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

    def test_the_owner_is_reminded_of_what_has_expired_or_was_outrun(self):
        expired = self._create_article("Ventola rumorosa", valid_until="2026-01-31")
        original = self._create_article("Girante bloccata")
        outrun = self._create_article("Impeller", lang="en_US", original_id=original.id)
        original.symptom = "<p>Fischia.</p>"
        holding = self._create_article(
            "Pompa nuova", valid_until=fields.Date.add(fields.Date.today(), days=3)
        )
        (expired | original | outrun | holding).user_id = self.user_editor
        self.env["knowledge.article"]._remind_of_reviews()
        self.assertEqual(len(expired.activity_ids), 1)
        self.assertEqual(len(outrun.activity_ids), 1)
        self.assertFalse((original | holding).activity_ids)
