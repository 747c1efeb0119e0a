from odoo.tests import HttpCase, tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestKnowledgeTours(KnowledgeBaseCommon, HttpCase):
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

    def test_an_employee_finds_a_solution_and_says_that_it_helped(self):
        article = self._create_article(
            "Pompa bloccata dal calcare", "La girante non gira, allarme E05.", "Sbloccata a mano."
        )
        self.start_tour("/odoo/knowledge-find", "knowledge_base_find", login="kb_employee")
        entry = self._entry_of(article)
        self.assertEqual(entry.solved_count, 1)
        self.assertEqual(
            set(self.env["knowledge.event"].search([("entry_id", "=", entry.id)]).mapped("kind")),
            {"opened", "solved"},
        )

    def test_what_solved_it_is_found_from_the_command_palette(self):
        article = self._create_article(
            "Pompa bloccata dal calcare", "La girante non gira, allarme E05.", "Sbloccata a mano."
        )
        self.start_tour(
            "/odoo/knowledge-find", "knowledge_base_command_palette", login="kb_employee"
        )
        events = self.env["knowledge.event"].search(
            [("entry_id", "in", self._entry_of(article).ids)]
        )
        self.assertEqual((events.kind, events.user_id), ("opened", self.user_employee))
