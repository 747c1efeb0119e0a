"""The text of a receipt, by programs that run beside Odoo with limits of time, memory and output.

Photos and scanned PDFs need Tesseract on the machine (Debian's `tesseract-ocr`,
`tesseract-ocr-ita`), scanned PDFs also `poppler-utils`; without them there is no text of them, and
nothing else is missing.
"""

from __future__ import annotations

import shutil
import sys
import time
from functools import cache
from pathlib import Path

from odoo.addons.knowledge_base import limited

# For one receipt, all its pages.
SECONDS = 40
MAX_BYTES = 15_000_000
MAX_TEXT = 20_000
MAX_TEXT_BYTES = 2_000_000
MAX_SCANNED_PAGES = 3
# A page of this many pixels at its longer side is read well.
SIDE = 2000
MAX_PICTURE_BYTES = 20_000_000
# What scanning programs write below a page is not its text.
FEW_WORDS = 8
LANGUAGES = ("ita", "eng")
PROGRAM = Path(__file__).with_name("receipt_program.py")


def has_ocr() -> bool:
    """Whether photos can be read on this machine."""
    return bool(shutil.which("tesseract"))


def can_scan() -> bool:
    """Whether PDFs that are only pictures can be read on this machine."""
    return has_ocr() and bool(shutil.which("pdftoppm"))


def get_text(mimetype: str, raw: bytes) -> str:
    """The text of a receipt; nothing if there is none, or if it takes too long to find it."""
    if not raw or len(raw) > MAX_BYTES:
        return ""
    clock = Clock(SECONDS)
    if mimetype == "application/pdf":
        text = open_receipt("text", raw, clock.left(), MAX_TEXT_BYTES)
        found = _to_text(text)
        if len(found.split()) < FEW_WORDS and can_scan():
            return _read_scan(raw, clock) or found
        return found
    if mimetype.startswith("image/") and has_ocr():
        picture = open_receipt("grey", raw, clock.left(), MAX_PICTURE_BYTES)
        return _read_picture(picture, clock)
    return ""


def open_receipt(verb: str, raw: bytes, seconds: int, max_bytes: int) -> bytes | None:
    """What ``receipt_program.py`` makes of a receipt, None if it can make nothing of it."""
    command = [sys.executable, "-I", str(PROGRAM), verb]
    return limited.run(command, raw, seconds=seconds, max_bytes=max_bytes)


class Clock:
    """Seconds that are left of some, at least one."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self) -> int:
        return max(1, int(self.end - time.monotonic()))

    def is_up(self) -> bool:
        return time.monotonic() >= self.end


def _read_scan(raw, clock):
    """The text of the first pages of a PDF that has none, page by page until the time is up."""
    texts = []
    for page in map(str, range(1, MAX_SCANNED_PAGES + 1)):
        if clock.is_up():
            break
        command = ["pdftoppm", "-gray", "-scale-to", str(SIDE), "-f", page, "-l", page, "-"]
        picture = limited.run(command, raw, seconds=clock.left(), max_bytes=MAX_PICTURE_BYTES)
        # Behind the last page there is nothing, or an error, as the version has it.
        if not picture:
            break
        texts.append(_read_picture(picture, clock))
    return "\n".join(filter(None, texts))[:MAX_TEXT]


def _read_picture(picture, clock):
    if not picture:
        return ""
    command = ["tesseract", "stdin", "stdout", "--psm", "6"]
    if languages := _get_languages():
        command += ["-l", languages]
    text = limited.run(command, picture, seconds=clock.left(), max_bytes=MAX_TEXT_BYTES)
    return _to_text(text)


@cache
def _get_languages():
    """Those of our languages that Tesseract knows on this machine."""
    answer = limited.run(["tesseract", "--list-langs"], seconds=10, max_bytes=MAX_TEXT_BYTES)
    known = (answer or b"").decode("utf-8", "replace").split()
    return "+".join(name for name in LANGUAGES if name in known)


def _to_text(answer):
    # The database keeps no NUL characters.
    return (answer or b"").decode("utf-8", "replace").replace("\0", "")[:MAX_TEXT]
