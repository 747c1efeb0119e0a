"""Run as a program of its own, within limits: opens receipts that anybody may have made.

``receipt_program.py VERB [FILE …]`` reads a receipt, or the names of files, and writes what it was
asked for. It ends with an error where there is nothing to write.
"""

import io
import sys

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter

MAX_TEXT_PAGES = 3
MAX_PRINTED_PAGES = 20
MAX_PIXELS = 50_000_000
# What a reader of the print would have to draw on one page.
MAX_DRAWN_BYTES = 20_000_000
SIDE = 2000
# A4 at 150 dots per inch.
PAGE = (1240, 1754)


def read_text(raw):
    """The text that stands in the first pages of a PDF."""
    pages = PdfReader(io.BytesIO(raw), strict=False).pages[:MAX_TEXT_PAGES]
    return "\n".join(page.extract_text() for page in pages).encode("utf-8", "replace")


def open_photo(raw, mode):
    """A photo, the right way up."""
    photo = Image.open(io.BytesIO(raw))
    if photo.width * photo.height > MAX_PIXELS:
        sys.exit("too many pixels")
    return ImageOps.exif_transpose(photo).convert(mode)


def make_grey(raw):
    """A photo as a program reads it best: grey, not larger than needed."""
    photo = open_photo(raw, "L")
    photo.thumbnail((SIDE, SIDE))
    return save_photo(photo, "PNG")


def print_photo(raw):
    """A photo as a page of paper."""
    photo = open_photo(raw, "RGB")
    photo.thumbnail(PAGE)
    page = Image.new("RGB", PAGE, "white")
    page.paste(photo, ((PAGE[0] - photo.width) // 2, (PAGE[1] - photo.height) // 2))
    return save_photo(page, "PDF", resolution=150)


def print_pdf(raw):
    """The pages of a PDF and nothing else of it; each of them can be drawn."""
    reader = PdfReader(io.BytesIO(raw), strict=False)
    if reader.is_encrypted or not 0 < len(reader.pages) <= MAX_PRINTED_PAGES:
        sys.exit("nothing that could be printed")
    writer = PdfWriter()
    for page in reader.pages:
        drawn = page.get_contents()
        if drawn and len(drawn.get_data()) > MAX_DRAWN_BYTES:
            sys.exit("too much on a page")
        writer.add_page(page)
    return save_pages(writer)


def put_together(names):
    """One PDF of several files, in their order."""
    writer = PdfWriter()
    for name in names:
        writer.append(name, import_outline=False)
    return save_pages(writer)


def save_photo(photo, kind, **options):
    buffer = io.BytesIO()
    photo.save(buffer, kind, **options)
    return buffer.getvalue()


def save_pages(writer):
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


READERS = {
    "text": read_text,
    "grey": make_grey,
    "photo": print_photo,
    "pdf": print_pdf,
}


def main(verb, *names):
    made = put_together(names) if names else READERS[verb](sys.stdin.buffer.read())
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(*sys.argv[1:])
