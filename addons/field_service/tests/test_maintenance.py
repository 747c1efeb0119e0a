import doctest
from datetime import date, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, freeze_time, tagged
from odoo.tools import mute_logger

from .. import recurrence
from ..recurrence import UNITS, Recurrence, due_days, in_season, next_day
from .common import FieldServiceCommon

LOGGER = "odoo.addons.field_service.batches"


@tagged("post_install", "-at_install")
class TestRecurrence(BaseCase):
    def test_the_examples_in_the_documentation_hold(self):
        self.assertEqual(doctest.testmod(recurrence).failed, 0)

    @settings(max_examples=200, deadline=None)
    @given(
        st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        st.integers(1, 30),
        st.sampled_from(UNITS),
        st.none() | st.tuples(st.integers(1, 12), st.integers(1, 12)),
        st.integers(-400, 400),
    )
    def test_days_are_those_found_by_trying_each_turn(self, first, number, unit, season, offset):
        rhythm = Recurrence(first, number, unit, season)
        since = first + timedelta(days=offset)
        until = since + timedelta(days=1500)
        expected = []
        for turn in range(2000):
            day = first + relativedelta(**{unit: number * turn})
            if day > until:
                break
            if day >= since and in_season(day, season):
                expected.append(day)
        self.assertEqual(due_days(rhythm, since, until), expected)
        if expected:
            self.assertEqual(next_day(rhythm, since), expected[0])


