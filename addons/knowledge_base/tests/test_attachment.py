from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.knowledge_base.models import ir_attachment

from . import pdf_files


@tagged("post_install", "-at_install")
class TestAttachment(TransactionCase):
    """Files are found by their words, and none of them stops Odoo."""

    def _keep(self, raw):
        return self.env["ir.attachment"].create({"name": "file.pdf", "raw": raw})

    def test_the_words_of_a_pdf_are_found(self):
        raw = pdf_files.text_pdf(["Pompa CR 32", "Girante"], ["Seconda pagina"])
        self.assertEqual(self._keep(raw).index_content, "Pompa CR 32 Girante Seconda pagina")

    def test_a_pdf_that_takes_too_long_is_kept_without_its_words(self):
        raw = pdf_files.bomb()
        with patch.object(ir_attachment, "SECONDS", 1):
            kept = self._keep(raw)
        self.assertEqual((kept.raw, kept.index_content or ""), (raw, ""))

    def test_a_pdf_that_is_none_is_kept(self):
        self.assertTrue(self._keep(b"%PDF-1.4 broken").raw)
