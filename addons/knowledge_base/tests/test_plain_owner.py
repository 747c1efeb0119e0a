from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.knowledge_base import text_search


@tagged("post_install", "-at_install")
class TestPlainOwner(TransactionCase):
    """The database's owner need be no superuser, and may lack the right to create extensions."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute(
            "SELECT rolsuper OR NOT EXISTS"
            " (SELECT FROM pg_available_extensions WHERE name = 'unaccent')"
            " FROM pg_roles WHERE rolname = current_user"
        )
        if self.env.cr.fetchone()[0]:
            self.skipTest("This role is a superuser, who may do all, or PostgreSQL has no unaccent")
        self.env.cr.execute("DROP EXTENSION IF EXISTS unaccent CASCADE")

    def _configuration(self):
        return text_search.available_configurations(self.env.cr)["it"]

    def test_a_plain_owner_creates_what_the_search_needs(self):
        self.assertEqual(self._configuration(), "italian")
        text_search.create_configurations(self.env.cr)
        self.assertTrue(text_search.has_unaccent(self.env.cr))
        self.assertEqual(self._configuration(), "campo_it")
        text_search.create_configurations(self.env.cr)

    def test_whoever_may_not_stands_on_a_lower_rung(self):
        database = SQL.identifier(self.env.cr.dbname)
        self.env.cr.execute(SQL("REVOKE CREATE ON DATABASE %s FROM current_user", database))
        text_search.create_configurations(self.env.cr)
        self.assertFalse(text_search.has_unaccent(self.env.cr))
        self.assertEqual(self._configuration(), "italian")