@tagged("post_install", "-at_install")
@freeze_time("2026-11-09 09:00:00")
class TestMaintenance(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls.env["service.contract"].create(
            {"name": "Maintenance", "partner_id": cls.customer.id, "date_start": "2026-01-01"}
        )
        cls.contract.action_open()
        cls.plan = cls._create_plan()

    @classmethod
    def _create_plan(cls, **values):
        return cls.env["service.maintenance.plan"].create(
            {
                "name": "Yearly check",
                "contract_id": cls.contract.id,
                "equipment_ids": [(6, 0, cls.equipment.ids)],
                "user_id": cls.user_dispatcher.id,
                "date_start": "2025-11-20",
                "expected_hours": 3,
                **values,
            }
        )

    def _run(self):
        # The job has an environment of its own.
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "field_service.service_maintenance_plan_cron_create"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_an_intervention_is_put_on_the_desk_some_days_ahead(self):
        self.assertEqual(str(self.plan.next_date), "2026-11-20")
        self._run()
        intervention = self.plan.intervention_ids
        self.assertRecordValues(
            intervention,
            [
                {
                    "partner_id": self.customer.id,
                    "site_id": self.site.id,
                    "equipment_ids": self.equipment.ids,
                    "contract_id": self.contract.id,
                    "maintenance_date": date(2026, 11, 20),
                    "state": "draft",
                    "user_id": self.user_dispatcher.id,
                }
            ],
        )
        self.assertEqual(intervention._get_visit_hours(), 3)
        self.assertEqual(str(self.plan.next_date), "2027-11-20")

    def test_it_is_not_made_before_its_day(self):
        self.plan.lead_days = 10
        self._run()
        self.assertFalse(self.plan.intervention_ids)
        with freeze_time("2026-11-10 09:00:00"):
            self._run()
        self.assertEqual(len(self.plan.intervention_ids), 1)

    def test_the_same_day_is_never_made_twice(self):
        self._run()
        self.plan.next_date = "2026-11-20"
        self._run()
        self.assertEqual(len(self.plan.intervention_ids), 1)
        self.plan.intervention_ids.active = False
        self.plan.next_date = "2026-11-20"
        self._run()
        self.assertEqual(len(self.plan.with_context(active_test=False).intervention_ids), 1)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_the_same_day_twice(self):
        self._run()
        again = self.plan._prepare_intervention_values(date(2026, 11, 20))
        with self.assertRaises(UniqueViolation):
            self.env["service.intervention"].create(again)

    def test_of_missed_days_the_last_one_is_made_up_for(self):
        monthly = self._create_plan(date_start="2026-11-10", interval_unit="months", lead_days=0)
        self.assertEqual(str(monthly.next_date), "2026-11-10")
        with freeze_time("2027-03-20 09:00:00"):
            self._run()
        self.assertEqual(monthly.intervention_ids.mapped("maintenance_date"), [date(2027, 3, 10)])
        self.assertEqual(str(monthly.next_date), "2027-04-10")

    def test_a_plan_that_fails_stops_no_other_and_tells_its_dispatcher(self):
        other = self._create_plan(name="Other")
        kind = type(self.plan)
        original = kind._prepare_intervention_values

        sentence = "The site is gone."

        def fail(plan, day):
            if plan == self.plan:
                raise UserError(sentence)
            return original(plan, day)

        with patch.object(kind, "_prepare_intervention_values", fail), mute_logger(LOGGER):
            self._run()
            self._run()
        self.assertEqual(len(other.intervention_ids), 1)
        self.assertFalse(self.plan.intervention_ids)
        self.assertEqual(self.plan.activity_ids.user_id, self.user_dispatcher)
        self.assertEqual(len(self.plan.activity_ids), 1)
        self.assertIn(sentence, self.plan.activity_ids.note)
        # What has been mended is made the next time.
        self._run()
        self.assertEqual(len(self.plan.intervention_ids), 1)

    def test_drafts_and_ended_contracts_ask_for_nothing(self):
        self.contract.state = "draft"
        self._run()
        self.assertFalse(self.plan.intervention_ids)
        self.contract.state = "open"
        self.contract.action_close()
        self._run()
        self.assertFalse(self.plan.intervention_ids)

    def test_nothing_is_made_for_a_day_after_the_contracts_end_unless_it_is_renewed(self):
        self.contract.write({"date_end": "2026-11-19", "renewal": "tacit"})
        self._run()
        self.assertEqual(len(self.plan.intervention_ids), 1)
        ending = self._create_plan()
        self.contract.renewal = "none"
        self._run()
        self.assertFalse(ending.intervention_ids)

    def test_a_season_is_kept_and_one_that_never_comes_is_refused(self):
        heating = {"month_from": "10", "month_to": "4"}
        plan = self._create_plan(date_start="2026-06-15", interval_unit="months", **heating)
        self.assertEqual(str(plan.next_date), "2026-11-15")
        with freeze_time("2027-04-20 09:00:00"):
            plan.next_date = "2027-04-15"
            plan._create_due()
        self.assertEqual(str(plan.next_date), "2027-10-15")
        with self.assertRaisesRegex(ValidationError, "never fall due"):
            self._create_plan(date_start="2026-07-01", **heating)

    def test_a_plan_is_about_the_customers_own_things(self):
        with self.assertRaisesRegex(ValidationError, "belongs to Alfa"):
            self._create_plan(partner_id=self.other_customer.id)

    def test_the_next_one_can_be_made_at_once(self):
        action = self.plan.with_user(self.user_dispatcher).action_create_next()
        self.assertEqual(action["res_id"], self.plan.intervention_ids.id)
        self.assertEqual(str(self.plan.next_date), "2027-11-20")

    def test_who_does_not_plan_changes_no_plan(self):
        self.assertTrue(self.plan.with_user(self.user_technician).has_access("read"))
        for user in (self.user_technician, self.user_outside, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.plan.with_user(user).action_create_next()

    def test_another_company_sees_no_plan(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        stranger = self.user_dispatcher.copy(
            {"login": "stranger", "company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        plan = self.plan.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(plan.has_access("read"))

    # === LEGAL INSPECTION === #

    def test_an_inspection_that_is_done_moves_the_next_one_on(self):
        kind = self.env["service.intervention.type"].create(
            {
                "name": "Inspection",
                "legal_months": 24,
                "needs_signature": False,
                "needs_solution": False,
            }
        )
        self.equipment.next_legal_date = "2026-11-28"
        intervention = self._create_intervention(
            type_id=kind.id, technician_ids=[(6, 0, self.technician.ids)]
        )
        self._plan(intervention, start="2026-11-06 08:00:00", stop="2026-11-06 10:00:00")
        intervention.with_user(self.user_technician).action_done()
        self.assertEqual(str(self.equipment.next_legal_date), "2028-11-06")

    def test_other_work_moves_no_inspection(self):
        self.equipment.next_legal_date = "2026-11-28"
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        intervention.with_user(self.user_technician).action_done(cause="Wear", solution="New part")
        self.assertEqual(str(self.equipment.next_legal_date), "2026-11-28")
