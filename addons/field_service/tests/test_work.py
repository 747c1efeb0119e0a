from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon, at, picture

FRIDAY = MONDAY + timedelta(days=11)


@tagged("post_install", "-at_install")
class TestWork(FieldServiceCommon):
    def _amounts(self, intervention):
        return {
            (line.kind, line.time_band or ""): line.amount_invoice
            for line in intervention.work_line_ids
        }

    def _hours_contract(self, hours):
        contract = self.env["service.contract"].create(
            {
                "name": "Hours",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "labour_percent": 100,
                "call_out_included": True,
                "has_hours_bank": True,
                "included_hours": hours,
            }
        )
        contract.action_open()
        self.env["service.rate"].create(
            {"kind": "labour", "price": 45, "contract_id": contract.id, "date_from": "2026-01-01"}
        )
        return contract

    # === ACCEPTANCE STORIES === #

    def test_story_1_a_call_out_of_warranty(self):
        intervention = self._story_one()
        lines = intervention.work_line_ids
        self.assertEqual(
            {line.kind: line.amount_invoice for line in lines},
            {"labour": 125.0, "travel": 47.5, "mileage": 50.4, "call_out": 40.0, "part": 86.5},
        )
        self.assertEqual(sum(lines.mapped("amount_invoice")), 349.40)
        self.assertEqual(set(lines.mapped("coverage")), {"out_of_warranty"})
        labour = lines.filtered(lambda line: line.kind == "labour")
        self.assertAlmostEqual(labour.quantity, 140 / 60, 4)
        self.assertEqual(labour.quantity_invoice, 2.5)
        timesheets = lines.analytic_line_id.filtered("employee_id")
        self.assertAlmostEqual(sum(timesheets.mapped("unit_amount")), 3.5, 4)
        self.assertAlmostEqual(sum(timesheets.mapped("amount")), -98.0, 2)

    def test_story_2_hours_run_out_with_two_technicians_and_one_van(self):
        contract = self._hours_contract(3.25)
        intervention = self._create_intervention()
        self.assertEqual(intervention.contract_id, contract)
        self._plan(intervention, self.technician | self.colleague, start=at(13), stop=at(16))
        for employee, user in (
            (self.technician, self.user_technician),
            (self.colleague, self.user_colleague),
        ):
            self._record(
                intervention,
                {"kind": "labour", "start": at(13), "stop": at(15, 30)},
                {"kind": "travel", "date": str(MONDAY), "quantity": 1},
                user=user,
            )
            self.assertIn(employee, intervention.work_line_ids.employee_id)
        self._record(intervention, {"kind": "mileage", "date": str(MONDAY), "quantity": 42})
        lines = intervention.work_line_ids
        labour = lines.filtered(lambda line: line.kind == "labour")
        self.assertEqual(sorted(labour.mapped("quantity")), [0.75, 1.75, 2.5])
        self.assertEqual(sum(lines.mapped("amount_invoice")), 179.95)
        self.assertEqual(contract.remaining_hours, 0)
        self.assertEqual(contract.used_hours, 3.25)

    def test_story_3_a_friday_night_is_cut_at_ten(self):
        intervention = self._create_intervention()
        self._plan(intervention, start=at(19, 0, FRIDAY), stop=at(23, 0, FRIDAY))
        self._record(
            intervention,
            {"kind": "labour", "start": at(19, 30, FRIDAY), "stop": at(22, 30, FRIDAY)},
            {"kind": "travel", "date": str(FRIDAY), "quantity": 0.5},
            {"kind": "mileage", "date": str(FRIDAY), "quantity": 22},
        )
        lines = intervention.work_line_ids
        labour = lines.filtered(lambda line: line.kind == "labour")
        self.assertEqual(
            [(line.time_band, line.amount_invoice) for line in labour.sorted("start")],
            [("overtime", 97.5), ("night", 112.5)],
        )

    # === RECORDING === #

    def test_the_technician_is_told_the_coverage_and_no_price(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        recorded = intervention.with_user(self.user_technician).record_work(
            lines=[{"kind": "labour", "start": at(8), "stop": at(9)}]
        )
        (line,) = recorded["lines"]
        self.assertEqual(line["coverage"], "out_of_warranty")
        self.assertTrue(line["coverage_reason"])
        self.assertFalse({"price_unit", "amount_invoice", "amount_cost", "discount"} & set(line))

    def test_prices_are_invisible_to_technicians_by_every_way_in(self):
        line = self._story_one().work_line_ids[0].with_user(self.user_technician)
        for name in ("price_unit", "discount", "amount_invoice", "amount_cost", "analytic_line_id"):
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    line.read([name])
                with self.assertRaises(AccessError):
                    line.search([(name, "!=", False)])
                with self.assertRaises(AccessError):
                    line.formatted_read_group([], [name], ["__count"])
                self.assertNotIn(name, line.fields_get())

    def test_a_repeated_request_records_once(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        technician = intervention.with_user(self.user_technician)
        asked = {
            "lines": [{"kind": "labour", "start": at(8), "stop": at(9)}],
            "request_uuid": "work-once-1",
        }
        self.assertEqual(technician.record_work(**asked), technician.record_work(**asked))
        self.assertEqual(len(intervention.work_line_ids), 1)

    def test_the_call_out_comes_once_a_visit(self):
        intervention = self._create_intervention()
        self._plan(intervention, self.technician | self.colleague)
        for user in (self.user_technician, self.user_colleague, self.user_technician):
            self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)}, user=user)
        call_outs = intervention.work_line_ids.filtered(lambda line: line.kind == "call_out")
        self.assertEqual(len(call_outs), 1)

    def test_work_that_runs_into_the_night_is_a_call_out_by_night(self):
        intervention = self._create_intervention()
        self._plan(intervention, start=at(19), stop=at(23))
        self._record(intervention, {"kind": "labour", "start": at(19), "stop": at(20)})
        call_out = intervention.work_line_ids.filtered(lambda line: line.kind == "call_out")
        self.assertEqual(call_out.amount_invoice, 40)
        self._record(intervention, {"kind": "labour", "start": at(20), "stop": at(22)})
        self.assertEqual((call_out.time_band, call_out.amount_invoice), ("night", 80))

    def test_a_line_without_words_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.env["ir.module.module"]._load_module_terms(["field_service"], ["it_IT"])
        self.customer.lang = "it_IT"
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        line = self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        self.assertEqual(line.name, "Manodopera")

    def test_work_over_midnight_belongs_to_two_days(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        tuesday = MONDAY + timedelta(days=1)
        lines = self._record(
            intervention, {"kind": "labour", "start": at(22), "stop": at(1, 0, tuesday)}
        )
        self.assertEqual(
            [(line.date, line.quantity) for line in lines.sorted("start")],
            [(MONDAY, 1.0), (tuesday, 2.0)],
        )

    def test_a_break_is_neither_paid_nor_billed(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        line = self._record(
            intervention,
            {"kind": "labour", "start": at(8), "stop": at(12), "break_minutes": 60},
        )
        self.assertEqual((line.quantity, line.quantity_invoice), (3.0, 3.0))

    def test_bad_input_gets_a_sentence_and_nothing_is_stored(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        technician = intervention.with_user(self.user_technician)
        good = {"kind": "labour", "start": at(8), "stop": at(9)}
        cases = [
            ({"kind": "labour", "start": at(9), "stop": at(8)}, "ended before it began"),
            ({"kind": "labour", "start": at(9)}, "began and when it ended"),
            ({"kind": "labour", "quantity": 25}, "at most 24"),
            ({"kind": "mileage", "quantity": -1}, "cannot be negative"),
            ({"kind": "mileage", "quantity": 1e12}, "nor as large"),
            ({"kind": "mileage"}, "how much"),
            ({"kind": "part", "quantity": 1}, "the part that was used"),
            ({"kind": "part", "quantity": 1, "product_id": 2**30}, "catalogue"),
            ({"kind": "gift", "quantity": 1}, "what kind of work"),
            ({"kind": "labour", "start": "soon", "stop": at(8)}, "is not a time"),
            ({"kind": "mileage", "quantity": "many"}, "is not a number"),
            ({**good, "price_unit": 1}, "cannot have: price_unit"),
            ({**good, "event_id": 2**30}, "not there any more"),
            ({**good, "employee_id": self.colleague.id}, "this intervention's crew"),
            ({**good, "break_minutes": 60}, "as long as the work"),
        ]
        for line, sentence in cases:
            with self.subTest(line=line), self.assertRaisesRegex(ValidationError, sentence):
                technician.record_work(lines=[good, line])
            self.assertFalse(intervention.work_line_ids)

    def test_nothing_is_recorded_on_a_closed_intervention(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        intervention.state = "done"
        with self.assertRaisesRegex(UserError, "nothing more can be recorded"):
            self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})

    def test_who_is_not_of_the_crew_records_nothing(self):
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        for user in (self.user_colleague, self.user_outside, self.user_employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._record(
                    intervention, {"kind": "labour", "start": at(8), "stop": at(9)}, user=user
                )

    def test_own_work_can_be_taken_back_with_its_cost(self):
        intervention = self._create_intervention(
            technician_ids=[(6, 0, (self.technician | self.colleague).ids)]
        )
        line = self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        cost = line.analytic_line_id
        with self.assertRaises(AccessError):
            intervention.with_user(self.user_colleague).remove_work(line_ids=line.ids)
        intervention.with_user(self.user_technician).remove_work(line_ids=line.ids)
        self.assertFalse(line.exists() or cost.exists())

    def test_check_in_and_out_leave_their_times(self):
        intervention = self._create_intervention()
        visit = self._plan(intervention)
        technician = intervention.with_user(self.user_technician)
        with self.assertRaisesRegex(UserError, "Check in first"):
            technician.check_out()
        self.assertEqual(technician.check_in()["event_id"], visit.id)
        self.assertEqual(intervention.state, "in_progress")
        self.assertEqual(visit.attendee_ids.state, "accepted")
        with self.assertRaisesRegex(UserError, "already checked in"):
            technician.check_in()
        technician.check_out()
        self.assertTrue(visit.attendee_ids.checked_out_on)

    # === COVERAGE === #

    def test_the_warranty_pays_by_kind_of_cost(self):
        term = self.env["service.warranty.term"].create({"name": "24 months", "months": 24})
        self.equipment.write({"warranty_term_id": term.id, "installation_date": "2026-01-10"})
        intervention = self._story_one()
        self.assertEqual(
            {line.kind: line.coverage for line in intervention.work_line_ids},
            {
                "labour": "warranty",
                "part": "warranty",
                "travel": "out_of_warranty",
                "mileage": "out_of_warranty",
                "call_out": "out_of_warranty",
            },
        )
        labour = intervention.work_line_ids.filtered(lambda line: line.kind == "labour")
        self.assertEqual(labour.amount_invoice, 0)
        self.assertEqual(labour.billing_state, "covered")
        self.assertIn("24 months", labour.coverage_reason)

    def test_a_manufacturer_pays_at_their_own_prices(self):
        manufacturer = self.env["res.partner"].create({"name": "Maker", "is_company": True})
        term = self.env["service.warranty.term"].create(
            {
                "name": "Maker's",
                "months": 24,
                "payer": "manufacturer",
                "manufacturer_id": manufacturer.id,
                "covers_travel": True,
            }
        )
        self.env["service.rate"].create(
            {
                "kind": "mileage",
                "price": 0.35,
                "partner_id": manufacturer.id,
                "date_from": "2026-01-01",
            }
        )
        self.equipment.write({"warranty_term_id": term.id, "installation_date": "2026-01-10"})
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        line = self._record(intervention, {"kind": "mileage", "date": "2026-11-09", "quantity": 50})
        self.assertEqual(line.payer_id, manufacturer)
        self.assertEqual(line.amount_invoice, 17.5)

    def test_a_job_order_at_a_fixed_price_bills_no_hours(self):
        project = self.env["project.project"].create(
            {"name": "School", "allow_timesheets": True, "service_billing": "fixed_price"}
        )
        intervention = self._create_intervention(
            technician_ids=[(6, 0, self.technician.ids)], project_id=project.id
        )
        line = self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        self.assertEqual((line.coverage, line.billing_state), ("job_order", "covered"))
        self.assertEqual(line.analytic_line_id.project_id, project)

    def test_a_decision_by_hand_is_kept_with_its_reason(self):
        line = self._story_one().work_line_ids.filtered(lambda ln: ln.kind == "labour")
        with self.assertRaisesRegex(ValidationError, "Write why"):
            line.with_user(self.user_dispatcher).set_coverage(coverage="goodwill", reason="")
        line.with_user(self.user_dispatcher).set_coverage(
            coverage="goodwill", reason="Late arrival"
        )
        self.assertEqual(line.coverage_reason, "Late arrival")
        self.assertEqual(line.amount_invoice, 0)
        self.assertIn("→", str(line.intervention_id.message_ids[:1].body))
        with self.assertRaises(AccessError):
            line.with_user(self.user_technician).set_coverage(coverage="contract", reason="x")

    def test_hours_are_never_overdrawn(self):
        contract = self._hours_contract(1)
        intervention = self._create_intervention(technician_ids=[(6, 0, self.technician.ids)])
        for hour in (8, 10, 12):
            self._record(intervention, {"kind": "labour", "start": at(hour), "stop": at(hour, 45)})
        self.assertEqual(contract.remaining_hours, 0)
        covered = intervention.work_line_ids.filtered(lambda line: line.coverage == "contract")
        self.assertEqual(sum(covered.mapped("quantity")), 1)

    # === COSTS === #

    def test_hours_of_interventions_are_corrected_there_only(self):
        line = self._story_one().work_line_ids.filtered(lambda ln: ln.kind == "labour")
        with self.assertRaisesRegex(UserError, "Correct them there"):
            line.analytic_line_id.unit_amount = 8
        with self.assertRaisesRegex(UserError, "Correct them there"):
            line.analytic_line_id.unlink()

    def test_a_part_costs_once_on_the_account_of_the_job(self):
        intervention = self._story_one()
        part = intervention.work_line_ids.filtered(lambda line: line.kind == "part")
        self.assertEqual(part.analytic_line_id.amount, -41.20)
        self.assertEqual(
            part.analytic_line_id.account_id, self.company.service_project_id.account_id
        )
        self.assertEqual(part.amount_cost, 41.20)

    def test_kilometres_of_our_vehicles_cost_apart_from_what_is_charged(self):
        self.company.service_km_cost = 0.35
        trip = self._story_one().work_line_ids.filtered(lambda line: line.kind == "mileage")
        self.assertEqual((trip.quantity, trip.amount_invoice), (84, 50.40))
        self.assertEqual((trip.amount_cost, trip.analytic_line_id.amount), (29.40, -29.40))
        self.assertEqual(
            trip.analytic_line_id.account_id, self.company.service_project_id.account_id
        )
        trip.quantity = 100
        self.assertEqual((trip.amount_cost, trip.analytic_line_id.amount), (35, -35))

    def test_kilometres_of_contractors_are_on_their_bills(self):
        self.company.service_km_cost = 0.35
        self.technician.settled_by_bill = True
        trip = self._story_one().work_line_ids.filtered(lambda line: line.kind == "mileage")
        self.assertFalse(trip.amount_cost or trip.analytic_line_id)

    # === FROZEN === #

    def _sign(self, intervention):
        made = intervention.with_user(self.user_technician).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    def test_what_was_shown_stays_and_who_pays_may_still_be_settled(self):
        intervention = self._story_one()
        self._sign(intervention)
        line = intervention.work_line_ids.filtered(lambda ln: ln.kind == "labour")
        for values in ({"quantity": 9}, {"name": "x"}, {"date": "2026-11-10"}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "is closed"):
                line.write(values)
        with self.assertRaisesRegex(UserError, "is closed"):
            line.unlink()
        line.with_user(self.user_dispatcher).set_coverage(coverage="goodwill", reason="Courtesy")
        self.assertEqual(line.billing_state, "covered")

    def test_a_job_of_two_days_has_two_reports(self):
        intervention = self._create_intervention()
        tuesday = MONDAY + timedelta(days=1)
        self._plan(intervention)
        second = self._plan(intervention, start=at(8, 0, tuesday), stop=at(11, 0, tuesday))
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        first_report = self._sign(intervention)
        self._record(
            intervention, {"kind": "labour", "start": at(8, 0, tuesday), "stop": at(9, 0, tuesday)}
        )
        second_report = self._sign(intervention)
        self.assertNotEqual(first_report.number, second_report.number)
        self.assertEqual(second_report.work_line_ids.event_id, second)
        self.assertEqual(set(intervention.report_ids.mapped("state")), {"signed"})
