"""The text of a receipt, by programs that run beside Odoo with limits of time and memory.

Photos need Tesseract on the machine (Debian's `tesseract-ocr`, `tesseract-ocr-ita`); without it
there is no text of them, and nothing else is missing.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageOps

_logger = logging.getLogger(__name__)

SECONDS = 40
MEMORY_KB = 1_500_000
MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
SIDE = 2000
MAX_TEXT = 20_000
LANGUAGES = ("ita", "eng")
PDF_TEXT = Path(__file__).with_name("pdf_text.py")


def has_ocr() -> bool:
    """Whether photos can be read on this machine."""
    return bool(shutil.which("tesseract"))


def get_text(mimetype: str, raw: bytes) -> str:
    """The text of a receipt; nothing if there is none, or if it takes too long to find it."""
    if not raw or len(raw) > MAX_BYTES:
        return ""
    if mimetype == "application/pdf":
        return _run([sys.executable, "-I", str(PDF_TEXT)], raw)
    if mimetype.startswith("image/") and has_ocr():
        return _read_photo(raw)
    return ""


def _read_photo(raw):
    try:
        with Image.open(io.BytesIO(raw)) as photo:
            if photo.width * photo.height > MAX_PIXELS:
                return ""
            upright = ImageOps.exif_transpose(photo).convert("L")
    # A file made by anybody may break a decoder in any way.
    except Exception:
        return ""
    upright.thumbnail((SIDE, SIDE))
    buffer = io.BytesIO()
    upright.save(buffer, "PNG")
    known = _run(["tesseract", "--list-langs"], b"").split()
    languages = "+".join(name for name in LANGUAGES if name in known)
    command = ["tesseract", "stdin", "stdout", "--psm", "6"]
    return _run(command + (["-l", languages] if languages else []), buffer.getvalue())


def _run(command, data):
    """The output of a program within limits; nothing when it fails."""
    limited = ["/bin/sh", "-c", f'ulimit -v {MEMORY_KB} -t {SECONDS}; exec "$@"', "sh", *command]
    try:
        answer = subprocess.run(
            limited,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (subprocess.TimeoutExpired, OSError):
        _logger.info("Reading a receipt was given up: %s", command[0])
        return ""
    if answer.returncode:
        return ""
    # The database keeps no NUL characters.
    return answer.stdout.decode("utf-8", "replace").replace("\0", "")[:MAX_TEXT]
