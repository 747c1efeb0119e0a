from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import KnowledgeBaseCommon


@tagged("post_install", "-at_install")
class TestKnowledgeCategory(KnowledgeBaseCommon):
    def test_a_category_is_called_with_its_parents(self):
        heating = self.env["knowledge.category"].create({"name": "Riscaldamento"})
        boilers = self.env["knowledge.category"].create(
            {"name": "Caldaie", "parent_id": heating.id}
        )
        self.assertEqual(boilers.display_name, "Riscaldamento / Caldaie")
        heating.name = "Clima"
        self.assertEqual(boilers.display_name, "Clima / Caldaie")

    def test_a_category_is_not_inside_itself(self):
        heating = self.env["knowledge.category"].create({"name": "Riscaldamento"})
        boilers = self.env["knowledge.category"].create(
            {"name": "Caldaie", "parent_id": heating.id}
        )
        with self.assertRaises(UserError):
            heating.parent_id = boilers

    def test_articles_are_counted_and_shown_with_those_of_subcategories(self):
        heating = self.env["knowledge.category"].create({"name": "Riscaldamento"})
        boilers = self.env["knowledge.category"].create(
            {"name": "Caldaie", "parent_id": heating.id}
        )
        article = self._create_article("Pompa", category_id=boilers.id)
        self.assertEqual((boilers.article_count, heating.article_count), (1, 0))
        action = heating.action_view_articles()
        self.assertEqual(self.env["knowledge.article"].search(action["domain"]), article)
