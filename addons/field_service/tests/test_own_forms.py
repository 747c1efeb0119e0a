import base64
import hashlib
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from .common import MONDAY, FieldServiceCommon, picture
from .test_report_form import read_pdf


class OwnFormsCommon(FieldServiceCommon):
    """A repair under a manufacturer's warranty, with a checklist that has been answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manufacturer = cls.env["res.partner"].create(
            {"name": "Costruttore S.p.A.", "is_company": True, "lang": "en_US"}
        )
        cls.customer.lang = "en_US"
        cls.equipment.write(
            {
                "installation_date": "2026-01-10",
                "warranty_term_id": cls.env["service.warranty.term"]
                .create(
                    {
                        "name": "Manufacturer, 24 months",
                        "payer": "manufacturer",
                        "manufacturer_id": cls.manufacturer.id,
                    }
                )
                .id,
            }
        )
        forms = cls.env["service.form"]
        cls.forms = {
            kind: forms.create({"name": kind, "kind": kind, "number_prefix": f"{kind}-"})
            for kind in ("maintenance", "acceptance", "claim")
        }
        cls.job = cls._create_intervention(
            technician_ids=cls.technician.ids,
            equipment_ids=[Command.set(cls.equipment.ids)],
            cause="Cracked housing",
        )
        cls.job.type_id.checklist_item_ids = [
            Command.create({"name": "Guards in place", "kind": "yes_no", "required": True}),
            Command.create(
                {
                    "name": "Pressure",
                    "kind": "number",
                    "minimum": 2,
                    "maximum": 5,
                    "unit": "mbar",
                }
            ),
        ]
        cls.job._fill_checklist()
        cls.guards, cls.pressure = cls.job.checklist_answer_ids
        cls.mine = cls.job.with_user(cls.user_technician)
        cls.mine.answer_checklist(
            answers=[
                {
                    "answer_id": cls.guards.id,
                    "value": "no",
                    "files": [{"name": "guard.jpg", "data": picture("green"), "kind": "other"}],
                },
                {"answer_id": cls.pressure.id, "value": "7.5"},
            ]
        )
        cls._record(
            cls.job,
            {"kind": "labour", "date": str(MONDAY), "quantity": 2},
            {"kind": "part", "date": str(MONDAY), "quantity": 1, "product_id": cls.part.id},
            {"kind": "mileage", "date": str(MONDAY), "quantity": 30},
        )

    def _fill(self, kind, user=None, **closing):
        filled = self.job.with_user(user or self.user_technician).fill_form(
            self.forms[kind].id, closing=closing
        )
        return self.env["service.form.document"].browse(filled["document_id"])

    def _accept(self, **closing):
        return self._fill(
            "acceptance",
            **{"result": "passed", "name": "Giulia", "image": picture("black"), **closing},
        )


@tagged("post_install", "-at_install")
class TestOwnForms(OwnFormsCommon):
    def setUp(self):
        super().setUp()
        # What the forms look like is for others to test.
        self.startPatcher(
            patch.object(
                IrActionsReport,
                "_render_qweb_pdf",
                lambda self, *args, **kwargs: (b"%PDF-1.7 form", "pdf"),
            )
        )

    def test_an_acceptance_test_is_signed_numbered_and_filed(self):
        document = self._accept(result="reservation", remark="Noise at start", role="Manager")
        self.assertEqual(document.number, "acceptance-0001")
        self.assertEqual(document.result, "reservation")
        self.assertEqual((document.signed_by, document.signer_role), ("Giulia", "Manager"))
        self.assertEqual(document.filled_by_id, self.user_technician)
        self.assertEqual(document.sha256, hashlib.sha256(b"%PDF-1.7 form").hexdigest())
        self.assertTrue(document.with_user(self.user_technician).verify()["intact"])
        with self.assertRaisesRegex(UserError, "neither changed nor deleted"):
            document.attachment_id.sudo().raw = b"other"
        with self.assertRaises(AccessError):
            document.sudo().result = "failed"

    def test_an_acceptance_test_without_result_name_or_signature_is_refused(self):
        for closing, sentence in (
            ({"result": ""}, "passed"),
            ({"result": "maybe"}, "passed"),
            ({"name": " "}, "name of who signs"),
            ({"image": "x"}, "sign again"),
        ):
            with self.subTest(closing=closing), self.assertRaisesRegex(ValidationError, sentence):
                self._accept(**closing)
        self.assertFalse(self.job.form_document_ids)
        self.assertEqual(self._accept().number, "acceptance-0001")

    def test_a_maintenance_checklist_needs_no_signature_but_takes_one(self):
        self.assertFalse(self._fill("maintenance").signed_by)
        signed = self._fill("maintenance", name="Giulia", image=picture("black"))
        self.assertEqual(signed.signed_by, "Giulia")
        with self.assertRaisesRegex(ValidationError, "sign again"):
            self._fill("maintenance", name="Giulia")

    def test_a_type_asks_for_campo_s_own_forms_before_closing(self):
        self.guards.item_id.required = False
        self.job.type_id.write({"needs_signature": False, "needs_solution": False})
        self.forms["acceptance"].type_ids = self.job.type_id
        with self.assertRaisesRegex(UserError, "form: acceptance"):
            self.mine.action_done()
        self._accept()
        self.mine.action_done()
        self.assertEqual(self.job.state, "done")

    def test_only_what_the_manufacturer_pays_is_claimed(self):
        self.assertEqual(
            set(self.job._get_claimed_lines().mapped("kind")),
            {"labour", "part"},
        )
        other = self._create_intervention(technician_ids=self.technician.ids, equipment_ids=False)
        with self.assertRaisesRegex(UserError, "nothing is claimed"):
            other.with_user(self.user_technician).fill_form(self.forms["claim"].id)

    def test_photos_of_internal_notes_are_claimed_from_nobody(self):
        shown = self.job._get_claim_photos()
        self.job.message_post(
            body="What it costs us",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachments=[("costs.png", base64.b64decode(picture("black")))],
        )
        self.assertEqual(self.job._get_claim_photos(), shown)

    def test_amounts_are_claimed_by_those_who_see_prices(self):
        values = self.mine._get_own_form_values("claim")
        self.assertFalse(values["with_prices"])
        self.assertFalse([line for line in values["lines"] if line["amount"] or line["price"]])
        self.assertNotIn("186.5", str(values))
        values = self.job.with_user(self.user_dispatcher)._get_own_form_values("claim")
        # 2 h at 50.00 and the sensor at 86.50.
        self.assertIn("186.50", values["total"])

    def test_a_claim_with_amounts_is_kept_from_who_sees_none(self):
        plain = self._fill("claim")
        priced = self._fill("claim", user=self.user_dispatcher)
        self.assertFalse(plain.has_prices)
        self.assertTrue(priced.has_prices)
        documents = self.env["service.form.document"].with_user(self.user_technician)
        self.assertEqual(documents.search([("intervention_id", "=", self.job.id)]), plain)
        with self.assertRaises(AccessError):
            priced.with_user(self.user_technician).read(["number"])
        with self.assertRaises(AccessError):
            priced.attachment_id.with_user(self.user_technician).read(["datas"])
        self.assertTrue(priced.with_user(self.user_dispatcher).verify()["intact"])

    def test_strangers_print_and_file_nothing(self):
        for user in (self.user_colleague, self.user_employee, self.user_outside):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.job.with_user(user)._get_own_form_values("maintenance")
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._fill("maintenance", user=user)

    def test_a_repeated_filing_is_filed_once(self):
        asked = {"form_id": self.forms["maintenance"].id, "request_uuid": "own-form-1"}
        self.assertEqual(self.mine.fill_form(**asked), self.mine.fill_form(**asked))
        self.assertEqual(len(self.job.form_document_ids), 1)

    def test_a_fillable_form_needs_its_pdf_and_an_own_one_none(self):
        with self.assertRaisesRegex(ValidationError, "upload the fillable PDF"):
            self.env["service.form"].create({"name": "F-gas"})
        self.assertFalse(self.forms["claim"].line_ids)

    def test_the_dialog_closes_an_own_form(self):
        dialogs = self.env["service.intervention.fill.form"].with_user(self.user_technician)
        with Form(dialogs.with_context(default_intervention_id=self.job.id)) as dialog:
            dialog.form_id = self.forms["maintenance"]
            dialog.remark = "Belt is worn"
        dialog.record.action_confirm()
        self.assertEqual(self.job.form_document_ids.remark, "Belt is worn")

    def test_another_company_s_form_is_not_there(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        form = self.env["service.form"].create(
            {"name": "x", "kind": "maintenance", "company_id": elsewhere.id}
        )
        with self.assertRaisesRegex(ValidationError, "not there any more"):
            self.mine.fill_form(form.id)


# With a server, since wkhtmltopdf fetches the company's style from it.
@tagged("post_install", "-at_install")
class TestOwnFormPages(OwnFormsCommon, HttpCase):
    def _print(self, report_ref, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.user_technician)
        content, _kind = reports.with_context(force_report_rendering=True)._render_qweb_pdf(
            f"field_service.{report_ref}", res_ids=records.ids
        )
        return read_pdf(content)

    def test_a_filed_acceptance_test_says_what_was_found_and_who_signed(self):
        document = self._accept(result="failed", remark="Guard is missing")
        pages = read_pdf(document.attachment_id.raw)
        text = " ".join(pages)
        for expected in (
            f"Acceptance-test report {document.number}",
            "was not passed",
            "Guard is missing",
            "Guards in place No",
            "7.5 mbar out of limits",
            "2–5 mbar",
            "Technician_T",
            "Giulia",
            "simple electronic signature",
            f"Page 1 / {len(pages)} · {document.number}",
        ):
            with self.subTest(expected=expected):
                self.assertIn(expected, text)
        self.assertNotIn("DRAFT", text)

    def test_each_form_is_printed_from_the_intervention_and_from_the_report(self):
        made = self.mine.make_report()
        report = self.env["service.report"].browse(made["report_id"])
        titles = {
            "maintenance": "Maintenance checklist",
            "acceptance": "Acceptance-test report",
            "claim": "Warranty claim",
        }
        for kind, title in titles.items():
            for records in (self.job, report):
                name = records._name.removeprefix("service.")
                with self.subTest(kind=kind, model=name):
                    text = " ".join(self._print(f"service_{name}_report_{kind}", records))
                    self.assertIn(title, text)
                    self.assertIn("DRAFT", text)

    def test_a_claim_names_machine_term_cause_and_amounts_by_right(self):
        for user, shows in ((self.user_technician, False), (self.user_dispatcher, True)):
            text = " ".join(self._print("service_intervention_report_claim", self.job, user))
            with self.subTest(user=user.login):
                for expected in ("Costruttore S.p.A.", "ST-2201", "24 months", "Cracked housing"):
                    self.assertIn(expected, text)
                self.assertEqual("186.50" in text, shows)
                self.assertEqual("Total claimed" in text, shows)
