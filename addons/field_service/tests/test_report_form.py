import base64
import hashlib
import io

from PIL import Image
from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import MONDAY, FieldServiceCommon, picture


def read_pdf(content):
    """The text of each page, with single blanks."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


# With a server, since wkhtmltopdf fetches the company's style from it.
@tagged("post_install", "-at_install")
class TestReportForm(FieldServiceCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"vat": "BE0477472701", "lang": "en_US"})
        cls.contact.function = "Production manager"
        cls.intervention = cls._story_one()
        cls.intervention.write({"cause": "Worn brake", "solution": "Brake set anew"})
        cls.report = cls._make_report()

    @classmethod
    def _make_report(cls, **values):
        made = cls.intervention.with_user(cls.user_technician).make_report(**values)
        return cls.env["service.report"].browse(made["report_id"])

    def _sign(self, **values):
        arguments = {"name": "Giulia", "role": "Manager", "image": picture("black"), **values}
        return self.report.with_user(self.user_technician).sign(**arguments)

    def _print(self, report_ref, records, user=None):
        """Print as somebody does from the menu."""
        reports = self.env["ir.actions.report"].with_user(user or self.env.user)
        content, kind = reports.with_context(force_report_rendering=True)._render_qweb_pdf(
            f"field_service.{report_ref}", res_ids=records.ids
        )
        self.assertEqual(kind, "pdf")
        return read_pdf(content)

    # === WHAT IS ON THE FORM === #

    def test_a_signed_report_says_what_was_done_for_whom_and_who_signed(self):
        signed = self._sign(remark="The travel time is too long.")
        pages = read_pdf(self.report.attachment_id.raw)
        text = " ".join(pages)
        for expected in (
            f"Intervention report {signed['number']}",
            "Alfa S.r.l.",
            "BE0477472701",
            "Plant",
            "Giulia, Production manager",
            "ST-2201",
            "Worn brake",
            "Brake set anew",
            "Temperature sensor",
            "9:10",
            "Out of warranty – No job order, warranty or contract applies.",
            "Labour: 2.33",
            "Travel time: 1.17",
            "Mileage: 84.00",
            "Giulia, Manager",
            "The travel time is too long.",
            "Signed with a reservation",
            "simple electronic signature",
        ):
            with self.subTest(expected=expected):
                self.assertIn(expected, text)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} / {len(pages)} · {signed['number']}", page)
        self.assertNotIn("DRAFT", text)

    def test_a_signed_report_tells_no_price(self):
        self._sign()
        text = " ".join(read_pdf(self.report.attachment_id.raw))
        lines = self.report.work_line_ids
        self.assertTrue(lines)
        for amount in {*lines.mapped("amount_invoice"), *lines.mapped("price_unit")} - {0}:
            with self.subTest(amount=amount):
                self.assertNotIn(f"{amount:.2f}", text)
        self.assertNotIn(self.company.currency_id.symbol, text)

    def test_the_form_with_prices_adds_up(self):
        self._sign()
        text = " ".join(
            self._print("service_report_report_priced", self.report, self.user_dispatcher)
        )
        # Acceptance story 1: 349.40 altogether.
        total = sum(self.report.work_line_ids.mapped("amount_invoice"))
        self.assertEqual(round(total, 2), 349.40)
        self.assertIn("349.40", text)
        self.assertIn("86.50", text)

    def test_who_sees_no_prices_prints_none(self):
        self._print("service_report_report", self.report, self.user_technician)
        # What others have looked up before must not help.
        self.assertTrue(self.report.work_line_ids.mapped("price_unit"))
        with self.assertRaises(AccessError):
            self._print("service_report_report_priced", self.report, self.user_technician)
        action = self.env.ref("field_service.service_report_report_priced")
        self.assertEqual(action.group_ids, self.env.ref("field_service.field_service_group_price"))

    def test_a_stranger_prints_no_report(self):
        for user in (self.user_colleague, self.user_employee, self.user_outside):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._print("service_report_report", self.report, user)

    def test_a_draft_is_marked_as_one(self):
        text = " ".join(read_pdf(self.report.with_user(self.user_technician)._get_pdf()))
        self.assertIn("DRAFT", text)
        self.assertNotIn("simple electronic signature", text)
        self.assertIn(self.intervention.number, text)

    def test_a_report_that_nobody_signed_says_why(self):
        self.report.with_user(self.user_technician).close_unsigned(reason="Nobody was there")
        text = " ".join(read_pdf(self.report.attachment_id.raw))
        self.assertIn("Not signed by the customer", text)
        self.assertIn("Nobody was there", text)
        self.assertIn(self.report.number, text)
        self.assertNotIn("simple electronic signature", text)
        self.assertEqual(self.report.state, "unsigned")
        self.assertTrue(self.report.verify()["intact"])

    def test_without_a_reason_a_report_is_not_closed_unsigned(self):
        with self.assertRaisesRegex(ValidationError, "why the report is not signed"):
            self.report.with_user(self.user_technician).close_unsigned(reason="  ")
        self.assertEqual(self.report.state, "draft")

    def test_a_measure_out_of_its_limits_is_marked(self):
        self.intervention.type_id.checklist_item_ids = [
            Command.create({"name": "Pressure", "kind": "number", "minimum": 5, "maximum": 7}),
            Command.create({"name": "Guards in place", "kind": "yes_no"}),
        ]
        self.intervention._fill_checklist()
        pressure, guards = self.intervention.checklist_answer_ids
        self.intervention.with_user(self.user_technician).answer_checklist(
            answers=[
                {"answer_id": pressure.id, "value": "4,2"},
                {"answer_id": guards.id, "value": "yes"},
            ]
        )
        self._sign()
        text = " ".join(read_pdf(self.report.attachment_id.raw))
        self.assertIn("Pressure 4.2 out of limits 5–7", text)
        self.assertIn("Guards in place Yes", text)
        self.assertEqual(text.count("out of limits"), 1)
        self.assertEqual(self.report.checklist_answer_ids, pressure | guards)

    def test_the_customers_language_decides(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.customer.lang = "it_IT"
        self._sign()
        # Whatever it_IT's catalogue holds, numbers and dates are written the Italian way.
        text = " ".join(read_pdf(self.report.attachment_id.raw))
        self.assertIn("84,00", text)
        self.assertIn("09/11/2026", text)
        self.assertNotIn("84.00", text)

    def test_moments_are_told_in_the_companys_zone(self):
        self.env["res.lang"]._activate_lang("it_IT")
        self.customer.lang = "it_IT"
        self.user_technician.tz = "America/New_York"
        form = self.report.with_user(self.user_technician).with_context(lang="it_IT")
        labour = [line for line in form._get_form_values()["lines"] if "2,33" in line["quantity"]]
        self.assertEqual(labour[0]["time"], "09:10–11:30")

    def test_a_report_of_many_lines_has_its_number_on_each_page(self):
        for _repeated in range(4):
            self._record(
                self.intervention,
                *(
                    {"kind": "part", "date": str(MONDAY), "quantity": 1, "product_id": part}
                    for part in self.part.ids * 10
                ),
            )
        self.report = self._make_report()
        self._sign()
        pages = read_pdf(self.report.attachment_id.raw)
        self.assertGreaterEqual(len(pages), 3)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} / {len(pages)} · {self.report.number}", page)
        self.assertEqual(" ".join(pages).count("Temperature sensor"), 41)

    def test_every_layout_of_a_company_can_print(self):
        layouts = self.env["report.layout"].search([])
        self.assertTrue(layouts)
        for layout in layouts:
            with self.subTest(layout=layout.name):
                self.company.external_report_layout_id = layout.view_id
                pages = self._print("service_report_report", self.report)
                self.assertIn(f"Page 1 / {len(pages)} · {self.intervention.number}", pages[0])

    # === PHOTOS === #

    def _add_photo(self, kind, colour):
        added = self.intervention.with_user(self.user_technician).add_files(
            files=[{"name": f"{kind}.jpg", "data": picture(colour, (2400, 1800)), "kind": kind}]
        )
        return self.env["ir.attachment"].browse(added["attachment_ids"])

    def test_photos_are_on_the_form_by_what_they_show_and_small(self):
        self._add_photo("before", "red")
        self._add_photo("after", "green")
        self._sign()
        content = self.report.attachment_id.raw
        text = " ".join(read_pdf(content))
        self.assertIn("Photos before the work", text)
        self.assertIn("Photos after the work", text)
        sizes = [
            max(image.image.size)
            for page in PdfReader(io.BytesIO(content)).pages
            for image in page.images
        ]
        self.assertEqual(sizes.count(640), 2)
        self.assertLessEqual(max(sizes), 640)

    def test_each_report_of_a_job_has_its_own_photos(self):
        first_photo = self._add_photo("before", "red")
        self._sign()
        second_photo = self._add_photo("after", "green")
        self._record(self.intervention, {"kind": "mileage", "date": str(MONDAY), "quantity": 3})
        second = self._make_report()
        self.assertNotEqual(second, self.report)
        self.assertEqual(second._get_photos(), second_photo)
        self.assertEqual(self.report._get_photos(), first_photo)

    def test_photos_of_internal_notes_are_on_no_form(self):
        shown = self._add_photo("before", "red")
        note = self.report.intervention_id.message_post(
            body="What it costs us",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachments=[("costs.png", base64.b64decode(picture("black")))],
        )
        self.assertEqual(note.attachment_ids.res_model, "service.intervention")
        self.assertEqual(self.report._get_photos(), shown)

    def test_a_damaged_photo_doesnt_keep_anybody_from_signing(self):
        photo = self._add_photo("before", "red")
        photo.raw = photo.raw[:20]
        photo.mimetype = "image/jpeg"
        self._sign()
        self.assertEqual(self.report.state, "signed")

    # === WHAT STAYS AS IT WAS SHOWN === #

    def test_the_hash_is_that_of_the_file_that_is_kept(self):
        signed = self._sign()
        content = self.report.attachment_id.raw
        self.assertTrue(content.startswith(b"%PDF-"))
        self.assertEqual(signed["sha256"], hashlib.sha256(content).hexdigest())
        self.assertEqual(self.report._get_pdf(), content)
        self.assertEqual(
            self.report.with_user(self.user_technician).verify(),
            {"number": signed["number"], "sha256": signed["sha256"], "intact": True},
        )

    def test_a_file_that_was_exchanged_is_noticed(self):
        self._sign()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE service_report SET sha256 = repeat('0', 64) WHERE id = %s", [self.report.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.report.verify()["intact"])

    def test_nobody_changes_or_deletes_the_file_that_was_signed(self):
        self._sign()
        for user in (self.user_manager, self.env.ref("base.user_admin"), self.env.user):
            attachment = self.report.attachment_id.with_user(user).sudo()
            with self.subTest(user=user.login):
                with self.assertRaisesRegex(UserError, "neither changed nor deleted"):
                    attachment.raw = b"other"
                with self.assertRaisesRegex(UserError, "neither changed nor deleted"):
                    attachment.unlink()

    def test_a_closed_report_stays_as_it_is(self):
        self._sign()
        as_manager = self.report.with_user(self.user_manager)
        for values in ({"remark": "x"}, {"date": "2026-01-01"}, {"outcome": "to_complete"}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "is closed"):
                as_manager.write(values)
        for values in ({"state": "draft"}, {"signature": False}, {"sha256": "0"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                as_manager.write(values)
        with self.assertRaisesRegex(UserError, "is closed"):
            as_manager.unlink()

    def test_a_report_is_signed_once(self):
        self._sign()
        number, sha256 = self.report.number, self.report.sha256
        with self.assertRaisesRegex(UserError, "is closed"):
            self._sign(name="Somebody else")
        with self.assertRaisesRegex(UserError, "is closed"):
            self.report.with_user(self.user_technician).close_unsigned(reason="Refused")
        self.assertEqual((self.report.number, self.report.sha256), (number, sha256))
        self.assertEqual(self.report.signed_by, "Giulia")

    def test_nothing_is_added_to_a_signed_report(self):
        self._sign()
        shown = self.report.work_line_ids
        later = self._record(self.report.intervention_id, {"kind": "mileage", "quantity": 3})
        with self.assertRaisesRegex(UserError, "is closed"):
            later.report_id = self.report
        self.env.invalidate_all()
        self.assertEqual(self.report.work_line_ids, shown)

    def test_a_repeated_request_signs_once(self):
        first = self._sign(request_uuid="sign-once-1")
        self.assertEqual(self._sign(request_uuid="sign-once-1"), first)

    def test_an_image_that_is_none_is_refused_and_nothing_changes(self):
        too_large = io.BytesIO()
        Image.new("1", (2001, 2000)).save(too_large, "PNG")
        for image in (
            None,
            "",
            "no base64",
            base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(),
            picture("black")[:200],
            base64.b64encode(too_large.getvalue()).decode(),
        ):
            with (
                self.subTest(image=image and image[:20]),
                self.assertRaisesRegex(ValidationError, "signature"),
            ):
                self._sign(image=image)
        self.assertEqual(self.report.state, "draft")
        self.assertFalse(self.report.number or self.report.attachment_id or self.report.signed_on)

    def test_nobody_signs_without_a_name(self):
        with self.assertRaisesRegex(ValidationError, "name of who signs"):
            self._sign(name=" ")

    def test_a_reservation_comes_after_what_the_technician_wrote(self):
        self.report = self._make_report(remark="Change the belt within a year.")
        self._sign(remark="I doubt it.")
        self.assertEqual(self.report.remark, "Change the belt within a year.\nI doubt it.")
        self.assertTrue(self.report.is_with_reservation)

    def test_without_remark_there_is_no_reservation(self):
        self.report = self._make_report(remark="Change the belt within a year.")
        self._sign()
        self.assertFalse(self.report.is_with_reservation)
        self.assertEqual(self.report.remark, "Change the belt within a year.")

    # === WORK ORDER === #

    def test_a_work_order_tells_what_whoever_goes_there_needs(self):
        self.contact.phone = "+39 333 1112223"
        self.intervention.description = "<p>Look at it:</p><ul><li>brake</li><li>sensor</li></ul>"
        text = " ".join(
            self._print("service_intervention_work_order", self.intervention, self.user_technician)
        )
        for expected in (
            f"Work order {self.intervention.number}",
            "Alfa S.r.l.",
            "Ring at the gate.",
            "+39 333 1112223",
            "ST-2201",
            "• brake • sensor",
            self.technician.name,
        ):
            with self.subTest(expected=expected):
                self.assertIn(expected, text)

    def test_a_work_order_fetches_no_picture_that_a_mail_brought(self):
        self.intervention.description = '<p>See</p><img src="https://tracker.example.com/x.png"/>'
        html = self.env["ir.actions.report"]._render_qweb_html(
            "field_service.service_intervention_work_order", self.intervention.ids
        )[0]
        self.assertNotIn(b"tracker.example.com", html)

    def test_only_whoever_may_read_an_intervention_prints_its_work_order(self):
        with self.assertRaises(AccessError):
            self._print("service_intervention_work_order", self.intervention, self.user_colleague)


@tagged("post_install", "-at_install")
class TestReportMail(FieldServiceCommon, HttpCase):
    def _sign(self):
        intervention = self._story_one()
        made = intervention.with_user(self.user_technician).make_report()
        report = self.env["service.report"].browse(made["report_id"])
        report.with_user(self.user_technician).sign(name="Giulia", image=picture("black"))
        return report

    def _mails(self, report):
        return self.env["mail.mail"].search(
            [("model", "=", "service.report"), ("res_id", "=", report.id)]
        )

    def test_the_customer_gets_the_signed_form_at_once(self):
        report = self._sign()
        mail = self._mails(report)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.contact)
        self.assertEqual(mail.attachment_ids, report.attachment_id)
        self.assertIn(report.number, mail.subject)
        self.assertIn("Giulia", mail.body_html)
        # The copy is worth something as long as it is known that it was sent.
        self.assertFalse(mail.auto_delete)
        self.assertIn(mail.mail_message_id, report.message_ids)

    def test_without_an_address_the_report_is_signed_all_the_same(self):
        self.contact.email = False
        report = self._sign()
        self.assertEqual(report.state, "signed")
        self.assertFalse(self._mails(report))
