from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .common import KnowledgeBaseCommon


class TourCommon(KnowledgeBaseCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Debian's package of Odoo leaves this library out (it blurs the background of video
        # calls). The message about it would end every tour.
        cls.env["ir.asset"].create(
            {
                "name": "test: no video calls",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )

    def _pump(self):
        return self._create_article(
            "Pompa bloccata dal calcare", "La girante non gira, allarme E05.", "Sbloccata a mano."
        )


@tagged("post_install", "-at_install")
class TestKnowledgeTours(TourCommon):
    def test_an_employee_finds_a_solution_and_says_that_it_helped(self):
        article = self._pump()
        self.start_tour("/odoo/knowledge-find", "knowledge_base_find", login="kb_employee")
        entry = self._entry_of(article)
        self.assertEqual(entry.solved_count, 1)
        self.assertEqual(
            set(self.env["knowledge.event"].search([("entry_id", "=", entry.id)]).mapped("kind")),
            {"opened", "solved"},
        )

    def test_what_solved_it_is_found_from_the_command_palette(self):
        article = self._pump()
        self.start_tour(
            "/odoo/knowledge-find", "knowledge_base_command_palette", login="kb_employee"
        )
        events = self.env["knowledge.event"].search(
            [("entry_id", "in", self._entry_of(article).ids)]
        )
        self.assertEqual((events.kind, events.user_id), ("opened", self.user_employee))

    def test_a_manager_writes_what_is_missing_restores_a_revision_and_imports(self):
        self.env["knowledge.event"].search([]).unlink()
        self.env["knowledge.unanswered"].search([]).unlink()
        self._let_share_users_search()
        pump = self._pump()
        pump.audience = "public"
        self.env["knowledge.event"].with_user(self.user_portal).record(
            self._entry_of(pump).ids, "solved"
        )
        self.env["knowledge.unanswered"].record("il montacarichi cigola")
        self.start_tour("/odoo/knowledge-dashboard", "knowledge_base_manager", login="kb_manager")
        articles = self.env["knowledge.article"].search([], order="id desc", limit=2)
        self.assertRecordValues(
            articles,
            [
                {"name": "Pompa rumorosa", "state": "draft", "import_key": "pompa.md"},
                {"name": "Il montacarichi cigola", "state": "published", "import_key": False},
            ],
        )
        self.assertIn("salita", articles[1].symptom)
        self.assertEqual(len(articles[1].html_field_history["symptom"]), 2)

    def test_who_administers_makes_the_index_anew(self):
        article = self._pump()
        with patch("odoo.addons.knowledge_base.models.knowledge_entry_rebuild.BATCH", 1):
            self.env["knowledge.entry"]._rebuild(seconds=0)
        self._entry_of(article).unlink()
        self.user_manager.group_ids += self.env.ref("base.group_system")
        self.start_tour(
            "/odoo/action-knowledge_base.knowledge_base_settings_action",
            "knowledge_base_rebuild",
            login="kb_manager",
        )
        self.assertTrue(self._entry_of(article))


@tagged("post_install", "-at_install")
class TestKnowledgeToursOnThePhone(TourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_solution_is_found_without_a_pointer(self):
        article = self._pump()
        self._create_article("Pompa rumorosa", "Ronza, allarme E05 per sovraccarico.", "Spurgata.")
        self.start_tour(
            "/odoo/knowledge-find?text=nastro", "knowledge_base_find_on_phone", login="kb_employee"
        )
        self.assertEqual(self._entry_of(article).solved_count, 1)
