import doctest
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .. import presence
from .common import FieldServiceCommon

PADUA = {"latitude": 45.40777, "longitude": 11.87345}


@tagged("post_install", "-at_install")
class TestPosition(FieldServiceCommon):
    """Positions: off until their purpose is written, rounded, deleted, seen by few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention()
        cls._plan(cls.job)
        cls.positions = cls.env["service.position"]

    def setUp(self):
        super().setUp()
        self.mine = self.job.with_user(self.user_technician)

    def _switch_on(self, days=30):
        self.company.write(
            {
                "service_positions": True,
                "service_positions_purpose": "Safety of people who work alone",
                "service_positions_basis": "Agreement of 1 March 2026",
                "service_positions_days": days,
            }
        )

    def test_positions_are_rounded_as_documented(self):
        self.assertEqual(doctest.testmod(presence).failed, 0)

    def test_as_long_as_it_is_off_nothing_is_kept(self):
        self.assertFalse(self.company.service_positions)
        self.assertFalse(self.mine.position_notice)
        self.mine.check_in(position=PADUA)
        self.assertFalse(self.positions.search_count([]))

    def test_switching_on_asks_for_purpose_legal_basis_and_days(self):
        for missing in (
            {"service_positions_purpose": " "},
            {"service_positions_basis": False},
            {"service_positions_days": 0},
            {"service_positions_days": 366},
        ):
            self._switch_on()
            with self.subTest(missing=missing), self.assertRaises(ValidationError):
                self.company.write(missing)
        with self.assertRaises(ValidationError):
            self.env["res.company"].create({"name": "New", "service_positions": True})

    def test_the_settings_write_all_of_it_at_once(self):
        with Form(self.env["res.config.settings"]) as form:
            form.service_positions = True
            form.service_positions_purpose = "Safety"
            form.service_positions_basis = "Agreement 3/2026"
            form.service_positions_days = 14
        form.record.execute()
        self.assertTrue(self.company.service_positions)
        self.assertEqual(self.company.service_positions_days, 14)

    def test_the_three_taps_keep_where_they_were_made(self):
        self._switch_on()
        self.assertIn("Safety of people", self.mine.position_notice)
        self.mine.start_travel(position=PADUA)
        self.mine.with_context(field_service_position=PADUA).action_check_in()
        self.mine.check_out(position=PADUA)
        kept = self.positions.search([], order="id")
        self.assertEqual(kept.mapped("act"), ["travel", "check_in", "check_out"])
        self.assertEqual({(place.latitude, place.longitude) for place in kept}, {(45.408, 11.873)})
        self.assertEqual(kept.user_id, self.user_technician)

    def test_a_tap_without_a_position_counts_all_the_same(self):
        self._switch_on()
        self.mine.start_travel()
        self.mine.check_in(position="denied")
        self.mine.check_out(position={"latitude": 1000, "longitude": "x"})
        self.assertTrue(self.job.presence_ids.left_on)
        self.assertFalse(self.positions.search_count([]))

    def test_the_worker_and_the_manager_see_them_nobody_else(self):
        self._switch_on()
        self.mine.check_in(position=PADUA)
        kept = self.positions.search([])
        for user in (self.user_technician, self.user_manager):
            self.assertEqual(self.positions.with_user(user).search([]), kept)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(kept.with_user(user).has_access(operation))
        self._plan(self.job, self.colleague)
        for user in (
            self.user_colleague,
            self.user_dispatcher,
            self.user_accountant,
            self.user_employee,
            self.user_outside,
        ):
            with self.subTest(user=user.login):
                self.assertFalse(kept.with_user(user).has_access("read"))
        other_company = self.env["res.company"].create({"name": "Other firm"})
        self.user_manager.company_ids |= other_company
        elsewhere = kept.with_user(self.user_manager).with_context(
            allowed_company_ids=other_company.ids
        )
        self.assertFalse(elsewhere.has_access("read"))

    def test_what_is_too_old_is_deleted_also_when_it_was_switched_off(self):
        self._switch_on(days=30)
        self.mine.check_in(position=PADUA)
        self.mine.check_out(position=PADUA)
        old, recent = self.positions.search([])
        old.moment = fields.Datetime.now() - timedelta(days=31)
        self.company.service_positions = False
        self.positions._gc_positions()
        self.assertEqual(self.positions.search([]), recent)
