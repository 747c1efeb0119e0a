import base64
import doctest
import io
import unittest
from unittest.mock import patch

from PIL import Image, ImageDraw, ImageFont
from PIL import features as pillow_features

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.expense_capture import reading, receipt_text
from odoo.addons.knowledge_base import limited
from odoo.addons.knowledge_base.models import ir_attachment
from odoo.addons.knowledge_base.tests import pdf_files

from .common import ExpenseCaptureCommon, picture

RECEIPT = [
    "TRATTORIA DA DINO",
    "P.IVA 01630730032",
    "09/11/2026 13:05",
    "COPERTO 2 X 2,00 4,00",
    "TOTALE COMPLESSIVO 38,00",
]
INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
  <FatturaElettronicaHeader>
    <CedentePrestatore><DatiAnagrafici>
      <IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>01630730032</IdCodice></IdFiscaleIVA>
      <Anagrafica><Denominazione>Hotel Alpi S.r.l.</Denominazione></Anagrafica>
    </DatiAnagrafici></CedentePrestatore>
  </FatturaElettronicaHeader>
  <FatturaElettronicaBody>
    <DatiGenerali><DatiGeneraliDocumento>
      <TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa><Data>2026-11-10</Data>
      {total}
    </DatiGeneraliDocumento></DatiGenerali>
    <DatiBeniServizi><DatiRiepilogo>
      <AliquotaIVA>10.00</AliquotaIVA>
      <ImponibileImporto>87.27</ImponibileImporto><Imposta>8.73</Imposta>
    </DatiRiepilogo></DatiBeniServizi>
  </FatturaElettronicaBody>
