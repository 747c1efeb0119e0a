from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon, at


@tagged("post_install", "-at_install")
class TestBadInput(FieldServiceCommon):
    """What people get wrong at the desk: a sentence they can act on, and nothing half done."""

    def _refused(self, error, sentence, act):
        """It is refused with a sentence; what was there before is there afterwards."""
        with self.assertRaisesRegex(error, sentence), self.cr.savepoint():
            act()
            self.env.flush_all()
        self.env.invalidate_all()

    def test_a_refused_plan_leaves_no_visit_and_nobody_assigned(self):
        intervention = self._create_intervention()
        nobody = self.env["hr.employee"].create({"name": "Nobody", "company_id": self.company.id})
        nobody.work_contact_id = False
        stranger = self.env["hr.employee"].create(
            {
                "name": "Stranger",
                "company_id": self.env["res.company"].create({"name": "Elsewhere"}).id,
            }
        )
        for sentence, arguments in (
            ("ends before it begins", {"start": at(10), "stop": at(9)}),
            ("neither a user nor a contact", {"technicians": self.technician | nobody}),
            ("doesn't work for", {"technicians": self.technician | stranger}),
        ):
            with self.subTest(sentence=sentence):
                self._refused(
                    ValidationError, sentence, lambda a=arguments: self._plan(intervention, **a)
                )
                self.assertFalse(intervention.event_ids)
                self.assertFalse(intervention.technician_ids)
                self.assertEqual(intervention.state, "draft")

    def test_a_visit_dragged_to_end_before_it_begins_stays_where_it_was(self):
        visit = self._plan(self._create_intervention())
        dispatchers = visit.with_user(self.user_dispatcher)
        self._refused(
            ValidationError,
            "cannot be earlier",
            lambda: dispatchers.write({"start": at(12), "stop": at(9)}),
        )
        self.assertEqual(fields.Datetime.to_string(visit.start), at(8))
        self.assertEqual(visit.time_version, 1)

    def test_a_visit_of_a_cancelled_intervention_is_not_brought_back(self):
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        intervention.with_user(self.user_dispatcher).action_cancel()
        for values in ({"active": True}, {"start": at(13), "stop": at(15)}):
            with self.subTest(values=values):
                self._refused(
                    UserError,
                    "is cancelled: its visits stay as they are",
                    lambda v=values: visit.with_user(self.user_dispatcher).write(v),
                )
                self.assertFalse(visit.active)

    def test_a_contract_that_ended_yesterday_pays_nothing_and_says_so(self):
        contract = self.env["service.contract"].create(
            {
                "name": "Maintenance",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "date_end": MONDAY - timedelta(days=1),
                "call_out_included": True,
            }
        )
        contract.action_open()
        intervention = self._create_intervention(contract_id=contract.id)
        planned = intervention.with_user(self.user_dispatcher).plan(
            start=at(8), stop=at(9), employee_ids=self.technician.ids
        )
        self.assertIn("ends on 11/08/2026, before the visit", " ".join(planned["warnings"]))
        lines = self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        self.assertEqual(set(lines.mapped("coverage")), {"out_of_warranty"})
        for line in lines:
            self.assertIn("is not valid on this date", line.coverage_reason)

    def test_equipment_of_another_customer_stays_out_also_when_the_customer_changes(self):
        intervention = self._create_intervention()
        boiler = self.env["service.equipment"].create(
            {"name": "Boiler", "partner_id": self.other_customer.id}
        )
        dispatchers = intervention.with_user(self.user_dispatcher)
        for values in (
            {"equipment_ids": [(4, boiler.id)]},
            {"partner_id": self.other_customer.id},
        ):
            with self.subTest(values=values):
                self._refused(ValidationError, ".", lambda v=values: dispatchers.write(v))
        self.assertEqual(intervention.equipment_ids, self.equipment)
        self.assertEqual(intervention.partner_id, self.customer)
