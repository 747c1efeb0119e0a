from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import KnowledgeBaseCommon

QUESTION = "nastro trasportatore bloccato"


@tagged("post_install", "-at_install")
class TestSearchAccess(KnowledgeBaseCommon):
    """Who finds what: one entry per audience, owner and company, all equally similar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_company = cls.env.company
        number = iter(range(5_000_000, 5_000_100))

        def entry(name, **values):
            values = {"company_id": cls.own_company.id, **values}
            return cls._create_entry(
                f"Nastro trasportatore bloccato: {name}", next(number), **values
            )

        cls.articles = {
            audience: entry(audience, audience=audience)
            for audience in ("internal", "technician", "customer", "public")
        }
        cls.cases = {
            audience: entry(f"caso {audience}", audience=audience, partner_id=cls.customer.id)
            for audience in ("internal", "technician", "customer", "public")
        }
        cls.other_case = entry("caso altrui", audience="customer", partner_id=cls.other_customer.id)
        cls.foreign = entry("altra ditta", audience="internal", company_id=cls.other_company.id)
        cls.shared = entry("comune", audience="internal", company_id=False)

    def _found_by(self, user, **arguments):
        entries = self.env["knowledge.entry"].with_user(user)
        found = entries.search_similar(QUESTION, limit=50, **arguments)
        return self.env["knowledge.entry"].browse([entry["id"] for entry in found])

    def test_an_employee_finds_all_of_their_companies(self):
        everything = self.env["knowledge.entry"].search([])
        self.assertEqual(self._found_by(self.user_employee), everything - self.foreign)

    def test_another_company_finds_what_is_shared_and_its_own(self):
        self.assertEqual(self._found_by(self.user_other_company), self.foreign | self.shared)

    def test_no_right_on_entries_no_search(self):
        self.env["ir.model.access"].search(
            [("model_id.model", "=", "knowledge.entry"), ("group_id", "!=", False)]
        ).filtered(lambda access: access.group_id == self.group_portal).unlink()
        with self.assertRaises(AccessError):
            self._found_by(self.user_portal)

    def test_a_customer_finds_published_articles_and_own_cases(self):
        self._let_share_users_search()
        found = self._found_by(self.user_portal)
        self.assertEqual(
            found.sorted("id"),
            (
                self.articles["customer"]
                | self.articles["public"]
                | self.cases["customer"]
                | self.cases["public"]
            ).sorted("id"),
        )

    def test_a_customer_never_finds_the_case_of_another(self):
        self._let_share_users_search()
        self.assertNotIn(self.other_case, self._found_by(self.user_portal))
        self.assertIn(self.other_case, self._found_by(self.user_other_portal))
        self.assertNotIn(self.cases["customer"], self._found_by(self.user_other_portal))

    def test_the_public_finds_public_articles_only(self):
        self._let_share_users_search()
        self.assertEqual(self._found_by(self.user_public), self.articles["public"])

    def test_what_may_not_be_seen_takes_no_place_in_the_list(self):
        self._let_share_users_search()
        for i in range(40):
            self._create_entry(
                "Nastro trasportatore bloccato", 5_100_000 + i, partner_id=self.other_customer.id
            )
        self.assertEqual(len(self._found_by(self.user_portal)), 4)

    def test_only_what_can_be_found_can_be_opened_or_judged(self):
        self._let_share_users_search()
        entries = self.env["knowledge.entry"].with_user(self.user_portal)
        asked = [self.cases["customer"].id, self.other_case.id, self.articles["internal"].id]
        self.assertEqual(entries._accessible(asked).ids, [self.cases["customer"].id])
