from contextlib import contextmanager

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.knowledge_base import text_search

ROLE = "campo_test_plain"


@tagged("post_install", "-at_install")
class TestPlainOwner(TransactionCase):
    """The database's owner need be no superuser, and may lack the right to create extensions."""

    def setUp(self):
        super().setUp()
        self.env.cr.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user AND EXISTS"
            " (SELECT FROM pg_available_extensions WHERE name = 'unaccent')"
        )
        if self.env.cr.fetchone() != (True,):
            self.skipTest("Only a superuser can play another role; this one may be a plain owner.")
        self.env.cr.execute("DROP EXTENSION IF EXISTS unaccent CASCADE")
        self.env.cr.execute(f"CREATE ROLE {ROLE} NOSUPERUSER")

    @contextmanager
    def _as_role(self, *, may_create):
        """What follows is done by a role without superuser."""
        if may_create:
            # What the owner of a database has.
            database = SQL.identifier(self.env.cr.dbname)
            for thing in (SQL("DATABASE %s", database), SQL("SCHEMA public, campo_search")):
                self.env.cr.execute(SQL("GRANT ALL ON %s TO %s", thing, SQL.identifier(ROLE)))
        self.env.cr.execute(f"SET LOCAL ROLE {ROLE}")
        try:
            yield
        finally:
            self.env.cr.execute("RESET ROLE")

    def _configuration(self):
        return text_search.available_configurations(self.env.cr)["it"]

    def test_a_plain_owner_creates_what_the_search_needs(self):
        self.assertEqual(self._configuration(), "italian")
        with self._as_role(may_create=True):
            text_search.create_configurations(self.env.cr)
            self.assertTrue(text_search.has_unaccent(self.env.cr))
            self.assertEqual(self._configuration(), "campo_it")
            text_search.create_configurations(self.env.cr)

    def test_whoever_may_not_stands_on_a_lower_rung(self):
        with self._as_role(may_create=False):
            text_search.create_configurations(self.env.cr)
        self.assertFalse(text_search.has_unaccent(self.env.cr))
        self.assertEqual(self._configuration(), "italian")
