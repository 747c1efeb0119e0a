from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import KnowledgeBaseCommon

QUESTION = "pompa bloccata"


@tagged("post_install", "-at_install")
class TestSearchPage(KnowledgeBaseCommon):
    """The search page: filters, more at a time, and what makes no sense."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.heating = cls.env["knowledge.category"].create({"name": "Riscaldamento"})
        cls.boilers = cls.env["knowledge.category"].create(
            {"name": "Caldaie", "parent_id": cls.heating.id}
        )
        cls.here = cls._create_article(
            "Pompa bloccata dal calcare",
            category_id=cls.boilers.id,
            product="Termica Nord TN 35",
            user_id=cls.user_editor.id,
        )
        cls.there = cls._create_article(
            "Pompa bloccata dal ghiaccio", lang="en_US", user_id=cls.user_manager.id
        )
        cls.there.published_date = fields.Date.today() - timedelta(days=400)

    def _page(self, filters=None, user=None, **arguments):
        entries = self.env["knowledge.entry"].with_user(user or self.user_employee)
        return entries.search_page(QUESTION, filters=filters, **arguments)

    def _titles(self, filters=None, user=None):
        return {found["title"] for found in self._page(filters, user)["problems"]}

    def test_each_filter_narrows(self):
        both = {self.here.name, self.there.name}
        self.assertEqual(self._titles(), both)
        for filters, expected in (
            ({"kind": "knowledge.article"}, both),
            ({"language": "it_IT"}, {self.here.name}),
            ({"language": "en_US"}, {self.there.name}),
            ({"category": f"knowledge.category,{self.boilers.id}"}, {self.here.name}),
            ({"category": f"knowledge.category,{self.heating.id}"}, {self.here.name}),
            ({"category": f"res.partner.category,{self.heating.id}"}, set()),
            ({"product": "termica"}, {self.here.name}),
            ({"product": "zanussi"}, set()),
            ({"days": "30"}, {self.here.name}),
            ({"days": "1095"}, both),
            ({"product": "termica", "days": "30", "language": "it_IT"}, {self.here.name}),
            ({"product": "termica", "language": "en_US"}, set()),
        ):
            with self.subTest(filters=filters):
                self.assertEqual(self._titles(filters), expected)

    def test_solved_by_me_is_what_i_wrote_or_said_that_it_solved(self):
        self.assertEqual(self._titles({"mine": "1"}), set())
        self.assertEqual(self._titles({"mine": "1"}, self.user_editor), {self.here.name})
        events = self.env["knowledge.event"].with_user(self.user_employee)
        events.record(self._entry_of(self.there).ids, "solved")
        self.assertEqual(self._titles({"mine": "1"}), {self.there.name})

    def test_what_makes_no_sense_narrows_nothing(self):
        both = {self.here.name, self.there.name}
        for filters in (
            {"kind": "res.users"},
            {"language": "xx"},
            {"category": "knowledge.category,x"},
            {"category": "'; DROP TABLE"},
            {"days": "-1"},
            {"days": "9" * 40},
            {"days": "gestern"},
            {"nothing": "x"},
            ["days"],
            "kind",
            None,
        ):
            with self.subTest(filters=filters):
                self.assertEqual(self._titles(filters), both)

    def test_more_is_offered_as_long_as_there_is_some(self):
        first = self._page(limit=1)
        self.assertEqual((len(first["problems"]), first["more"]), (1, True))
        second = self._page(limit=2)
        self.assertEqual((len(second["problems"]), second["more"]), (2, False))
        self.assertEqual(first["problems"], second["problems"][:1])

    def test_what_is_offered_to_choose_from(self):
        choices = self.env["knowledge.entry"].with_user(self.user_employee).search_filters()
        self.assertIn(["knowledge.article", "Article"], choices["kinds"])
        self.assertNotIn("service.intervention", [model for model, _name in choices["kinds"]])
        offered = dict(choices["categories"])["Article"]
        self.assertIn([f"knowledge.category,{self.boilers.id}", "Riscaldamento / Caldaie"], offered)

    def test_a_page_takes_as_many_queries_whatever_is_found(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            counted = []
            with contextmanager(self._patchExecute)(counted):
                self._page({"days": "30", "product": "termica", "mine": ""}, limit=50)
            return len(counted)

        queries()
        one = queries()
        for number in range(30):
            self._create_article(f"Pompa bloccata {number}", product="Termica Nord")
        self.assertEqual(queries(), one)
