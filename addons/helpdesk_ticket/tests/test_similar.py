from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import HelpdeskCommon

QUESTION = "caldaia in blocco E05"


@tagged("post_install", "-at_install")
class TestSimilarProblems(HelpdeskCommon):
    """The panel beside a ticket: what it offers, to whom, and what comes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.solved = cls._create_ticket(name="Caldaia in blocco E05")
        cls.solved.action_close(solution="Pulito l'elettrodo", cause="Elettrodo ossidato")
        cls.proven = cls._entry_of(cls.solved)
        cls.ticket = cls._create_ticket(name="Caldaia bloccata, E05").with_user(cls.user_agent)

    @classmethod
    def _entry_of(cls, record):
        return cls.env["knowledge.entry"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    @classmethod
    def _publish(cls, name, symptom):
        article = cls.env["knowledge.article"].create(
            {
                "name": name,
                "symptom": f"<p>{symptom}</p>",
                "cause": "<p>Calcare nello scambiatore</p>",
                "solution": "<p>Lavato lo scambiatore</p>",
                "lang": "it_IT",
            }
        )
        article.action_publish()
        return article

    def _note(self, entry, kind, ticket=None, user=None):
        ticket = ticket or self.ticket
        events = self.env["knowledge.event"].with_user(user or self.user_agent)
        return events.record(entry.ids, kind, ticket._name, ticket.id)

    def _close(self, ticket=None):
        dialogs = self.env["helpdesk.ticket.close"].with_user(self.user_agent)
        return Form(dialogs.with_context(default_ticket_ids=(ticket or self.ticket).ids))

    # === WHAT IS OFFERED === #

    def test_solved_cases_come_before_what_only_describes(self):
        article = self._publish(QUESTION, "Caldaia in blocco, errore E05")
        found = self.ticket.find_similar(text=QUESTION)
        self.assertEqual(
            [(one["res_model"], one["kind"]) for one in found],
            [("helpdesk.ticket", "Ticket"), ("knowledge.article", "Article")],
        )
        self._entry_of(article).solved_count = 3
        self.assertEqual(self.ticket.find_similar(text=QUESTION)[0]["res_id"], article.id)

    def test_what_is_hardly_alike_comes_last_though_it_solved_something(self):
        entries = self.env["knowledge.entry"]
        found = [
            {"id": 1, "score": 0.9, "res_model": "knowledge.article", "solved_count": 0},
            {"id": 2, "score": 0.5, "res_model": "helpdesk.ticket", "solved_count": 0},
            {"id": 3, "score": 0.3, "res_model": "helpdesk.ticket", "solved_count": 5},
        ]
        self.assertEqual([one["id"] for one in entries._proven_first(found)], [2, 1, 3])

    # === WHO FINDS WHAT === #

    def test_a_ticket_that_may_not_be_read_is_neither_found_nor_judged(self):
        self.env["ir.rule"].create(
            {
                "name": "test: agents see their own tickets",
                "model_id": self.env["ir.model"]._get("helpdesk.ticket").id,
                "domain_force": "[('user_id', '=', user.id)]",
            }
        )
        hidden = self.env["knowledge.entry"].with_user(self.user_agent)
        self.assertEqual(hidden.search_similar(QUESTION), [])
        self.assertEqual(hidden._accessible(self.proven.ids).ids, [])
        self.ticket.sudo().user_id = self.user_agent
        self.assertEqual(self.ticket.find_similar(), [])
        self.assertEqual(self._note(self.proven, "solved"), [])
        self.solved.user_id = self.user_agent
        self.assertEqual([one["id"] for one in self.ticket.find_similar()], self.proven.ids)

    def test_who_has_no_right_on_tickets_finds_none(self):
        entries = self.env["knowledge.entry"].with_user(self.user_employee)
        self.assertEqual(entries.search_similar(QUESTION), [])
        article = self._publish("Blocco E05", "Caldaia in blocco, errore E05")
        self.assertEqual([one["res_id"] for one in entries.search_similar(QUESTION)], article.ids)
        self.assertEqual(set(entries.search([]).mapped("res_model")), {"knowledge.article"})
        with self.assertRaises(AccessError):
            self.proven.with_user(self.user_employee).read(["problem", "solution"])
        self.assertFalse(self.proven.with_user(self.user_employee).is_findable)
        self.assertEqual(
            self.proven.with_user(self.user_agent).read(["res_model"])[0]["res_model"],
            "helpdesk.ticket",
        )

    def test_figures_and_links_name_no_case_that_may_not_be_found(self):
        manager = self._create_user("hd_editor", "knowledge_base.knowledge_base_group_manager")
        self._note(self.proven, "solved")
        self._note(self.proven, "solved", user=self.user_manager)
        article = self._publish(QUESTION, "Caldaia in blocco, errore E05")
        self._note(self._entry_of(article), "solved")
        self._entry_of(article).parent_id = self.proven
        events = self.env["knowledge.event"].with_user(manager)
        figures = events.figures()
        self.assertEqual([best["title"] for best in figures["best"]], [QUESTION])
        self.assertEqual(figures["gaps"], [])
        self.assertEqual(figures["counts"]["solved"], 2, "counted they are")
        self.assertEqual(len(events.with_user(self.env.user).figures()["gaps"]), 1)
        title = self.proven.title
        self.assertNotIn(title, str(events.search([]).read(["entry_id"])))
        self.assertNotIn(title, str(events.formatted_read_group([], ["entry_id"], ["__count"])))
        self.assertNotIn(title, str(self._entry_of(article).with_user(manager).read(["parent_id"])))
        agent = self._entry_of(article).with_user(self.user_agent)
        self.assertIn(title, str(agent.read(["parent_id"])))

    def test_usual_rights_cost_no_look_at_the_tickets(self):
        access = self.env["knowledge.entry"].with_user(self.user_agent)._search_similar_access()
        asked = {condition.field_expr for condition in access.iter_conditions()}
        self.assertFalse(asked & {"res_model", "res_id"})

    # === USED, SOLVED, NOT THIS === #

    def test_the_same_act_of_the_same_person_on_the_same_ticket_counts_once(self):
        for kind in ("shown", "opened", "used", "useless"):
            with self.subTest(kind=kind):
                self.assertEqual(self._note(self.proven, kind), self.proven.ids)
                self.assertEqual(self._note(self.proven, kind), [])
                self.assertEqual(
                    self._note(self.proven, kind, user=self.user_manager), self.proven.ids
                )

    def test_what_is_used_is_marked_until_it_was_of_no_use(self):
        self.assertFalse(self.ticket.find_similar()[0]["used"])
        self._note(self.proven, "used")
        self.assertTrue(self.ticket.find_similar()[0]["used"])
        self._note(self.proven, "useless")
        self.assertEqual(self.ticket.find_similar(), [])
        self.assertFalse(self._close().entry_id, "it is not proposed either")

    def test_closing_proposes_what_was_used(self):
        self._note(self.proven, "used")
        with self._close() as dialog:
            self.assertEqual(dialog.entry_id, self.proven)
            self.assertEqual(dialog.cause, "Elettrodo ossidato")
            self.assertEqual(dialog.solution, "Pulito l'elettrodo")
        dialog.record.action_confirm()
        self.assertEqual(self.proven.solved_count, 1)
        self.assertEqual(self._entry_of(self.ticket).parent_id, self.proven)

    def test_an_article_proposes_its_cause_apart_from_its_solution(self):
        article = self._publish("Scambiatore sporco", "Rumore e blocco")
        self._note(self._entry_of(article), "used")
        dialog = self._close()
        self.assertEqual(dialog.cause, "Calcare nello scambiatore")
        self.assertEqual(dialog.solution, "Lavato lo scambiatore")

    def test_the_last_used_is_proposed_and_another_leaves_what_was_written(self):
        article = self._publish("Scambiatore sporco", "Rumore e blocco")
        self._note(self.proven, "used")
        self._note(self._entry_of(article), "used")
        dialog = self._close()
        self.assertEqual(dialog.entry_id, self._entry_of(article))
        dialog.cause, dialog.solution = "Scritto a mano", ""
        dialog.entry_id = self.proven
        self.assertEqual(dialog.cause, "Scritto a mano")
        self.assertEqual(dialog.solution, "Pulito l'elettrodo")

    def test_what_was_taken_back_meanwhile_is_proposed_to_nobody(self):
        article = self._publish("Blocco E05", "Caldaia in blocco, errore E05")
        entry = self._entry_of(article)
        dialogs = self.env["helpdesk.ticket.close"].with_user(self.user_agent)
        dialogs = dialogs.with_context(
            default_ticket_ids=self.ticket.ids, default_entry_id=entry.id
        )
        self.assertEqual(Form(dialogs).entry_id, entry)
        self.assertEqual(self._note(entry, "used"), entry.ids)
        article.action_draft()
        self.assertEqual(self._note(entry, "used"), [])
        with self.assertRaisesRegex(UserError, "^This solution has been taken back"):
            Form(dialogs)
        self.assertFalse(self._close().entry_id)

    def test_closing_without_any_use_proposes_nothing_and_counts_nothing(self):
        dialog = self._close()
        self.assertFalse(dialog.entry_id or dialog.solution)
        dialog.cause, dialog.solution = "Sporco", "Pulito"
        dialog.save().action_confirm()
        self.assertEqual(self.proven.solved_count, 0)

    # === AN ARTICLE FROM THE CASE === #

    def test_closing_begins_an_article_with_persons_marked(self):
        self.user_agent.group_ids += self.env.ref("knowledge_base.knowledge_base_group_editor")
        self.ticket.sudo().description = "<p>Chiamare Giulia Test al 333 1234567</p>"
        dialog = self._close()
        dialog.cause, dialog.solution = "Elettrodo sporco", "Pulito l'elettrodo"
        action = dialog.save().action_confirm_and_make_article()
        self.assertTrue(self.ticket.closed)
        article = self.env["knowledge.article"].browse(action["res_id"])
        self.assertEqual(article.state, "draft")
        self.assertIn("<mark>Giulia Test</mark>", article.symptom)
        self.assertIn("<mark>333 1234567</mark>", article.symptom)
        self.assertIn("Elettrodo sporco", article.cause)
        self.assertIn("Pulito", article.solution)
