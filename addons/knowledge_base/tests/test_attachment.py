import io
import time
import zipfile
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.knowledge_base.models import ir_attachment

from . import pdf_files
from .common import KnowledgeBaseCommon

DOCX = """<?xml version="1.0"?><w:document xmlns:w="w"><w:body>
<w:p><w:r><w:t>Girante mono</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>blocco</w:t></w:r></w:p>
<w:p><w:r><w:t>Cuscinetto &amp; tenuta</w:t></w:r></w:p></w:body></w:document>"""


def office_file(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/") + ".xml", content)
    return buffer.getvalue()


@tagged("post_install", "-at_install")
class TestAttachment(KnowledgeBaseCommon):
    """Files are found by their words, and none of them stops Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.attachment"].search([("index_pending", "=", True)]).index_pending = False
        cls.article = cls._create_article("Pompa rumorosa")

    def _keep(self, raw, name="file.pdf", article=None):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": raw,
                "res_model": article and article._name,
                "res_id": article and article.id,
            }
        )

    def _words(self, raw):
        file = self._keep(raw)
        file._read_words()
        self.assertFalse(file.index_pending)
        return file.index_content or ""

    # === THE WORDS === #

    def test_the_words_of_a_pdf_are_found(self):
        raw = pdf_files.text_pdf(["Pompa CR 32", "Girante"], ["Seconda pagina"])
        self.assertEqual(self._words(raw), "Pompa CR 32 Girante Seconda pagina")

    def test_the_words_of_documents_of_office_programs_are_found(self):
        for members, words in (
            ({"word__document": DOCX}, "Girante monoblocco Cuscinetto & tenuta"),
            ({"xl__sharedStrings": "<sst><si><t>Uno</t></si><si><t>Due</t></si></sst>"}, "Uno Due"),
            (
                {"content": "<text:p>Primo<text:tab/>e</text:p><text:h>dopo</text:h>"},
                "Primo e dopo",
            ),
            ({"ppt__slides__slide1": "<a:p><a:t>Titolo</a:t></a:p>"}, "Titolo"),
            ({"other": "<p>nothing</p>"}, ""),
        ):
            with self.subTest(members=members):
                self.assertEqual(self._words(office_file(**members)), words)

    def test_an_upload_does_not_wait_for_them(self):
        with patch.object(ir_attachment.limited, "run") as run:
            file = self._keep(pdf_files.text_pdf(["Pompa"]))
        self.assertFalse(run.called)
        self.assertTrue(file.index_pending)
        self.assertFalse(file.index_content)
        self.assertEqual(self.env["ir.attachment"]._read_waiting(), 1)
        self.assertEqual(file.index_content, "Pompa")
        self.assertEqual(self.env["ir.attachment"]._read_waiting(), 0)

    def test_plain_text_is_read_at_once(self):
        file = self._keep(b"Pompa rumorosa", "a.txt")
        self.assertEqual((file.index_content, file.index_pending), ("Pompa rumorosa", False))

    # === BAD FILES === #

    def test_a_pdf_that_takes_too_long_is_kept_without_its_words(self):
        raw = pdf_files.bomb()
        with patch.object(ir_attachment, "SECONDS", 1):
            self.assertEqual(self._words(raw), "")

    def test_a_manual_of_300_pages_is_read_as_far_as_the_limit(self):
        raw = pdf_files.text_pdf(*([f"Pagina {number}"] for number in range(1, 301)))
        begun = time.monotonic()
        self._keep(raw)
        self.assertLess(time.monotonic() - begun, 1)
        words = self._words(raw)
        self.assertIn("Pagina 50", words)
        self.assertNotIn("Pagina 51", words)

    def test_a_document_that_unpacks_to_gigabytes_does_no_harm(self):
        raw = office_file(word__document=b"<w:t>" + b"a " * 100_000_000)
        self.assertLess(len(raw), 1_000_000)
        self.assertLessEqual(len(self._words(raw)), 500_000)

    def test_a_document_behind_something_else_is_not_unpacked_by_an_upload(self):
        raw = b"GIF89a" + office_file(word__document=DOCX)
        file = self._keep(raw)
        self.assertEqual((file.index_content, file.index_pending), (False, True))
        self.assertIn("Girante", self._words(raw))

    def test_entities_are_not_expanded(self):
        laugh = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w:t>&b;</w:t>'
        self.assertNotIn("haha", self._words(office_file(word__document=laugh)))

    def test_files_that_are_none_are_kept(self):
        for raw in (b"%PDF-1.4 broken", b"PK\x03\x04 broken"):
            with self.subTest(raw=raw):
                self.assertEqual(self._words(raw), "")

    # === FILES OF ARTICLES === #

    def _found(self, text="monoblocco"):
        return self.article.name in self._find(text, self.user_employee)

    def test_an_article_is_found_by_the_words_of_its_files_until_they_go(self):
        file = self._keep(office_file(word__document=DOCX), "a.docx", self.article)
        self.assertFalse(self._found())
        self.env["ir.attachment"]._read_waiting()
        self.assertTrue(self._found())
        [found] = self.env["knowledge.entry"].search_similar("monoblocco")
        self.assertNotIn("monoblocco", found["solution"] + found["problem"])
        self.assertEqual(found["excerpt"], "These words are in its files.")
        [found] = self.env["knowledge.entry"].search_similar("pompa rumorosa")
        self.assertIn("<b>", found["excerpt"])
        file.unlink()
        self.assertFalse(self._found())

    def test_a_file_that_goes_to_another_article_takes_its_words_along(self):
        file = self._keep(office_file(word__document=DOCX), "a.docx", self.article)
        self.env["ir.attachment"]._read_waiting()
        other = self._create_article("Ventola rumorosa")
        file.res_id = other.id
        self.assertFalse(self._found())
        self.env["ir.attachment"]._read_waiting()
        self.assertIn(other.name, self._find("monoblocco"))

    def test_words_of_files_weigh_little(self):
        other = self._create_article("Girante monoblocco")
        self._keep(office_file(word__document=DOCX), "a.docx", self.article)
        self.env["ir.attachment"]._read_waiting()
        self.assertEqual(self._find("girante monoblocco")[0], other.name)

    def test_what_hangs_on_a_message_is_not_found(self):
        self.article.message_post(
            body="Costi", attachments=[("a.docx", office_file(word__document=DOCX))]
        )
        self.env["ir.attachment"]._read_waiting()
        self.assertFalse(self._found())

    def test_plain_text_files_are_found_too(self):
        self._keep(b"monoblocco in ghisa", "a.txt", self.article)
        self.env["ir.attachment"]._read_waiting()
        self.assertTrue(self._found())

    def test_the_files_of_many_articles_are_asked_for_at_once(self):
        articles = self.article
        for number in range(9):
            articles += self._create_article(f"Pompa {number}")
        self.env.flush_all()
        few, many = articles[:2], articles
        counts = []
        for some in (few, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.invalidate_recordset(["files_text"])
            some.mapped("files_text")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
