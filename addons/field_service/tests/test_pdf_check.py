import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.service_report import ServiceReport
from .common import FieldServiceCommon, picture


@tagged("post_install", "-at_install")
class TestPdfCheck(FieldServiceCommon):
    """An auditor holds a PDF: is it the one that was signed?"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contents = iter(b"%%PDF-1.7 %d" % number for number in range(9))
        with patch.object(ServiceReport, "_render_pdf", lambda self: next(contents)):
            cls.reports = cls._sign() | cls._sign()
        cls.report = cls.reports[0]

    @classmethod
    def _sign(cls):
        made = cls._story_one().with_user(cls.user_technician).make_report()
        report = cls.env["service.report"].browse(made["report_id"])
        report.with_user(cls.user_technician).sign(
            name="Giulia", image=picture(), collected_amount=50, collected_means="cash"
        )
        return report

    def _check(self, content, user=None):
        checks = self.env["service.pdf.check"].with_user(user or self.user_accountant)
        check = checks.create({"file": base64.b64encode(content) if content else False})
        check.action_check()
        return check

    def test_the_pdf_that_was_signed_is_known(self):
        check = self._check(self.report.attachment_id.raw)
        self.assertTrue(check.is_known)
        self.assertEqual(check.report_id, self.report)
        self.assertIn(self.report.number, check.verdict)
        self.assertEqual(check.sha256, self.report.sha256)
        self.assertFalse(check.file)

    def test_a_byte_more_or_another_file_is_not(self):
        for content in (self.report.attachment_id.raw + b" ", b"other"):
            check = self._check(content)
            self.assertFalse(check.is_known)
            self.assertFalse(check.report_id)
            self.assertIn("none of ours", check.verdict)
        with self.assertRaisesRegex(UserError, "Choose the PDF"):
            self._check(b"")

    def test_who_may_not_read_the_report_learns_nothing_of_it(self):
        content = self.report.attachment_id.raw
        check = self._check(content, self.user_colleague)
        self.assertFalse(check.is_known)
        self.assertNotIn(self.report.number, check.verdict)
        for user in (self.user_employee, self.user_outside):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._check(content, user)

    def test_many_reports_are_checked_at_once(self):
        found = self.reports.with_user(self.user_accountant).action_verify()["params"]
        self.assertEqual(found["type"], "success")
        self.assertIn("2 PDFs", found["message"])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE service_report SET sha256 = repeat('0', 64) WHERE id = %s", [self.report.id]
        )
        self.env.invalidate_all()
        found = self.reports.with_user(self.user_accountant).action_verify()["params"]
        self.assertEqual(found["type"], "danger")
        self.assertIn(self.report.number, found["message"])
        self.assertNotIn(self.reports[1].number, found["message"])

    def test_money_taken_on_site_is_registered_from_the_list(self):
        with self.assertRaises(AccessError):
            self.reports.with_user(self.user_technician).action_settle_collected()
        self.reports.with_user(self.user_accountant).action_settle_collected()
        self.assertEqual(self.reports.mapped("collected_settled"), [True, True])
