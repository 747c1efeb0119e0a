from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestKnowledgeEvent(KnowledgeBaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.article = cls._create_article("Pompa bloccata dal calcare")
        cls.entry = cls.env["knowledge.entry"].search([("res_id", "=", cls.article.id)])

    def _record(self, kind, user=None, entry_ids=None, **context):
        events = self.env["knowledge.event"].with_user(user or self.user_employee)
        return events.record(entry_ids or self.entry.ids, kind, **context)

    def _count(self, kind):
        return self.env["knowledge.event"].search_count(
            [("entry_id", "=", self.entry.id), ("kind", "=", kind)]
        )

    def test_an_act_is_noted_with_who_and_where(self):
        noted = self._record("solved", res_model="res.partner", res_id=self.customer.id)
        self.assertEqual(noted, self.entry.ids)
        self.assertRecordValues(
            self.env["knowledge.event"].search([("entry_id", "=", self.entry.id)]),
            [
                {
                    "kind": "solved",
                    "user_id": self.user_employee.id,
                    "res_model": "res.partner",
                    "res_id": self.customer.id,
                }
            ],
        )
        self.assertEqual(self.entry.solved_count, 1)

    def test_the_same_act_counts_once(self):
        for _turn in range(3):
            self._record("solved", res_model="res.partner", res_id=self.customer.id)
        self.assertEqual(self._count("solved"), 1)
        self.assertEqual(self.entry.solved_count, 1)

    def test_an_act_without_context_counts_once_too(self):
        self._record("opened")
        self.assertEqual(self._record("opened"), [])
        self.assertEqual(self._count("opened"), 1)

    def test_another_person_or_another_record_counts_again(self):
        self._record("solved", res_model="res.partner", res_id=self.customer.id)
        self._record("solved", res_model="res.partner", res_id=self.other_customer.id)
        self._record(
            "solved", user=self.user_editor, res_model="res.partner", res_id=self.customer.id
        )
        self.assertEqual(self.entry.solved_count, 3)

    def test_only_solving_counts_as_proof(self):
        for kind in ("shown", "opened", "useless"):
            self._record(kind)
            self.assertEqual(self._count(kind), 1)
        self.assertEqual(self.entry.solved_count, 0)

    def test_an_entry_twice_in_one_call_counts_once(self):
        self._record("solved", entry_ids=self.entry.ids * 2)
        self.assertEqual(self.entry.solved_count, 1)

    def test_entries_out_of_reach_are_not_noted(self):
        self.article.company_id = self.other_company
        self.assertEqual(self._record("solved"), [])
        self.assertEqual(self.entry.solved_count, 0)

    def test_a_customer_judges_only_what_they_can_find(self):
        self._let_share_users_search()
        self.assertEqual(self._record("solved", user=self.user_portal), [])
        self.article.audience = "customer"
        self.assertEqual(self._record("solved", user=self.user_portal), self.entry.ids)

    def test_a_context_that_may_not_be_read_is_refused(self):
        secret = self.env["ir.config_parameter"].create({"key": "kb.test", "value": "x"})
        with self.assertRaises(AccessError):
            self._record("solved", res_model="ir.config_parameter", res_id=secret.id)

    def test_a_context_of_no_kind_is_refused(self):
        with self.assertRaises(UserError):
            self._record("solved", res_model="no.such.model", res_id=1)

    def test_an_unknown_kind_is_refused(self):
        with self.assertRaises(ValueError):
            self._record("bought")

    def test_what_was_noted_by_mistake_is_taken_back_by_who_noted_it(self):
        events = self.env["knowledge.event"]
        context = {"res_model": "res.partner", "res_id": self.customer.id}
        mine, others = (events.with_user(user) for user in (self.user_employee, self.user_editor))
        for kind in ("used", "useless"):
            self._record(kind, **context)
            self.assertEqual(others.take_back(self.entry.ids, kind, **context), [])
            self.assertEqual(mine.take_back(self.entry.ids, kind), [], "said elsewhere")
            self.assertEqual(mine.take_back(self.entry.ids, kind, **context), self.entry.ids)
            self.assertEqual(self._count(kind), 0)

    def test_what_the_system_noted_is_not_taken_back(self):
        mine = self.env["knowledge.event"].with_user(self.user_employee)
        for kind in ("shown", "opened", "anyway"):
            self._record(kind)
            with self.assertRaises(ValueError):
                mine.take_back(self.entry.ids, kind)
            self.assertEqual(self._count(kind), 1)
        for kind in ("bought", None, []):
            with self.assertRaises(ValueError):
                mine.take_back(self.entry.ids, kind)

    def test_it_solved_it_is_taken_back_unless_a_case_was_closed_with_it(self):
        mine = self.env["knowledge.event"].with_user(self.user_employee)
        self._record("solved")
        self.assertEqual(self.entry.solved_count, 1)
        for _twice in range(2):
            mine.take_back(self.entry.ids, "solved")
            self.assertEqual((self.entry.solved_count, self._count("solved")), (0, 0))
        context = {"res_model": "res.partner", "res_id": self.customer.id}
        self._record("solved", **context)
        with self.assertRaises(UserError):
            mine.take_back(self.entry.ids, "solved", **context)

    def test_events_go_with_their_article(self):
        self._record("opened")
        self.article.unlink()
        self.assertFalse(self.env["knowledge.event"].search([("entry_id", "=", self.entry.id)]))

    def _solve_a_case(self):
        case = self._create_entry("Girante ferma", self.customer.id, res_model="res.partner")
        self._record("solved", res_model="res.partner", res_id=self.customer.id)
        return case

    def test_what_people_told_survives_that_an_article_is_taken_back(self):
        case = self._solve_a_case()
        for take_back, give_back in (
            (self.article.action_draft, self.article.action_publish),
            (self.article.action_archive, self.article.action_unarchive),
        ):
            with self.subTest(take_back=take_back.__name__):
                take_back()
                self.assertEqual(self._find("girante ferma"), [case.title], "for itself")
                give_back()
                self.assertEqual(self._find("girante ferma"), [self.article.name])
                self.assertEqual((self.entry.solved_count, self._count("solved")), (1, 1))
                self.assertEqual(case.parent_id, self.entry)

    def test_what_was_taken_back_says_nothing_to_anybody(self):
        self._solve_a_case()
        self._record("used", res_model="res.partner", res_id=self.customer.id)
        self.article.action_draft()
        self.assertEqual(self._find("pompa bloccata dal calcare"), [])
        for user in (self.user_employee, self.user_manager):
            entries = self.env["knowledge.entry"].with_user(user).with_context(active_test=False)
            self.assertNotIn("Pompa", str(entries.search_read([])))
            self.assertEqual(entries.browse(self.entry.id).display_name, "Taken back")
            self.assertNotIn(self.article.name, self._find("pompa calcare", user=user))
        self.assertEqual(self._record("opened"), [])
        figures = self.env["knowledge.event"].with_user(self.user_manager).figures()
        self.assertEqual((figures["best"], figures["counts"]["solved"]), ([], 1))

    def test_what_was_taken_back_is_not_found_by_who_asks_for_archived_records(self):
        case = self._solve_a_case()
        self._let_share_users_search()
        self.article.action_draft()
        entries = self.env["knowledge.entry"].with_context(active_test=False)
        found = entries.search_similar("girante ferma")
        self.assertEqual([problem["title"] for problem in found], [case.title])
        with self.assertRaisesRegex(AccessError, "taken back"):
            entries.browse(self.entry.id).action_open_source()
        for user in (self.user_employee, self.user_portal, self.user_public):
            self.assertFalse(entries.with_user(user)._accessible(self.entry.ids))

    def test_what_was_taken_back_has_neither_words_nor_meaning_left(self):
        self.article.action_draft()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT tsv::text, (SELECT count(*) FROM knowledge_vector WHERE entry_id = entry.id)"
            "  FROM knowledge_entry AS entry WHERE id = %s",
            [self.entry.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [("", 0)])

    def test_a_case_that_a_solution_solved_becomes_one_more_way_to_find_it(self):
        case = self._create_entry("Girante ferma", self.customer.id, res_model="res.partner")
        self._record("solved", res_model="res.partner", res_id=self.customer.id)
        self.assertEqual(case.parent_id, self.entry)
        self.assertEqual(self._find("girante ferma"), [self.article.name])

    def test_a_case_judged_before_it_is_in_the_index_is_tied_when_it_enters(self):
        self._record("solved", res_model="res.partner", res_id=self.customer.id)
        solutions = self.env["knowledge.event"]._solutions_of("res.partner", self.customer.ids)
        self.assertEqual(solutions, {self.customer.id: self.entry})

    def test_an_article_never_becomes_a_way_to_another(self):
        other = self._create_article("Girante ferma")
        for user in (self.user_employee, self.user_manager):
            self._record("solved", res_model=other._name, res_id=other.id, user=user)
        self.assertFalse(self._entry_of(other).parent_id)
        other.name = "Girante consumata"
        self.assertFalse(self._entry_of(other).parent_id, "nor when the index is made anew")
        self.assertEqual(self._find("girante consumata"), [other.name])

    def test_a_customer_counts_and_ties_nothing(self):
        self._let_share_users_search()
        self.article.audience = "customer"
        partner = self.user_portal.partner_id
        case = self._create_entry("Girante ferma", partner.id, res_model="res.partner")
        noted = self._record(
            "solved", user=self.user_portal, res_model="res.partner", res_id=partner.id
        )
        self.assertEqual(noted, self.entry.ids)
        self.assertFalse(case.parent_id)
        self.assertFalse(self.env["knowledge.event"]._solutions_of("res.partner", partner.ids))
