import base64
import hashlib

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import FieldServiceCommon, at, picture


@tagged("post_install", "-at_install")
class TestAmendment(FieldServiceCommon, AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._story_one()
        made = cls.intervention.with_user(cls.user_technician).make_report()
        cls.report = cls.env["service.report"].browse(made["report_id"])

    def _sign(self, report=None, **values):
        report = report or self.report
        return report.with_user(self.user_technician).sign(name="Giulia", image=picture(), **values)

    def _amend(self, report=None, reason="Wrong kilometres", user=None, **values):
        amended = (
            (report or self.report)
            .with_user(user or self.user_dispatcher)
            .amend(reason=reason, **values)
        )
        return self.env["service.report"].browse(amended["report_id"])

    def test_the_work_goes_to_a_new_draft_and_the_old_pdf_stays(self):
        self._sign()
        lines, content = self.report.work_line_ids, self.report.attachment_id.raw
        amendment = self._amend()
        self.assertEqual(amendment.work_line_ids, lines)
        self.assertEqual((amendment.state, amendment.amends_id), ("draft", self.report))
        mileage = lines.filtered(lambda ln: ln.kind == "mileage")
        mileage.quantity = 24
        self.assertEqual(mileage.amount_invoice, 14.4)
        self._sign(amendment)
        self.assertNotEqual(amendment.number, self.report.number)
        self.assertEqual(self.report.attachment_id.raw, content)
        self.assertTrue(self.report.verify()["intact"])
        self.assertEqual(self.report.sha256, hashlib.sha256(content).hexdigest())

    def test_it_is_billed_once(self):
        self._sign()
        amendment = self._amend()
        self._sign(amendment)
        both = (self.report | amendment).with_user(self.user_accountant)
        invoice = self.env["account.move"].browse(both.create_invoices()["invoice_ids"])
        self.assertEqual(len(invoice.invoice_line_ids.filtered("price_subtotal")), 5)
        self.assertAlmostEqual(
            invoice.amount_untaxed, sum(amendment.work_line_ids.mapped("amount_invoice"))
        )
        self.assertEqual(self.report.billing_state, "covered")

    def test_only_dispatchers_amend_and_say_why(self):
        self._sign()
        for user in (self.user_technician, self.user_accountant):
            with self.assertRaises(AccessError):
                self._amend(user=user)
        for reason in ("", "  ", None, 7):
            with self.assertRaises(ValidationError):
                self._amend(reason=reason)

    def test_a_draft_an_amended_and_an_invoiced_one_are_not_amended(self):
        with self.assertRaisesRegex(UserError, "draft"):
            self._amend()
        self._sign()
        amendment = self._amend()
        with self.assertRaisesRegex(UserError, "already been amended"):
            self._amend()
        self._sign(amendment)
        amendment.with_user(self.user_accountant).create_invoices()
        with self.assertRaisesRegex(UserError, "invoice"):
            self._amend(amendment)

    def test_a_repeated_request_amends_once(self):
        self._sign()
        first = self._amend(request_uuid="amend-0001")
        self.assertEqual(self._amend(request_uuid="amend-0001"), first)

    def test_an_amendment_can_be_amended(self):
        self._sign()
        second = self._amend()
        self._sign(second)
        third = self._amend(second)
        self.assertEqual(third.amends_id, second)
        self.assertEqual(third.work_line_ids.report_id, third)

    def test_a_draft_that_took_work_over_is_not_thrown_away(self):
        self._sign()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self._amend().unlink()

    def test_the_dialog_opens_the_new_draft(self):
        self._sign()
        dialog = Form(
            self.env["service.report.amend"]
            .with_user(self.user_dispatcher)
            .with_context(default_report_id=self.report.id)
        )
        dialog.reason = "Wrong day"
        action = dialog.save().action_confirm()
        self.assertEqual(action["res_id"], self.report.amendment_ids.id)

    # === COLLECTED ON SITE === #

    def test_money_taken_on_site_is_listed_until_the_office_has_registered_it(self):
        self._sign(collected_amount=120.5, collected_means="card")
        reports = self.env["service.report"].with_user(self.user_accountant)
        waiting = [("collected_amount", ">", 0), ("collected_settled", "=", False)]
        self.assertIn(self.report, reports.search(waiting))
        with self.assertRaises(AccessError):
            self.report.with_user(self.user_technician).action_settle_collected()
        self.report.with_user(self.user_accountant).action_settle_collected()
        self.assertNotIn(self.report, reports.search(waiting))

    def test_nonsense_is_not_collected_and_nothing_is_signed(self):
        for amount, means in (
            (-1, "cash"),
            (1e12, "cash"),
            ("12", "cash"),
            (True, "cash"),
            (12, "gold"),
            (12, None),
        ):
            with self.subTest(amount=amount, means=means), mute_logger("odoo.sql_db"):
                with self.assertRaises(ValidationError):
                    self._sign(collected_amount=amount, collected_means=means)
                self.assertEqual(self.report.state, "draft")

    def test_the_dialog_takes_the_money_too(self):
        dialog = Form(
            self.env["service.report.sign"]
            .with_user(self.user_technician)
            .with_context(default_report_id=self.report.id)
        )
        dialog.name = "Giulia"
        dialog.signature = base64.b64encode(base64.b64decode(picture())).decode()
        dialog.collected_amount = 50
        dialog.collected_means = "cash"
        dialog.save().action_confirm()
        self.assertEqual((self.report.state, self.report.collected_amount), ("signed", 50))

    def test_work_recorded_later_doesn_t_land_on_a_closed_report(self):
        self._sign()
        amendment = self._amend()
        later = self._record(self.intervention, {"kind": "labour", "start": at(13), "stop": at(14)})
        self.assertNotIn(later, self.report.work_line_ids)
        self.assertFalse(later & amendment.work_line_ids)
