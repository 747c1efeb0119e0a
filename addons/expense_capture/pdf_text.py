"""Run as a program of its own, within limits: the text of a PDF that anybody may have made."""

import io
import sys
from itertools import islice

from pypdf import PdfReader

MAX_PAGES = 3
MAX_TEXT = 20_000


def main():
    reader = PdfReader(io.BytesIO(sys.stdin.buffer.read()), strict=False)
    pages = (page.extract_text() for page in islice(reader.pages, MAX_PAGES))
    sys.stdout.buffer.write("\n".join(pages)[:MAX_TEXT].encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