</p:FatturaElettronica>"""
TOTAL = "<ImportoTotaleDocumento>96.00</ImportoTotaleDocumento>"


def picture_of(lines, height=600):
    """A printed receipt as a camera or a scanner sees it."""
    image = Image.new("L", (900, height), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=40)
    for index, line in enumerate(lines):
        draw.text((40, 40 + 70 * index), line, fill=0, font=font)
    return image


def scan(*pages):
    """A PDF of printed receipts, without text: a page of A4 each."""
    return pdf_files.scanned_pdf(*[picture_of(lines, height=1273) for lines in pages])


def photo(lines):
    """A photo of a printed receipt."""
    buffer = io.BytesIO()
    picture_of(lines).save(buffer, "PNG")
    return buffer.getvalue()


needs_ocr = unittest.skipUnless(
    receipt_text.can_scan() and pillow_features.check("freetype2"),
    "Tesseract is not installed here: apt-get install tesseract-ocr tesseract-ocr-ita "
    "poppler-utils",
)


def encode(raw):
    return base64.b64encode(raw).decode()


@tagged("post_install", "-at_install")
class TestReading(ExpenseCaptureCommon):
    """Receipts are read where that is possible, and never believed without being asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._working_intervention()

    def _with(self, name, raw, **values):
        values = {"kind": "restaurant", "amount": 12, **values}
        return self._add(self.intervention, files=[{"name": name, "data": encode(raw)}], **values)

    def test_the_pure_functions(self):
        self.assertEqual(doctest.testmod(reading).failed, 0)

    def test_an_electronic_invoice_is_read_exactly(self):
        for total in (TOTAL, ""):
            with self.subTest(total=total):
                expense = self._with("fattura.xml", INVOICE.format(total=total).encode())
                expense._read_receipts()
                self.assertEqual(expense.reading_state, "exact")
                self.assertEqual((expense.read_total, str(expense.read_date)), (96, "2026-11-10"))
                self.assertEqual(expense.read_vendor, "Hotel Alpi S.r.l.")
                self.assertEqual(expense.read_vat, "IT01630730032")

    def test_an_invoice_with_something_else_in_mind_is_not_read(self):
        bad = INVOICE.format(total=TOTAL).replace(
            "?>", '?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', 1
        )
        self.assertIsNone(reading.read_invoice(bad.encode()))
        self.assertIsNone(reading.read_invoice(INVOICE.format(total="").encode()[:300]))
        self.assertIsNone(reading.read_invoice(b" " * (reading.MAX_XML + 1)))

    def test_an_invoice_of_no_amount_is_not_read(self):
        for amount in ("NaN", "1e999", "-inf"):
            total = TOTAL.replace("96.00", amount)
            with self.subTest(amount=amount):
                self.assertIsNone(reading.read_invoice(INVOICE.format(total=total).encode()))

    def test_the_text_of_a_pdf_is_proposed_and_nothing_is_overwritten(self):
        expense = self._with("scontrino.pdf", pdf_files.text_pdf(RECEIPT))
        expense._read_receipts()
        self.assertEqual(expense.reading_state, "guessed")
        self.assertEqual((expense.total_amount_currency, expense.read_total), (12, 38))
        self.assertEqual((expense.vendor_vat, expense.read_vat), (False, "IT01630730032"))
        self.assertTrue(expense.is_read_otherwise)
        self.assertIn("TRATTORIA DA DINO", expense.reading_text)
        expense.with_user(self.user_approver).action_take_reading()
        self.assertEqual(expense.total_amount_currency, 38)
        self.assertEqual(expense.vendor_vat, "IT01630730032")
        self.assertFalse(expense.is_read_otherwise)
        self.assertEqual(expense.work_line_ids.amount_invoice, 38)

    def test_a_pdf_that_nobody_can_open_says_nothing(self):
        self.assertEqual(receipt_text.get_text("application/pdf", b"%PDF-1.4 broken"), "")
        self.assertEqual(receipt_text.get_text("application/pdf", b""), "")
        huge = b"%PDF" + b" " * receipt_text.MAX_BYTES
        self.assertEqual(receipt_text.get_text("application/pdf", huge), "")

    def test_a_program_that_wants_too_much_is_stopped(self):
        self.assertIsNone(limited.run(["sleep", "30"], seconds=1, max_bytes=100))
        # No more memory than it may have, and not more written than was asked for.
        greedy = ["python3", "-c", "print(len(bytearray(4_000_000_000)))"]
        self.assertIsNone(limited.run(greedy, seconds=5, max_bytes=100))
        talking = ["python3", "-c", "while True: print('more', flush=True)"]
        self.assertIsNone(limited.run(talking, seconds=5, max_bytes=1000))

    @needs_ocr
    def test_a_scanned_pdf_is_read_page_by_page(self):
        expense = self._with("scansione.pdf", scan(["HOTEL", "ricevuta"], RECEIPT))
        expense._read_receipts()
        self.assertEqual(expense.reading_state, "guessed")
        self.assertEqual((expense.read_total, str(expense.read_date)), (38, "2026-11-09"))
        self.assertEqual((expense.total_amount_currency, expense.vendor_vat), (12, False))

    @needs_ocr
    def test_of_a_scan_only_the_first_pages_are_read(self):
        with patch.object(receipt_text, "MAX_SCANNED_PAGES", 1):
            text = receipt_text.get_text("application/pdf", scan(["HOTEL"], RECEIPT))
        self.assertEqual(text.split(), ["HOTEL"])

    def test_a_pdf_that_wants_too_much_says_nothing_and_is_kept(self):
        """Fifty million times nothing on a page, and three hundred pages of text."""
        with patch.object(receipt_text, "SECONDS", 2), patch.object(ir_attachment, "SECONDS", 1):
            expense = self._with("bomb.pdf", pdf_files.bomb())
            expense._read_receipts()
        self.assertEqual((expense.reading_state, expense.nb_attachment), ("nothing", 1))
        long = pdf_files.text_pdf(*[RECEIPT] * 300)
        with patch.object(ir_attachment, "SECONDS", 1):
            expense = self._with("long.pdf", long)
        expense._read_receipts()
        self.assertEqual((expense.read_total, expense.attachment_ids.raw), (38, long))

    @needs_ocr
    def test_a_photo_is_read_where_tesseract_is(self):
        expense = self._with("scontrino.png", photo(RECEIPT))
        expense._read_receipts()
        self.assertEqual((expense.read_total, str(expense.read_date)), (38, "2026-11-09"))
        self.assertEqual(expense.read_vat, "IT01630730032")

    def test_without_tesseract_a_photo_is_captured_the_same(self):
        with patch.object(receipt_text.shutil, "which", return_value=None):
            expense = self._with("photo.png", photo(RECEIPT))
            self.assertEqual((expense.total_amount, expense.nb_attachment), (12, 1))
            with self.assertRaisesRegex(UserError, "Nothing could be read"):
                expense.with_user(self.user_approver).action_read_receipt()

    def test_the_cron_reads_each_receipt_once(self):
        self.env["hr.expense"].search([]).reading_state = "nothing"
        expense = self._with("scontrino.pdf", pdf_files.text_pdf(RECEIPT))
        without = self._add(self.intervention, kind="motorway", amount=3)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1):
            self.env["hr.expense"]._cron_read_receipts()
            self.assertEqual(expense.reading_state, "guessed")
            with patch("odoo.addons.expense_capture.models.hr_expense_reading.get_text") as read:
                self.env["hr.expense"]._cron_read_receipts()
        self.assertFalse(read.called)
        self.assertFalse(without.reading_state)

    def test_text_with_characters_the_database_refuses_is_read(self):
        self.assertEqual(receipt_text._to_text(b"TOTALE\0 38,00"), "TOTALE 38,00")

    def test_a_receipt_that_breaks_the_reader_stops_no_other(self):
        self.env["hr.expense"].search([]).reading_state = "nothing"
        expense = self._with("scontrino.pdf", pdf_files.text_pdf(RECEIPT))
        broken = self._with("scontrino.pdf", pdf_files.text_pdf(RECEIPT))
        read = type(expense)._read_receipts

        def _read_receipts(records):
            if records == broken:
                records.env.cr.execute("SELECT 1 / 0")
            return read(records)

        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=1),
            patch.object(type(expense), "_read_receipts", _read_receipts),
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.expense_capture.models.hr_expense_reading", "WARNING"),
        ):
            self.env["hr.expense"]._cron_read_receipts()
        self.assertEqual((expense | broken).mapped("reading_state"), ["guessed", "nothing"])

    def test_nobody_writes_what_a_receipt_says(self):
        expense = self._with("scontrino.pdf", pdf_files.text_pdf(RECEIPT))
        for person in ("technician", "approver"):
            for values in ({"reading_state": "exact"}, {"read_total": 500.0}):
                with self.subTest(person=person, values=values), self.assertRaises(AccessError):
                    expense.with_user(getattr(self, f"user_{person}")).write(values)

    def test_who_may_read_and_believe_a_receipt(self):
        expense = self._with("photo.jpg", base64.b64decode(picture("red")))
        for person in ("colleague", "dispatcher", "employee", "outside"):
            seen = expense.with_user(getattr(self, f"user_{person}"))
            with self.subTest(person=person):
                for act in (seen.action_read_receipt, seen.action_take_reading):
                    with self.assertRaises(AccessError):
                        act()
        bare = self._add(self.intervention, kind="motorway", amount=3)
        with self.assertRaisesRegex(UserError, "Add the photo"):
            bare.with_user(self.user_approver).action_read_receipt()
