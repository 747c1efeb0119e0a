import base64
import csv
import io
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools.pdf import OdooPdfFileReader, OdooPdfFileWriter

from odoo.addons.expense_capture import receipt_program, receipts_pdf
from odoo.addons.field_service.tests.common import at
from odoo.addons.knowledge_base.models import ir_attachment
from odoo.addons.knowledge_base.tests import pdf_files

from .common import MONDAY, ExpenseCaptureCommon, picture


def pages(count):
    """A PDF of some empty pages, base64."""
    writer = OdooPdfFileWriter()
    for _page in range(count):
        writer.add_blank_page(300, 400)
    buffer = io.BytesIO()
    writer.write(buffer)
    return base64.b64encode(buffer.getvalue()).decode()


def bomb():
    """A small picture that is 400 megapixels large when it is opened."""
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return buffer.getvalue()


@tagged("post_install", "-at_install")
class TestPapers(ExpenseCaptureCommon):
    """Expense note, daily allowance and the hours of the month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()

    # === DAILY ALLOWANCE === #

    def test_a_day_away_is_paid_by_the_form_that_was_agreed(self):
        days = self._add(self.intervention, kind="allowance", days=2)
        self.assertRecordValues(
            days,
            [{"allowance_form": "lump", "quantity": 2.0, "total_amount": 92.96}],
        )
        self.technician.allowance_form = "mixed"
        mixed = self._add(self.intervention, kind="allowance")
        self.assertEqual(mixed.total_amount, 30.99)
        small = self._add(self.intervention, kind="allowance", allowance="analytical")
        self.assertEqual(small.total_amount, 15.49)
        abroad = self._add(self.intervention, kind="allowance", allowance="lump", country="DE")
        self.assertEqual(abroad.total_amount, 77.47)
        self.assertEqual(abroad.allowance_taxable, 0)
        self.assertNotIn("receipt", abroad.warning_text)

    def test_the_firms_own_amount_comes_first_and_what_is_above_is_taxable(self):
        self.env["expense.allowance.rate"].create(
            {
                "name": "Ours",
                "company_id": self.company.id,
                "form": "lump",
                "amount": 60,
                "exempt_amount": 46.48,
                "date_from": "2026-11-01",
            }
        )
        before = self._add(self.intervention, kind="allowance", date="2026-10-30")
        now = self._add(self.intervention, kind="allowance", days=2)
        self.assertEqual((before.total_amount, now.total_amount), (46.48, 120))
        self.assertAlmostEqual(now.allowance_taxable, 27.04, 2)

    def test_a_form_nobody_knows_is_refused(self):
        cases = {
            "one of the forms": {"allowance": "rich"},
            "how many days": {"days": 40},
            "no daily allowance": {"date": "2026-01-05", "allowance": "mixed"},
        }
        self.env["expense.allowance.rate"].search([("form", "=", "mixed")]).date_to = "2025-12-31"
        for sentence, values in cases.items():
            with self.subTest(sentence), self.assertRaisesRegex(ValidationError, sentence):
                self._add(self.intervention, kind="allowance", **values)

    # === EXPENSE NOTE === #

    def test_the_note_says_what_the_law_asks(self):
        self.env["expense.vehicle"].create(
            {"name": "Panda", "plate": "AB123CD", "employee_id": self.technician.id}
        )
        hotel, restaurant, tolls, car = self._story_four(self.intervention)
        self._approve(car)
        (note,) = (hotel | restaurant | tolls | car)._get_notes()
        self.assertEqual(note["employee"], self.technician.name)
        self.assertAlmostEqual(note["total"], 285.60, 2)
        self.assertAlmostEqual(note["to_reimburse"], 189.60, 2)
        self.assertEqual((note["by_company"], note["taxable"]), (96.00, 38.00))
        row = next(row for row in note["rows"] if row["unit"] == "km" and row["quantity"])
        self.assertEqual(row["vehicle"], "Panda AB123CD")
        self.assertEqual((row["quantity"], row["rate"], row["amount"]), (310, 0.42, 130.20))
        self.assertIn("Thiene – Milano", row["route"])
        self.assertIn(self.intervention.number, row["purpose"])
        self.assertEqual(row["authorised"], self.user_approver.name)

    def test_each_person_and_month_has_a_note(self):
        self.intervention.technician_ids |= self.colleague
        expenses = (
            self._add(self.intervention, kind="motorway", amount=1)
            | self._add(self.intervention, kind="motorway", amount=2, date="2026-10-05")
            | self._add(self.intervention, user=self.user_colleague, kind="motorway", amount=3)
        )
        self.assertEqual(len(expenses._get_notes()), 3)

    def test_what_was_refused_is_named_and_nobody_gets_it(self):
        restaurant, car = self._story_four(self.intervention)[1::2]
        (restaurant | car).with_user(self.user_approver)._do_refuse("Private")
        (note,) = self.intervention.expense_ids._get_notes()
        self.assertEqual(len(note["rows"]), 4)
        self.assertAlmostEqual(note["total"], 117.40, 2)
        self.assertAlmostEqual(note["to_reimburse"], 21.40, 2)
        self.assertEqual((note["taxable"], note["kilometres"]), (0, 0))
        self.assertEqual(
            [(row["amount"], row["state"]) for row in note["rows"] if row["is_refused"]],
            [(38.00, "Refused"), (130.20, "Refused")],
        )

    def test_the_note_says_which_allowance_which_nights_and_where(self):
        self.site.city = "Vicenza"
        days = self._add(self.intervention, kind="allowance", allowance="mixed", country="DE")
        hotel = self._add(self.intervention, kind="hotel", amount=96, nights=2)
        (note,) = (days | hotel)._get_notes()
        allowance, nights = note["rows"]
        self.assertIn("Board or lodging paid apart, abroad", allowance["kind"])
        self.assertEqual(allowance["rate_unit"], f"{self.company.currency_id.symbol}/day")
        self.assertIn("nights: 2", nights["kind"])
        self.assertIn("Vicenza", allowance["purpose"])
        self.assertIn(self.intervention.name, allowance["purpose"])

    def test_receipts_are_behind_the_note_and_what_cannot_be_printed_is_named(self):
        files = [
            {"name": "photo.jpg", "data": picture("red")},
            {"name": "invoice.pdf", "data": pages(2)},
            {"name": "broken.pdf", "data": base64.b64encode(b"%PDF-1.4 broken").decode()},
            {"name": "long.pdf", "data": pages(receipt_program.MAX_PRINTED_PAGES + 1)},
        ]
        expense = self._add(self.intervention, kind="hotel", amount=96, files=files)
        (note,) = expense._get_notes()
        self.assertEqual(note["unreadable"], ["broken.pdf", "long.pdf"])
        printed = [receipt["pages"] for receipt in expense._get_receipts() if receipt["pages"]]
        merged = receipts_pdf.append(base64.b64decode(pages(1)), printed)
        self.assertEqual(len(OdooPdfFileReader(io.BytesIO(merged)).pages), 4)
        self.assertIsNone(receipts_pdf.to_pages("image/png", bomb()))
        self.assertIsNone(receipts_pdf.to_pages("image/heic", b"\0\0\0\x18ftypheic"))
        self.assertIsNone(receipts_pdf.to_pages("application/pdf", b""))

    def test_a_longer_note_costs_no_more_queries(self):
        def queries(expenses):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            expenses.with_user(self.user_approver)._get_notes()
            return self.env.cr.sql_log_count - before

        expenses = self._story_four(self.intervention)
        queries(expenses)
        few = queries(expenses)
        for amount in range(1, 11):
            expenses |= self._add(self.intervention, kind="motorway", amount=amount)
        self.assertLessEqual(queries(expenses), few)

    def test_receipts_that_want_too_much_stop_no_note(self):
        """Fifty million times nothing on a page; three hundred pages; something that is no PDF."""
        files = [
            {"name": name, "data": base64.b64encode(raw).decode()}
            for name, raw in (
                ("bomb.pdf", pdf_files.bomb()),
                ("long.pdf", pdf_files.text_pdf(*[["A line"]] * 300)),
                ("good.pdf", pdf_files.text_pdf(["A line"])),
            )
        ]
        with patch.object(ir_attachment, "SECONDS", 1):
            expense = self._add(self.intervention, kind="hotel", amount=96, files=files)
        receipts = expense._get_receipts()
        with patch.object(receipts_pdf, "to_pages") as opened:
            (note,) = expense._get_notes(receipts)
        self.assertFalse(opened.called)
        self.assertEqual(note["unreadable"], ["bomb.pdf", "long.pdf"])
        # What is too much altogether is refused, and nothing half is printed.
        good = receipts[2]["pages"]
        with patch.object(receipts_pdf, "MAX_PAPER_BYTES", 1000):
            self.assertIsNone(receipts_pdf.append(good, [good]))

    def test_the_note_is_a_page(self):
        expenses = self._story_four(self.intervention)
        report = self.env["ir.actions.report"].with_user(self.user_approver)
        html = report._render_qweb_html("expense_capture.expense_note", expenses.ids)[0].decode()
        self.assertIn("Expense note", html)
        self.assertIn("Thiene – Milano", html)
        self.assertIn("not deductible", html)

    # === HOURS OF THE MONTH === #

    def _sheet(self, user=None, **values):
        return (
            self.env["expense.hours.sheet"]
            .with_user(user or self.user_manager)
            .create({"company_id": self.company.id, "month": "2026-11-09", **values})
        )

    @classmethod
    def _month(cls):
        cls._record(
            cls.intervention,
            {"kind": "labour", "start": at(9), "stop": at(12)},
            {"kind": "labour", "start": at(20), "stop": at(23)},
            {"kind": "travel", "start": at(8), "stop": at(9)},
        )
        cls._add(cls.intervention, kind="hotel", amount=150, nights=2)
        cls._add(cls.intervention, kind="own_car", distance_km=100)
        cls._add(cls.intervention, kind="allowance", days=2)
        team = cls.env["helpdesk.team"].create({"name": "Team of tests"})
        cls.env["helpdesk.on.call.shift"].create(
            {
                "team_id": team.id,
                "user_id": cls.user_technician.id,
                # Friday six in the evening to Saturday six in the morning, where the firm is.
                "start": "2026-11-13 17:00:00",
                "stop": "2026-11-14 05:00:00",
            }
        )

    def test_hours_nights_days_and_kilometres_stand_by_day(self):
        self._month()
        sheet = self._sheet()
        (one,) = sheet._get_sheets()
        names = dict(zip(sheet._get_headings(), one["total"], strict=True))
        lines = self.intervention.work_line_ids.filtered(lambda line: line.kind == "labour")
        self.assertAlmostEqual(sum(one["total"][:4]), sum(lines.mapped("quantity")), 2)
        self.assertAlmostEqual(sum(one["total"][:4]), 6.0, 2)
        self.assertEqual(names["Travel"], 1.0)
        self.assertEqual((names["Nights away"], names["Daily allowances"]), (2, 2))
        self.assertEqual((names["Kilometres"], names["On call"]), (100, 12))
        by_day = {str(row["date"]): row["values"] for row in one["rows"]}
        call = sheet._get_headings().index("On call")
        self.assertEqual((by_day["2026-11-13"][call], by_day["2026-11-14"][call]), (6, 6))

    def test_the_table_is_what_the_page_says(self):
        self._month()
        sheet = self._sheet()
        sheet.action_csv()
        table = base64.b64decode(sheet.file).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(table)))
        self.assertEqual(rows[0][:2], ["Person", "Date"])
        self.assertEqual(len(rows), 1 + 3)
        html = (
            self.env["ir.actions.report"]
            .with_user(self.user_manager)
            ._render_qweb_html("expense_capture.expense_hours", sheet.ids)[0]
            .decode()
        )
        self.assertIn(self.technician.name, html)

    def test_another_month_another_person_is_empty(self):
        self._month()
        self.assertFalse(self._sheet(month="2026-10-01")._get_sheets())
        self.assertFalse(self._sheet(employee_id=self.colleague.id)._get_sheets())

    def test_who_may_not_see_the_hours_of_others(self):
        for person in ("technician", "dispatcher", "employee"):
            with self.subTest(person=person), self.assertRaises(AccessError):
                self._sheet(getattr(self, f"user_{person}"))

    def test_nobody_sees_the_hours_of_a_company_that_isnt_theirs(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        with self.assertRaises(AccessError):
            self._sheet(company_id=other.id)
        sheet = self._sheet()
        sheet.sudo().company_id = other
        for act in (sheet._get_sheets, sheet.action_csv):
            with self.assertRaises(AccessError):
                act()

    def test_a_longer_month_costs_no_more_queries(self):
        self._month()
        sheet = self._sheet()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            sheet._get_sheets()
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        for day in range(1, 9):
            self._add(self.intervention, kind="own_car", distance_km=10, date=f"2026-11-0{day}")
        self.assertLessEqual(queries(), few + 1)
        self.assertEqual(str(MONDAY), "2026-11-09")
