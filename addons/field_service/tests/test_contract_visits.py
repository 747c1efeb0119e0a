from contextlib import contextmanager
from datetime import datetime

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import MONDAY, FieldServiceCommon, at, picture

LABOUR = {"kind": "labour", "start": at(8), "stop": at(9)}


@tagged("post_install", "-at_install")
class TestContractVisits(FieldServiceCommon):
    """A contract that includes a number of visits; each has its call-out paid."""

    def _contract(self, visits=2, **values):
        contract = self.env["service.contract"].create(
            {
                "name": "Two visits",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "labour_percent": 0,
                "included_visits": visits,
                **values,
            }
        )
        contract.action_open()
        return contract

    def _visited(self, *lines, **values):
        """An intervention with one visit on which work was recorded."""
        intervention = self._create_intervention(**values)
        self._plan(intervention)
        self._record(intervention, *(lines or (LABOUR,)))
        return intervention

    def _call_out(self, intervention):
        return intervention.work_line_ids.filtered(lambda line: line.kind == "call_out")

    def _report(self, intervention, outcome="solved"):
        technician = intervention.with_user(self.user_technician)
        made = technician.make_report(event_ids=intervention.event_ids.ids, outcome=outcome)
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).sign(name="Giulia", image=picture())
        return report

    @contextmanager
    def _refused(self):
        with (
            self.assertRaisesRegex(CheckViolation, "visits_not_overdrawn"),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            yield

    # === WHAT A VISIT COSTS === #

    def test_visits_are_paid_until_there_are_none_left_the_next_one_is_charged(self):
        contract = self._contract(2)
        lines = [self._call_out(self._visited()) for _turn in range(3)]
        self.assertEqual(
            [(line.coverage, line.amount_invoice) for line in lines],
            [("contract", 0), ("contract", 0), ("out_of_warranty", 40)],
        )
        self.assertEqual((contract.used_visits, contract.remaining_visits), (2, 0))
        self.assertIn("One of the visits included in contract", lines[0].coverage_reason)
        self.assertIn("are used up", lines[2].coverage_reason)

    def test_the_work_itself_is_charged_as_the_contract_says(self):
        self._contract(2)
        labour = self._visited().work_line_ids.filtered(lambda line: line.kind == "labour")
        self.assertEqual((labour.coverage, labour.amount_invoice), ("out_of_warranty", 50))

    def test_without_a_number_of_visits_the_call_out_is_included_or_not(self):
        contract = self._contract(0, call_out_included=True)
        self.assertEqual(self._call_out(self._visited()).coverage, "contract")
        self.assertEqual(contract.used_visits, 0)

    # === WHICH VISITS COUNT === #

    def test_a_visit_counts_once_somebody_has_checked_in(self):
        contract = self._contract()
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        self.assertEqual(contract.remaining_visits, 2)
        intervention.with_user(self.user_technician).check_in()
        self.assertEqual((contract.remaining_visits, contract.visit_ids), (1, visit))
        self._record(intervention, LABOUR)
        self._record(intervention, {**LABOUR, "start": at(9), "stop": at(10)})
        self._report(intervention)
        self.assertEqual(contract.remaining_visits, 1)
        self.assertEqual(self._call_out(intervention).coverage, "contract")

    def test_work_taken_back_gives_the_visit_back(self):
        contract = self._contract()
        intervention = self._visited()
        self.assertEqual(contract.used_visits, 1)
        intervention.with_user(self.user_dispatcher).remove_work(
            line_ids=intervention.work_line_ids.ids
        )
        self.assertEqual((contract.used_visits, contract.remaining_visits), (0, 2))

    def test_a_visit_that_is_cancelled_is_given_back_unless_there_is_work_on_it(self):
        contract = self._contract()
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        intervention.with_user(self.user_technician).check_in()
        visit.with_user(self.user_dispatcher).active = False
        self.assertEqual(contract.used_visits, 0)
        worked = self._visited()
        worked.event_ids.with_user(self.user_dispatcher).active = False
        self.assertEqual(contract.used_visits, 1)

    def test_each_visit_of_a_job_counts_whoever_comes(self):
        contract = self._contract(3)
        intervention = self._create_intervention()
        visits = [self._plan(intervention, start=at(hour), stop=at(hour + 2)) for hour in (7, 11)]
        for visit, user in (
            (visits[0], self.user_technician),
            (visits[1], self.user_technician),
            (visits[1], self.user_dispatcher),
        ):
            self._record(intervention, {**LABOUR, "event_id": visit.id}, user=user)
        self.assertEqual(contract.used_visits, 2)

    def test_warranty_and_rework_cost_the_customer_no_visit(self):
        contract = self._contract()
        done = self._visited()
        done.state = "done"
        again = self._visited(rework_of_id=done.id)
        self.assertEqual(self._call_out(again).coverage, "warranty")
        self.assertEqual(contract.used_visits, 1)

    def test_when_it_turns_out_to_be_rework_the_visit_is_given_back(self):
        contract = self._contract()
        done = self._visited()
        done.state = "done"
        again = self._visited()
        self.assertEqual(contract.used_visits, 2)
        again.rework_of_id = done
        self.assertEqual((contract.used_visits, self._call_out(again).coverage), (1, "warranty"))

    def test_work_of_remote_help_is_no_visit(self):
        contract = self._contract()
        remote = self.env.ref("field_service.service_intervention_type_remote")
        self._visited(type_id=remote.id)
        self.assertEqual(contract.used_visits, 0)

    # === WASTED CALLS === #

    def test_a_wasted_call_counts_if_the_contract_says_so(self):
        contract = self._contract()
        intervention = self._create_intervention()
        self._plan(intervention)
        self._report(intervention, "customer_absent")
        self.assertEqual(contract.used_visits, 1)

    def test_a_wasted_call_that_does_not_count_is_charged(self):
        contract = self._contract(wasted_visits_count=False)
        intervention = self._visited({"kind": "travel", "date": str(MONDAY), "quantity": 1})
        self.assertEqual(contract.used_visits, 1)
        self._report(intervention, "wasted_call")
        call_out = self._call_out(intervention)
        self.assertEqual((contract.used_visits, call_out.amount_invoice), (0, 40))
        self.assertIn("A wasted call is not one of the visits", call_out.coverage_reason)

    # === BY HAND === #

    def test_a_call_out_charged_by_hand_takes_its_visit_with_it(self):
        contract = self._contract(1)
        first, second = self._visited(), self._visited()
        call_out = self._call_out(first).with_user(self.user_dispatcher)
        call_out.set_coverage("goodwill", "We came late")
        self.assertEqual(contract.remaining_visits, 1)
        first.cause_id = self.env["service.cause"].create({"name": "Wear"})
        self.assertEqual(contract.remaining_visits, 1)
        self._call_out(second).with_user(self.user_dispatcher).set_coverage(
            "contract", "Agreed by telephone"
        )
        self.assertEqual((contract.used_visits, contract.remaining_visits), (1, 0))
        with self._refused():
            call_out.set_coverage("contract", "Agreed by telephone")
            self.env.flush_all()

    def test_a_visit_is_taken_for_the_equipment_its_call_out_is_charged_for(self):
        contract = self._contract(1)
        term = self.env["service.warranty.term"].create(
            {"name": "All", "payer": "us", "covers_call_out": True}
        )
        old = self.equipment.copy({"serial_number": "OLD-1", "warranty_term_id": False})
        self.equipment.write({"warranty_term_id": term.id, "installation_date": "2026-01-01"})
        intervention = self._visited(
            {**LABOUR, "equipment_id": old.id},
            equipment_ids=[Command.set((self.equipment | old).ids)],
        )
        self.assertEqual(self._call_out(intervention).coverage_rule, "contract_visit")
        self.assertEqual(contract.used_visits, 1)

    def test_nobody_counts_visits_by_hand(self):
        contract = self._contract(1)
        visit = self._plan(self._create_intervention())
        for user in (self.user_dispatcher, self.user_manager, self.user_technician):
            with self.assertRaises(AccessError):
                visit.with_user(user).counted_contract_id = contract

    def test_a_number_below_what_was_used_is_refused(self):
        contract = self._contract(2)
        self._visited(), self._visited()
        with self._refused():
            contract.included_visits = 1
            self.env.flush_all()

    # === BEING TOLD === #

    def test_what_is_left_is_said_on_the_intervention(self):
        contract = self._contract(2, has_hours_bank=True, included_hours=10)
        intervention = self._visited()
        self.assertEqual(contract.remaining_visits, 1)
        with Form(intervention.with_user(self.user_dispatcher)) as form:
            self.assertEqual(form.contract_balance, "10:00 of 10:00 hours left, 1 of 2 visits left")

    @freeze_time("2026-11-06 06:00:00")
    def test_whoever_plans_is_told_when_no_visit_is_left(self):
        self._contract(2)

        def warnings(intervention):
            return intervention.with_user(self.user_dispatcher)._get_planning_warnings(
                self.technician, datetime(2026, 11, 9, 8), datetime(2026, 11, 9, 9)
            )

        interventions = [self._create_intervention() for _turn in range(3)]
        told = []
        for hour, intervention in zip((8, 10, 12), interventions, strict=True):
            told.append(any("No visit of contract" in line for line in warnings(intervention)))
            self._plan(intervention, start=at(hour), stop=at(hour + 1))
        self.assertEqual(told, [False, False, True])

    @freeze_time("2026-11-06 06:00:00")
    def test_the_last_visit_is_moved_without_a_warning(self):
        self._contract(1)
        visit = self._plan(self._create_intervention())
        self.assertFalse(visit.with_user(self.user_dispatcher)._get_planning_warnings()[visit])
