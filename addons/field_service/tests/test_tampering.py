from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import MONDAY, FieldServiceCommon, at, picture

# What a page or a phone never sends, and somebody else might.
ODD = ("x", -1, True, [1], ["a"], [[1]], {"a": 1}, 10**400, 2**70, "0001-01-01", "9999-12-31")


@tagged("post_install", "-at_install")
class TestTampering(FieldServiceCommon, AccountTestInvoicingCommon):
    def _report(self, intervention=None):
        intervention = intervention or self._story_one()
        made = intervention.with_user(self.user_technician).make_report(
            event_ids=intervention.event_ids.ids
        )
        return self.env["service.report"].browse(made["report_id"])

    def _signed(self, intervention=None):
        report = self._report(intervention)
        report.with_user(self.user_technician).sign(name="Giulia", image=picture())
        return report

    def _assert_told(self, method, *args, **kwargs):
        """The method refuses, and says so in a sentence."""
        with self.assertRaises(UserError), self.env.cr.savepoint():
            method(*args, **kwargs)

    # === WHAT IS SIGNED OR INVOICED === #

    def test_signed_work_is_neither_taken_off_its_report_nor_put_on_it(self):
        intervention = self._story_one()
        report = self._signed(intervention)
        with self.assertRaisesRegex(UserError, "closed"):
            report.work_line_ids[:1].with_user(self.user_dispatcher).report_id = False
        later = self._record(intervention, {"kind": "labour", "start": at(11), "stop": at(12)})
        with self.assertRaisesRegex(UserError, "closed"):
            later.with_user(self.user_dispatcher).report_id = report

    def test_nobody_writes_by_hand_what_is_billed(self):
        line = self._signed().work_line_ids[:1]
        for user in (self.user_dispatcher, self.user_manager, self.user_accountant):
            for values in (
                {"billing_state": "billed"},
                {"quantity_covered": 0},
                {"coverage_rule": "contract_full"},
                {"invoice_line_id": False},
            ):
                with self.assertRaises(AccessError):
                    line.with_user(user).write(values)
        self.assertEqual(line.billing_state, "to_bill")

    def test_work_taken_off_a_draft_invoice_is_invoiced_again(self):
        report = self._signed()
        accountant = report.with_user(self.user_accountant)
        invoice = self.env["account.move"].browse(accountant.create_invoices()["invoice_ids"])
        line = report.work_line_ids[:1]
        invoice.with_user(self.user_accountant).write(
            {"invoice_line_ids": [Command.delete(line.invoice_line_id.id)]}
        )
        self.assertEqual((line.billing_state, report.billing_state), ("to_bill", "to_bill"))
        self.assertEqual(accountant.create_invoices()["line_ids"], line.ids)

    def test_an_invoice_is_its_work_to_the_cent_also_without_rounding(self):
        self.env["service.rate"].search([]).rounding = 0
        contract = self.env["service.contract"].create(
            {
                "name": "A third",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "labour_percent": 33.33,
                "part_percent": 12.345,
            }
        )
        contract.action_open()
        intervention = self._create_intervention(contract_id=contract.id)
        self._plan(intervention)
        self._record(
            intervention,
            {"kind": "labour", "start": at(8), "stop": at(8, 7)},
            {"kind": "labour", "start": at(9), "stop": at(9, 20)},
            {"kind": "travel", "start": at(10), "stop": at(10, 50)},
            {"kind": "mileage", "date": str(MONDAY), "quantity": 33.337},
            {
                "kind": "part",
                "date": str(MONDAY),
                "quantity": 1.125,
                "product_id": self.part.id,
            },
        )
        report = self._signed(intervention)
        report.with_user(self.user_accountant).create_invoices()
        for line in report.work_line_ids:
            self.assertEqual(line.invoice_line_id.price_subtotal, line.amount_invoice, line.name)

    def test_a_signed_report_stays_its_customers(self):
        intervention = self._create_intervention(
            site_id=False, contact_id=False, equipment_ids=False
        )
        self._plan(intervention)
        self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(9)})
        report = self._signed(intervention)
        with self.assertRaisesRegex(UserError, "closed"):
            intervention.with_user(self.user_dispatcher).partner_id = self.other_customer
        self.assertEqual(report.partner_id, self.customer)

    def test_a_visit_on_a_signed_report_is_not_deleted(self):
        report = self._signed()
        with self.assertRaisesRegex(UserError, "closed"):
            report.event_ids.with_user(self.user_dispatcher).unlink()

    def test_work_of_a_visit_taken_off_the_calendar_is_reported(self):
        intervention = self._story_one()
        visit = intervention.event_ids
        visit.with_user(self.user_dispatcher).active = False
        action = intervention.with_user(self.user_technician).action_make_report()
        report = self.env["service.report"].browse(action["res_id"])
        self.assertEqual(report.event_ids, visit)
        self.assertEqual(report.work_line_ids, intervention.work_line_ids)
        again = intervention.with_user(self.user_technician).action_make_report()
        self.assertEqual(again["res_id"], report.id)

    def test_no_report_is_made_around_somebody_elses_file(self):
        secret = self.env["ir.attachment"].create(
            {
                "name": "Contract.txt",
                "raw": b"secret",
                "res_model": "hr.employee",
                "res_id": self.technician.id,
            }
        )
        with self.assertRaises(AccessError):
            self.env["service.report"].with_user(self.user_dispatcher).create(
                {"intervention_id": self._create_intervention().id, "attachment_id": secret.id}
            )

    def test_a_dialog_tells_nothing_of_somebody_elses_intervention(self):
        intervention = self._create_intervention(technician_ids=self.colleague.ids)
        intervention.cause = "Confidential"
        report = self.env["service.report"].create({"intervention_id": intervention.id})
        for model, values in (
            ("service.intervention.done", {"intervention_id": intervention.id}),
            ("service.intervention.record.work", {"intervention_id": intervention.id}),
            ("service.report.sign", {"report_id": report.id}),
        ):
            dialogs = self.env[model].with_user(self.user_technician)
            with self.subTest(model=model), self.assertRaises(AccessError):
                dialogs.create(values).read()
            self.assertTrue(dialogs.with_user(self.user_colleague).create(values).read())

    def test_work_given_to_the_contract_by_hand_uses_up_its_hours(self):
        intervention = self._create_intervention()
        self._plan(intervention)
        labour = self._record(intervention, {"kind": "labour", "start": at(8), "stop": at(10)})
        labour = labour.filtered(lambda line: line.kind == "labour")
        contract = self.env["service.contract"].create(
            {
                "name": "Hours",
                "partner_id": self.customer.id,
                "date_start": "2026-01-01",
                "has_hours_bank": True,
                "included_hours": 5,
            }
        )
        contract.action_open()
        intervention.contract_id = contract
        labour.with_user(self.user_dispatcher).set_coverage("contract", "Agreed by telephone")
        self.assertEqual((labour.contract_id, contract.remaining_hours), (contract, 3))
        self.assertEqual(labour.billing_state, "covered")

    # === ODD ARGUMENTS === #

    def test_odd_arguments_of_a_technician_are_refused_in_a_sentence(self):
        intervention = self._story_one().with_user(self.user_technician)
        visit = intervention.event_ids.with_user(self.user_technician)
        labour = {"kind": "labour", "quantity": 1}
        part = {"kind": "part", "quantity": 1}
        for odd in ODD:
            with self.subTest(odd=str(odd)[:20]):
                self._assert_told(intervention.remove_work, odd)
                self._assert_told(intervention.make_report, event_ids=odd)
                self._assert_told(intervention.make_report, outcome=odd)
                self._assert_told(intervention.check_in, event_id=odd)
                self._assert_told(intervention.record_work, odd)
                self._assert_told(intervention.answer_checklist, [{"answer_id": odd}])
                self._assert_told(intervention.record_work, [{**part, "product_id": odd}])
                self._assert_told(intervention.record_work, [{**labour, "employee_id": odd}])
                self._assert_told(
                    intervention.record_work, [{**labour, "start": odd, "stop": at(9)}]
                )
                self._assert_told(
                    intervention.record_work, [{"kind": "mileage", "quantity": -1, "name": odd}]
                )
                self._assert_told(intervention.record_work, [{**labour, "date": odd}])
                self._assert_told(intervention.set_waiting, "Parts", until=odd)
                self._assert_told(visit.answer_visit, "accepted", start=odd)
                self._assert_told(visit.answer_visit, "tentative", proposed_start=odd)
                self._assert_told(visit.answer_visit, odd)

    def test_odd_arguments_of_the_office_are_refused_in_a_sentence(self):
        intervention = self._story_one().with_user(self.user_dispatcher)
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "It leaks", "partner_id": self.contact.id}
        )
        contracts = self.env["service.contract"].with_user(self.user_accountant)
        for odd in ODD:
            with self.subTest(odd=str(odd)[:20]):
                self._assert_told(intervention.plan, at(8), at(9), odd)
                self._assert_told(intervention.work_line_ids.set_coverage, odd, "Because")
                self._assert_told(
                    ticket.with_user(self.user_dispatcher).create_intervention, type_id=odd
                )
                self._assert_told(contracts.create_fee_invoices, until=odd)

    def test_an_odd_role_or_image_is_no_crash(self):
        report = self._report().with_user(self.user_technician)
        for odd in (*ODD, "iVBORw0KGgo="):
            with self.subTest(odd=str(odd)[:20]), self.assertRaises(ValidationError):
                report.sign(name="Giulia", image=odd)
        report.sign(name="Giulia", role=["x"], image=picture())
        self.assertFalse(report.signer_role)
