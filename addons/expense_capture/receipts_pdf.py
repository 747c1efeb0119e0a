"""Puts receipts behind a paper: photos become a page each, PDFs are added page by page.

What is damaged, encrypted, too long or a kind of photo that nothing here opens is left out by name.
"""

import io

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.Image import DecompressionBombError

from odoo.tools.pdf import OdooPdfFileReader, OdooPdfFileWriter

MAX_PAGES = 20
MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
# A4 at 150 dots per inch.
PAGE = (1240, 1754)


def to_pages(name, mimetype, raw):
    """A receipt as the pages of a PDF, None if it cannot be one.

    :param str name: of the file
    :return: bytes of a PDF
    """
    if not raw or len(raw) > MAX_BYTES:
        return None
    if mimetype == "application/pdf":
        return raw if _is_readable(raw) else None
    if mimetype.startswith("image/"):
        return _photo_to_pdf(raw)
    return None


def _is_readable(raw):
    try:
        reader = OdooPdfFileReader(io.BytesIO(raw), strict=False)
        return not reader.is_encrypted and 0 < len(reader.pages) <= MAX_PAGES
    # A file made by anybody may break a parser in any way.
    except Exception:
        return False


def _photo_to_pdf(raw):
    try:
        with Image.open(io.BytesIO(raw)) as photo:
            if photo.width * photo.height > MAX_PIXELS:
                return None
            upright = ImageOps.exif_transpose(photo).convert("RGB")
            upright.thumbnail(PAGE)
            page = Image.new("RGB", PAGE, "white")
            page.paste(upright, ((PAGE[0] - upright.width) // 2, (PAGE[1] - upright.height) // 2))
            output = io.BytesIO()
            page.save(output, "PDF", resolution=150)
            return output.getvalue()
    except (UnidentifiedImageError, DecompressionBombError, OSError, ValueError, SyntaxError):
        return None


def append(content, receipts):
    """A PDF with the pages of receipts behind its own.

    :param list receipts: bytes of PDFs, as ``to_pages`` gives them
    """
    if not receipts:
        return content
    writer = OdooPdfFileWriter()
    for part in (content, *receipts):
        writer.appendPagesFromReader(OdooPdfFileReader(io.BytesIO(part), strict=False))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
