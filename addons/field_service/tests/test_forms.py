import base64
import hashlib
import io

from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen import canvas

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .. import pdf_forms
from .common import FieldServiceCommon


def fillable():
    """A form of two pages with every kind of field, as authorities publish them."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer)
    page.drawString(50, 800, "Declaration of conformity")
    form = page.acroForm
    form.textfield(name="customer", x=50, y=700, width=300, height=20)
    form.textfield(name="note", x=50, y=600, width=300, height=60, fieldFlags="multiline")
    form.checkbox(name="tight", x=50, y=560, size=20)
    form.radio(name="age", value="new", x=50, y=500, size=20)
    form.radio(name="age", value="old", x=100, y=500, size=20, selected=True)
    form.choice(
        name="gas", value="R32", options=["R32", "R410A"], x=50, y=450, width=100, height=20
    )
    page.showPage()
    page.drawString(50, 800, "Second page")
    form.textfield(name="number", x=50, y=700, width=300, height=20)
    form.textfield(name="law", x=50, y=600, width=300, height=20)
    page.showPage()
    page.save()
    return buffer.getvalue()


def text_of(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@tagged("post_install", "-at_install")
class TestPdfForms(FieldServiceCommon):
    """Without a database: reading and filling PDFs."""

    def _refused(self, raw):
        with self.assertRaises(pdf_forms.PdfFormError) as caught:
            pdf_forms.read_fields(raw)
        return str(caught.exception)

    def test_fields_are_read_with_their_kinds(self):
        kinds = {field.name: field.kind for field in pdf_forms.read_fields(fillable())}
        self.assertEqual(
            kinds,
            {
                "customer": "text",
                "note": "text",
                "tight": "checkbox",
                "age": "choice",
                "gas": "choice",
                "number": "text",
                "law": "text",
            },
        )

    def test_a_filled_copy_has_no_fields_any_more_and_shows_them(self):
        content = pdf_forms.fill(
            fillable(), {"customer": "Però € S.r.l.", "note": "word " * 40, "number": "M-1"}
        )
        text = text_of(content)
        self.assertIn("Però € S.r.l.", text)
        self.assertEqual(" ".join(text.split()).count("word"), 40)
        self.assertIn("M-1", text)
        self.assertEqual(self._refused(content), "empty")

    def test_of_two_radio_buttons_one_is_chosen(self):
        def drawn(choice):
            content = pdf_forms.fill(fillable(), {"age": choice})
            page = PdfReader(io.BytesIO(content)).pages[0]
            return {
                name: hashlib.sha256(picture.get_object().get_data()).hexdigest()
                for name, picture in page["/Resources"]["/XObject"].items()
            }

        new, old = drawn("new"), drawn("old")
        differing = [name for name in new if new[name] != old[name]]
        self.assertEqual(len(differing), 2)

    def test_what_is_no_fillable_form_is_told_apart(self):
        plain = io.BytesIO()
        page = canvas.Canvas(plain)
        page.drawString(50, 800, "Nothing to fill in")
        page.save()
        self.assertEqual(self._refused(plain.getvalue()), "empty")
        locked = io.BytesIO()
        writer = PdfWriter(clone_from=io.BytesIO(fillable()))
        writer.encrypt("", "owner", algorithm="RC4-128")
        writer.write(locked)
        self.assertEqual(self._refused(locked.getvalue()), "encrypted")
        for raw in (b"", b"no pdf", fillable()[:300], b"%PDF-1.4\n%%EOF"):
            self.assertEqual(self._refused(raw), "broken")
        self.assertEqual(self._refused(b"%PDF" + bytes(pdf_forms.MAX_BYTES)), "large")


@tagged("post_install", "-at_install")
class TestForms(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention(technician_ids=cls.technician.ids)
        cls.form = cls.env["service.form"].create(
            {
                "name": "Declaration",
                "company_id": cls.company.id,
                "file": base64.b64encode(fillable()),
                "number_prefix": "DC-",
                "type_ids": [(6, 0, cls.job.type_id.ids)],
            }
        )
        cls.lines = {line.name: line for line in cls.form.line_ids}
        cls.lines["customer"].write({"source": "record", "path": "customer_id.name"})
        cls.lines["number"].write({"source": "record", "path": "number"})
        cls.lines["law"].write({"source": "fixed", "value": "DM 37/2008"})
        cls.lines["note"].write(
            {"source": "asked", "question": "What was tested?", "required": True}
        )
        cls.lines["tight"].write({"source": "asked", "question": "Is it tight?"})
        cls.lines["gas"].write({"source": "asked", "question": "Which gas?"})

    def setUp(self):
        super().setUp()
        self.mine = self.job.with_user(self.user_technician)

    def _answers(self, **values):
        values = {"note": "The earth wire", "tight": "yes", "gas": "R410A", **values}
        return [{"line_id": self.lines[name].id, "value": value} for name, value in values.items()]

    def _fill(self, **options):
        filled = self.mine.fill_form(self.form.id, self._answers(), **options)
        return self.env["service.form.document"].browse(filled["document_id"])

    def test_a_form_is_filled_numbered_and_filed(self):
        document = self._fill()
        content = document.attachment_id.raw
        text = text_of(content)
        for value in ("Alfa S.r.l.", "The earth wire", "R410A", "DM 37/2008", document.number):
            self.assertIn(value, text)
        self.assertEqual(document.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(document.filled_by_id, self.user_technician)

    def test_every_path_leads_to_text(self):
        roots = self.job._get_form_roots("1")
        line = self.lines["customer"]
        for path, _label in line._selection_path():
            line.path = path
            self.assertIsInstance(line._get_value(roots, {}), str, path)

    def test_numbers_have_no_gaps(self):
        first = self._fill().number
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.mine.fill_form(self.form.id, self._answers(note=""))
        second = self._fill().number
        self.assertEqual(int(second.removeprefix("DC-")), int(first.removeprefix("DC-")) + 1)

    def test_a_repeated_request_fills_once(self):
        document = self._fill(request_uuid="fill-form-1")
        self.assertEqual(self._fill(request_uuid="fill-form-1"), document)

    def test_a_filled_form_is_neither_changed_nor_deleted(self):
        document = self._fill()
        with self.assertRaises(AccessError):
            document.number = "DC-9"
        with self.assertRaises(UserError):
            document.unlink()
        with self.assertRaises(UserError):
            document.attachment_id.raw = b"x"
        with self.assertRaises(UserError):
            document.attachment_id.unlink()
        with self.assertRaises(AccessError):
            document.copy()

    def test_the_dialog_asks_and_files(self):
        dialogs = self.env["service.intervention.fill.form"].with_user(self.user_technician)
        dialogs = dialogs.with_context(default_intervention_id=self.job.id)
        typed = {"What was tested?": "The earth wire", "Is it tight?": "no", "Which gas?": "R32"}
        with Form(dialogs) as dialog:
            dialog.form_id = self.form
            for index in range(len(typed)):
                with dialog.answer_ids.edit(index) as answer:
                    answer.value = typed[answer.question]
        dialog.record.action_confirm()
        text = text_of(self.job.form_document_ids.attachment_id.raw)
        self.assertIn("The earth wire", text)

    def test_a_required_box_is_answered_yes_or_no_but_answered(self):
        self.lines["tight"].required = True
        for value in ("no", False, "yes", True):
            with self.subTest(value=value):
                self.mine.fill_form(self.form.id, self._answers(tight=value))
        for value in (None, ""):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "Is it tight"):
                self.mine.fill_form(self.form.id, self._answers(tight=value))
        with self.assertRaisesRegex(ValidationError, "yes or no"):
            self.mine.fill_form(self.form.id, self._answers(tight="perhaps"))

    def test_a_type_asks_for_its_forms_before_closing(self):
        self.job.type_id.write({"needs_signature": False})
        self.job.checklist_answer_ids.unlink()
        with self.assertRaisesRegex(UserError, "form: Declaration"):
            self.mine.action_done(cause="Worn", solution="New belt")
        self._fill()
        self.assertEqual(self.mine.action_done(cause="Worn", solution="New belt")["state"], "done")

    def test_bad_answers_are_told(self):
        for answers in (
            "x",
            [1],
            [{"line_id": -1}],
            [{"line_id": self.lines["law"].id, "value": "x"}],
            self._answers(note=" "),
            self._answers(note="x" * 2001),
            self._answers(gas="R22"),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.mine.fill_form(self.form.id, answers)
        for form_id in (-1, "x", True, 10**9):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.mine.fill_form(form_id, [])
        self.assertFalse(self.job.form_document_ids)

    def test_only_the_crew_fills_in(self):
        for user in (self.user_colleague, self.user_employee, self.user_outside):
            with self.assertRaises(AccessError):
                self.job.with_user(user).fill_form(self.form.id, self._answers())

    def test_who_reads_and_who_sets_up(self):
        document = self._fill()
        for user, form, paper in (
            (self.user_technician, False, True),
            (self.user_colleague, False, False),
            (self.user_dispatcher, False, True),
            (self.user_manager, True, True),
        ):
            self.assertEqual(self.form.with_user(user).has_access("write"), form)
            self.assertEqual(document.with_user(user).has_access("read"), paper)
            self.assertFalse(document.with_user(user).has_access("write"))
        self.assertTrue(document.attachment_id.with_user(self.user_technician).has_access("read"))
        self.assertFalse(document.attachment_id.with_user(self.user_colleague).has_access("read"))

    def test_another_companys_form_is_not_there(self):
        other = self.env["res.company"].create({"name": "Other firm"})
        form = self.form.copy({"company_id": other.id, "file": self.form.file, "type_ids": False})
        with self.assertRaises(ValidationError):
            self.mine.fill_form(form.id, [])

    def test_a_manager_uploads_a_form_and_reads_its_fields_again(self):
        forms = self.env["service.form"].with_user(self.user_manager)
        form = forms.create({"name": "F-gas", "file": base64.b64encode(fillable())})
        self.assertEqual(len(form.line_ids), 7)
        form.line_ids[0].write({"source": "fixed", "value": "kept"})
        form.action_read_fields()
        self.assertEqual(len(form.line_ids), 7)
        self.assertEqual(form.line_ids[0].value, "kept")
        for raw in (b"no pdf", b"%PDF-1.4\n%%EOF"):
            with self.assertRaisesRegex(ValidationError, "F-gas"), self.env.cr.savepoint():
                form.file = base64.b64encode(raw)

    def test_the_dialog_asks_and_fills(self):
        action = self.mine.action_fill_form()
        dialogs = self.env["service.intervention.fill.form"].with_user(self.user_technician)
        dialog = dialogs.with_context(**action["context"]).create({})
        self.assertEqual(dialog.form_id, self.form)
        self.assertEqual(len(dialog.answer_ids), 3)
        dialog.answer_ids.filtered(lambda a: a.kind == "text").value = "The earth wire"
        dialog.action_confirm()
        self.assertTrue(self.job.form_document_ids)
