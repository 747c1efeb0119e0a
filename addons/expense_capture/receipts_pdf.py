"""Puts receipts behind a paper: photos become a page each, PDFs are added page by page.

What is damaged, encrypted, too long or a kind of photo that nothing here opens is left out by name.
Receipts may be made by anybody: they are opened by a program of its own, within limits.
"""

import sys
import tempfile
from pathlib import Path

from odoo.addons.knowledge_base import limited

from .receipt_text import PROGRAM, open_receipt

MAX_BYTES = 15_000_000
SECONDS = 20
MAX_PAPER_BYTES = 200_000_000


def to_pages(mimetype, raw):
    """A receipt as the pages of a PDF, None if it cannot be one.

    :return: bytes of a PDF
    """
    if not raw or len(raw) > MAX_BYTES:
        return None
    if mimetype == "application/pdf":
        return open_receipt("pdf", raw, SECONDS, 2 * MAX_BYTES)
    if mimetype.startswith("image/"):
        return open_receipt("photo", raw, SECONDS, MAX_BYTES)
    return None


def append(content, receipts):
    """A PDF with the pages of receipts behind its own, None if they are too much for one PDF.

    :param list receipts: bytes of PDFs, as ``to_pages`` gives them
    """
    if not receipts:
        return content
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for index, part in enumerate((content, *receipts)):
            path = Path(folder, f"{index}.pdf")
            path.write_bytes(part)
            names.append(str(path))
        command = [sys.executable, "-I", str(PROGRAM), "together", *names]
        return limited.run(command, seconds=3 * SECONDS, max_bytes=MAX_PAPER_BYTES)
