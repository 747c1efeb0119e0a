import base64

from odoo.tests import tagged

from odoo.addons.field_service.tests.test_forms import fillable

from .test_pages import PagesCommon


@tagged("post_install", "-at_install")
class TestForms(PagesCommon):
    """An outside technician fills in the firm's forms on the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls._create_intervention(name="The lift stops", ticket_id=cls.ticket.id)
        cls._plan(cls.job, cls.outside)
        cls.form = cls.env["service.form"].create(
            {
                "name": "Declaration",
                "company_id": cls.company.id,
                "file": base64.b64encode(fillable()),
            }
        )
        cls.line = cls.form.line_ids.filtered(lambda line: line.name == "note")
        cls.line.write({"source": "asked", "question": "What was tested?", "required": True})
        cls.url = f"/my/interventions/{cls.job.id}"

    def _fill(self, note):
        typed = {"form_id": self.form.id, f"answer_{self.line.id}": note}
        return self._post(f"{self.url}/form", **typed)

    def test_a_form_is_filled_in_and_downloaded(self):
        self._login("outside")
        self.assertIn("What was tested?", self._get(self.url).text)
        self.assertEqual(self._fill("The earth wire").status_code, 303)
        document = self.job.form_document_ids
        self.assertEqual(document.filled_by_id, self.outside_user)
        pdf = self._get(f"{self.url}/forms/{document.id}")
        self.assertEqual(pdf.content, document.attachment_id.raw)
        self.assertIn(document.number, self._get(self.url).text)

    def test_a_missing_answer_is_told_and_the_form_is_still_open(self):
        self._login("outside")
        answer = self._fill(" ")
        self.assertIn("What was tested?", answer.text)
        self.assertIn("alert-danger", answer.text)
        self.assertFalse(self.job.form_document_ids)

    def test_others_neither_fill_in_nor_read(self):
        self.job.with_user(self.outside_user).fill_form(
            self.form.id, [{"line_id": self.line.id, "value": "x"}]
        )
        document = self.job.form_document_ids
        for person in ("stranger", "company", "other"):
            self._login(person)
            self._fill("Nothing")
            self.assertEqual(self.job.form_document_ids, document, person)
            self.assertEqual(self._get(f"{self.url}/forms/{document.id}").status_code, 404)
            self.assertEqual(self._get(f"{self.url}/forms/0").status_code, 404)
