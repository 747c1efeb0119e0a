from psycopg2 import errors

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ..locking import lock_rows


@tagged("post_install", "-at_install")
class TestLocking(TransactionCase):
    """Two connections that want the same row."""

    def _categories(self, cr):
        return self.env(cr=cr)["knowledge.category"].browse(self.category_ids)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Both connections must see them.
        with cls.registry.cursor() as cr:
            categories = cls.env(cr=cr)["knowledge.category"].create(
                [{"name": "First"}, {"name": "Second"}]
            )
            cls.category_ids = categories.ids
        cls.addClassCleanup(cls._clean_up)

    @classmethod
    def _clean_up(cls):
        with cls.registry.cursor() as cr:
            cls.env(cr=cr)["knowledge.category"].browse(cls.category_ids).unlink()

    def test_whoever_comes_second_waits(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            lock_rows(self._categories(first))
            # Gives up at once, on what would be waited for.
            second.execute(SQL("SET LOCAL lock_timeout = '50ms'"))
            with mute_logger("odoo.sql_db"), self.assertRaises(errors.LockNotAvailable):
                lock_rows(self._categories(second)[1])
            second.rollback()

    def test_whoever_waited_is_repeated_if_the_row_was_touched(self):
        for touch in (True, False):
            with (
                self.subTest(touch=touch),
                self.registry.cursor() as first,
                self.registry.cursor() as second,
            ):
                self._categories(second).mapped("name")
                lock_rows(self._categories(first), touch=touch)
                first.commit()
                if touch:
                    with mute_logger("odoo.sql_db"), self.assertRaises(errors.SerializationFailure):
                        lock_rows(self._categories(second))
                    second.rollback()
                self.assertEqual(len(lock_rows(self._categories(second))), 2)

    def test_those_that_are_there_and_fit_are_locked_by_number(self):
        both = self._categories(self.env.cr)
        gone = self.env["knowledge.category"].create({"name": "Gone"})
        gone.unlink()
        turned = gone + both[1] + both[0]
        self.assertEqual(lock_rows(turned).ids, both.ids)
        self.assertEqual(lock_rows(turned, [("name", "=", "Second")]), both[1])
        with self.assertQueryCount(0):
            self.assertFalse(lock_rows(gone.browse()))
