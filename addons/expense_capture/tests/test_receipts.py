import base64
import struct

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from odoo.addons.field_service.tests.common import at

from .common import MONDAY, ExpenseCaptureCommon, picture


def heic():
    """The head of a photo as telephones of one maker send it: nothing here opens it."""
    head = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"heic", 0, b"mif1", b"heic")
    return base64.b64encode(head + struct.pack(">I4s", 8, b"mdat")).decode()


@tagged("post_install", "-at_install")
class TestReceipts(ExpenseCaptureCommon):
    """Receipts that come several at once, from the share menu of a phone, or by mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()
        cls.mine = cls.intervention.with_user(cls.user_technician)

    def _photo(self, colour, name="t.jpg"):
        return {"name": name, "data": picture(colour)}

    # === SEVERAL AT ONCE === #

    def test_each_receipt_is_a_draft_of_its_own(self):
        files = [self._photo("red"), self._photo("blue"), {"name": "h.HEIC", "data": heic()}]
        kept = self.mine.add_receipts(files=files, request_uuid="receipts-1")
        self.assertEqual(kept, self.mine.add_receipts(files=files, request_uuid="receipts-1"))
        self.assertRecordValues(
            self.intervention.expense_ids.sorted("id"),
            [{"state": "draft", "nb_attachment": 1, "employee_id": self.technician.id}] * 3,
        )
        self.assertFalse(kept["refused"])
        # Nobody pays for what has no amount yet.
        lines = self.intervention.expense_ids.work_line_ids
        self.assertEqual(set(lines.mapped("billing_state")), {"blocked"})

    def test_the_same_receipt_makes_no_second_draft(self):
        first = self.mine.add_receipts(files=[self._photo("red")])
        again = self.mine.add_receipts(files=[self._photo("red"), self._photo("green")])
        self.assertIn(first["expense_ids"][0], again["expense_ids"])
        self.assertEqual(len(self.intervention.expense_ids), 2)

    def test_a_receipt_that_is_none_keeps_no_other_out(self):
        empty = {"name": "empty.jpg", "data": ""}
        kept = self.mine.add_receipts(files=[empty, self._photo("red")])
        self.assertEqual(len(kept["expense_ids"]), 1)
        self.assertIn("empty.jpg is empty", kept["refused"][0]["reason"])
        with self.assertRaisesRegex(ValidationError, "empty.jpg is empty"):
            self.mine.add_receipts(files=[empty])
        with self.assertRaisesRegex(ValidationError, "at least one"):
            self.mine.add_receipts(files=[])
        with self.assertRaisesRegex(ValidationError, "is no photo"):
            text = base64.b64encode(b"only text").decode()
            self.mine.add_receipts(files=[{"name": "x.HEIC", "data": text}])

    def test_only_who_works_here_sends_receipts(self):
        for person in ("colleague", "employee", "accountant", "outside"):
            with self.subTest(person=person), self.assertRaises(AccessError):
                user = getattr(self, f"user_{person}")
                self.intervention.with_user(user).add_receipts(files=[self._photo("red")])
        self.intervention.action_cancel()
        with self.assertRaisesRegex(UserError, "is closed"):
            self.mine.add_receipts(files=[self._photo("red")])

    # === SHARED FROM A PHONE === #

    def _share(self, user=None):
        user = user or self.user_technician
        attachment = (
            self.env["ir.attachment"]
            .with_user(user)
            .create({"name": "s.jpg", "datas": picture("red"), "res_model": "hr.expense"})
        )
        expenses = self.env["hr.expense"].with_user(user)
        expenses = expenses.browse(expenses.create_expense_from_attachments(attachment.ids))
        self.told = expenses.tell_receipts(attachment.ids)
        return expenses.sudo()

    @freeze_time("2026-11-09 09:00:00")
    def test_what_is_shared_belongs_to_the_visit_of_the_day(self):
        self._plan(self.intervention)
        shared = self._share()
        self.assertRecordValues(
            shared, [{"intervention_id": self.intervention.id, "state": "draft"}]
        )
        self.assertTrue(shared.work_line_ids)

    @freeze_time("2026-11-09 09:00:00")
    def test_shared_again_it_is_the_draft_that_is_there_already(self):
        self.intervention.technician_ids |= self.colleague
        self._plan(self.intervention)
        self._plan(self.intervention, self.colleague)
        first = self._share()
        self.assertEqual(self.told, {"kept": 1, "known": []})
        self.assertEqual(self._share(), first)
        self.assertEqual(self.told["kept"], 0)
        (known,) = self.told["known"]
        self.assertEqual(known["expense_id"], first.id)
        self.assertIn("sent this receipt here before", known["sentence"])
        self.assertEqual((self.intervention.expense_ids, first.nb_attachment), (first, 1))
        # Also what was sent on the page of the job, and what has been handed in meanwhile.
        kept = self.mine.add_receipts(files=[self._photo("red", "s.jpg")])
        self.assertEqual(kept["expense_ids"], first.ids)
        first.total_amount_currency = 12
        first.action_submit()
        self.assertEqual(self._share(), first)
        # Of somebody else it is an expense of its own; who approves is told.
        other = self._share(self.user_colleague)
        self.assertNotEqual(other, first)
        self.assertIn("like this one", other.warning_text)

    @freeze_time("2026-11-09 09:00:00")
    def test_who_has_checked_in_shares_to_where_they_are(self):
        other = self._working_intervention()
        self._plan(self.intervention, start=at(9), stop=at(10))
        self._plan(other, start=at(14), stop=at(15))
        other.with_user(self.user_technician).check_in()
        self.assertEqual(self._share().intervention_id, other)

    @freeze_time("2026-11-09 09:00:00")
    def test_without_a_visit_today_it_is_nobodys(self):
        self._plan(self.intervention, start="2026-11-11 08:00:00", stop="2026-11-11 10:00:00")
        self.assertFalse(self._share().intervention_id)
        # Of others' visits nothing is known.
        self._plan(self.intervention)
        self.assertFalse(self._share(self.user_colleague).intervention_id)

    @freeze_time("2026-11-09 09:00:00")
    def test_shared_twice_on_a_day_without_visit_it_is_one_draft(self):
        first = self._share()
        self.assertEqual(self._share(), first)
        self.assertEqual((first.nb_attachment, self.told["kept"]), (1, 0))

    @freeze_time("2026-11-09 09:00:00")
    def test_of_files_shared_together_each_one_is_told_about(self):
        self._plan(self.intervention)
        values = [
            {"name": f"{name}.jpg", "datas": picture(colour), "res_model": "hr.expense"}
            for name, colour in (("a", "red"), ("b", "blue"), ("again", "red"))
        ]
        files = self.env["ir.attachment"].with_user(self.user_technician).create(values)
        expenses = self.env["hr.expense"].with_user(self.user_technician)
        expenses = expenses.browse(expenses.create_expense_from_attachments(files.ids))
        self.assertEqual(expenses[0], expenses[2])
        told = expenses.tell_receipts(files.ids)
        self.assertEqual(told["kept"], 2)
        self.assertEqual([item["expense_id"] for item in told["known"]], [expenses[0].id])

    def test_only_of_ones_own_receipts_somebody_is_told(self):
        self._plan(self.intervention)
        shared = self._share()
        for person in ("colleague", "outside"):
            user = getattr(self, f"user_{person}")
            with self.subTest(person=person), self.assertRaises(AccessError):
                shared.with_user(user).tell_receipts([])

    # === REFUSED, AND SENT AGAIN === #

    def _refused(self):
        expense = self._add(
            self.intervention, kind="parking", amount=4, files=[self._photo("red", "s.jpg")]
        )
        wizard = self.env["hr.expense.refuse.wizard"].with_user(self.user_approver)
        wizard.create({"reason": "The date is missing", "expense_ids": expense.ids}).action_refuse()
        self.assertEqual(expense.state, "refused")
        return expense

    @freeze_time("2026-11-09 09:00:00")
    def test_a_refused_receipt_that_is_shared_again_says_why_it_was_refused(self):
        self._plan(self.intervention)
        refused = self._refused()
        self.assertEqual(refused.refusal_reason, "The date is missing")
        self.assertEqual(self._share(), refused)
        (known,) = self.told["known"]
        self.assertIn("was refused: The date is missing", known["sentence"])
        self.assertEqual((self.intervention.expense_ids, refused.state), (refused, "refused"))
        # Entered anew it is this one that is known, however often it is sent.
        anew = self._add(
            self.intervention, kind="parking", amount=5, files=[self._photo("red", "s.jpg")]
        )
        self.assertEqual(self._share(), anew)

    def test_a_refused_receipt_sent_on_the_page_of_the_job_keeps_no_other_out(self):
        refused = self._refused()
        again = [self._photo("red", "s.jpg"), self._photo("blue")]
        kept = self.mine.add_receipts(files=again)
        self.assertNotIn(refused.id, kept["expense_ids"])
        self.assertEqual(len(kept["expense_ids"]), 1)
        (told,) = kept["refused"]
        self.assertEqual(told["name"], "s.jpg")
        self.assertIn("was refused: The date is missing", told["reason"])
        with self.assertRaisesRegex(ValidationError, "The date is missing"):
            self.mine.add_receipts(files=again[:1])

    def test_taken_back_to_draft_nothing_is_said_of_the_refusal(self):
        refused = self._refused()
        refused.with_user(self.user_approver).action_reset()
        self.assertEqual((refused.state, refused.refusal_reason), ("draft", False))
        kept = self.mine.add_receipts(files=[self._photo("red", "s.jpg")])
        self.assertEqual(kept, {"expense_ids": refused.ids, "refused": []})

    def test_why_it_was_refused_is_nobodys_to_write(self):
        expense = self._refused()
        with self.assertRaises(AccessError):
            expense.with_user(self.user_approver).refusal_reason = "Something else"

    # === BY MAIL === #

    def _mail(self, subject, sender=None):
        return self.env["hr.expense"].message_new(
            {
                "email_from": sender or self.user_technician.email,
                "subject": subject,
                "body": "",
                "message_id": f"<{subject}@example.com>",
            }
        )

    def test_a_mail_names_the_intervention_the_kind_and_the_amount(self):
        self.user_technician.email = "technician_t@example.com"
        number = self.intervention.number
        for subject in (f"hotel [{number}] 96.00 EUR", f"{number}: hotel 96.00"):
            with self.subTest(subject):
                expense = self._mail(subject)
                self.assertEqual(expense.intervention_id, self.intervention)
                self.assertEqual(expense.kind_id, self.kinds["hotel"])
                self.assertEqual(expense.total_amount_currency, 96.00)
                self.assertEqual((expense.state, expense.employee_id), ("draft", self.technician))

    @freeze_time("2026-11-09 09:00:00")
    def test_a_mail_without_number_goes_to_the_visit_of_the_day(self):
        self.user_technician.email = "technician_t@example.com"
        self.assertFalse(self._mail("motorway 12.00").intervention_id)
        self._plan(self.intervention)
        self.assertEqual(self._mail("motorway 13.00").intervention_id, self.intervention)

    def test_nobody_mails_into_the_work_of_others(self):
        self.user_colleague.email = "colleague_t@example.com"
        expense = self._mail(f"hotel {self.intervention.number} 96.00", "colleague_t@example.com")
        self.assertTrue(expense.employee_id)
        self.assertFalse(expense.intervention_id)

    def test_a_photo_nobody_can_open_is_kept_as_it_is(self):
        expense = self._add(
            self.intervention,
            kind="motorway",
            amount=3,
            date=str(MONDAY),
            files=[{"name": "IMG_1.HEIC", "data": heic()}],
        )
        self.assertEqual(expense.attachment_ids.name, "IMG_1.HEIC")
