"""PDF files of all sorts, made by hand."""

import zlib


def text_pdf(*pages):
    """A PDF with lines of text on each page."""
    return _make_pdf([_draw_text(lines) for lines in pages])


def drawn_pdf(content, width=595, height=842):
    """A PDF of one page on which something is drawn, packed as tightly as it goes."""
    return _make_pdf([content], width=width, height=height)


def scanned_pdf(*pictures):
    """A PDF as a scanner makes it: each page is a picture, and there is no text.

    :param pictures: grey pictures, of PIL
    """
    contents = [b"q 595 0 0 842 0 0 cm /Im0 Do Q"] * len(pictures)
    return _make_pdf(contents, [_pack_picture(picture) for picture in pictures])


def bomb():
    """A small PDF that takes minutes to draw: fifty million times nothing."""
    return drawn_pdf(b"q Q " * 50_000_000)


def _draw_text(lines):
    shown = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
    return f"BT /F1 12 Tf 40 700 Td {shown}ET".encode()


def _pack_picture(picture):
    packed = zlib.compress(picture.tobytes())
    return (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (*picture.size, len(packed), packed)
    )


def _pack(content):
    packed = zlib.compress(content, 9)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _make_pdf(contents, pictures=(), width=595, height=842):
    """Objects: catalogue, list of pages, font, then page, content and picture of each page."""
    step = 3 if pictures else 2
    kids = b" ".join(b"%d 0 R" % (4 + step * index) for index in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, content in enumerate(contents):
        first = 4 + step * index
        used = b"/XObject << /Im0 %d 0 R >>" % (first + 2) if pictures else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> %s >> >>" % (width, height, first + 1, used)
        )
        objects.append(_pack(content))
        objects += pictures[index : index + 1]
    body, offsets = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, entries)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (count, len(body))
    return body + table + end
