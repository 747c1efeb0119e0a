import sys
from pathlib import Path

from odoo import models

from .. import limited

PDF_WORDS = Path(__file__).parents[1] / "pdf_words.py"
SECONDS = 10
MAX_BYTES = 2_000_000


class IrAttachment(models.Model):
    """Files are found by their words, without a file being able to stop Odoo."""

    _inherit = "ir.attachment"

    def _index_pdf(self, bin_data):
        """Override of `attachment_indexation`: a small PDF can take minutes and gigabytes to read.

        What takes too long, or is too long, is kept without its words.
        """
        if not bin_data.startswith(b"%PDF-"):
            return ""
        command = [sys.executable, "-I", str(PDF_WORDS)]
        words = limited.run(command, bin_data, seconds=SECONDS, max_bytes=MAX_BYTES)
        return " ".join((words or b"").decode("utf-8", "replace").split())
