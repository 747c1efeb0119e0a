import io
import sys
import time
import zipfile
from pathlib import Path

from odoo import api, fields, models, modules

from .. import limited

PDF_WORDS, OFFICE_WORDS = (
    Path(__file__).parents[1] / name for name in ("pdf_words.py", "office_words.py")
)
SECONDS = 10  # of one file
MAX_BYTES = 2_000_000  # of the words of one file
MAX_FILE = 50_000_000  # bytes of a file that is read at all
JOB_SECONDS = 60  # of one run of the job
ARTICLE = "knowledge.article"


class IrAttachment(models.Model):
    """Files are found by their words, without a file being able to stop Odoo.

    Uploading never waits for the words: a job reads them, newest first, with programs of their own
    that have limits. Those of the files of an article then come into its entry.
    """

    _inherit = "ir.attachment"

    index_pending = fields.Boolean(string="Words to Be Read", readonly=True)

    _index_pending_idx = models.Index("(id) WHERE index_pending")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # The job also brings files whose words are known at once into the entry: only then it is
        # certain whether they hang on a message.
        return super().create(
            [
                {**vals, "index_pending": True} if vals.get("res_model") == ARTICLE else vals
                for vals in vals_list
            ]
        )

    def write(self, vals):
        if vals.keys().isdisjoint(("res_model", "res_id", "raw", "datas")):
            return super().write(vals)
        left_sudo = self._articles_sudo()
        result = super().write(vals)
        # sudo: whether words are to be read is nobody's to decide
        articles_files_sudo = self.sudo().filtered(lambda file: file.res_model == ARTICLE)
        if articles_files_sudo:
            super(IrAttachment, articles_files_sudo).write({"index_pending": True})
        (left_sudo - self._articles_sudo())._knowledge_index()
        return result

    def unlink(self):
        articles_sudo = self._articles_sudo()
        result = super().unlink()
        articles_sudo.exists()._knowledge_index()
        return result

    def _articles_sudo(self):
        """The articles whose files these are."""
        # sudo: the index follows, whoever changes a file
        files_sudo = self.sudo().filtered(lambda file: file.res_model == ARTICLE and file.res_id)
        return files_sudo.env[ARTICLE].browse(set(files_sudo.mapped("res_id")))

    # === WORDS === #

    @api.model
    def _index(self, bin_data, file_type, checksum=None):
        """Override of `attachment_indexation`: the words of documents are read later."""
        if self._program_for(bin_data):
            return False
        return super()._index(bin_data, file_type, checksum=checksum)

    def _get_datas_related_values(self, data, mimetype):
        """Override of `base` to have the words of documents read by the job."""
        values = super()._get_datas_related_values(data, mimetype)
        return {**values, "index_pending": True} if self._program_for(data) else values

    @api.model
    def _program_for(self, content):
        """The program that reads the words of such a file, if there is one."""
        if content.startswith(b"%PDF-"):
            return PDF_WORDS
        # Documents of office programs are ZIP files, whatever stands before them; Odoo unpacks
        # those, too.
        is_zip = content.startswith(b"PK\x03\x04") or zipfile.is_zipfile(io.BytesIO(content))
        return OFFICE_WORDS if is_zip else None

    def _read_words(self):
        """Read the words of these files; what takes too long, or is too long, stays without."""
        for file in self:
            content = file.raw or b""
            values = {"index_pending": False}
            program = self._program_for(content)
            if program and len(content) <= MAX_FILE:
                command = [sys.executable, "-I", str(program)]
                words = limited.run(command, content, seconds=SECONDS, max_bytes=MAX_BYTES)
                values["index_content"] = " ".join(
                    (words or b"").decode("utf-8", "replace").split()
                )
            file.write(values)
        self._articles_sudo().exists()._knowledge_index()

    @api.model
    def _read_waiting(self, seconds=JOB_SECONDS) -> int:
        """Read the words of what waits, newest first, for some seconds.

        :return: how many files were read
        """
        # Those of binary fields too: whoever names an id gets them.
        domain = [("index_pending", "=", True), ("id", "!=", False)]
        deadline, done = time.monotonic() + seconds, 0
        while time.monotonic() < deadline and (
            file := self.search(domain, order="id desc", limit=1)
        ):
            file._read_words()
            done += 1
            if not modules.module.current_test:
                self.env["ir.cron"]._commit_progress(1, remaining=self.search_count(domain))
        return done
