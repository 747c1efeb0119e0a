"""Run as a program of its own, within limits: the words of a PDF that anybody may have made."""

import io
import sys

from pdfminer.high_level import extract_text

MAX_PAGES = 50


def main():
    words = extract_text(io.BytesIO(sys.stdin.buffer.read()), maxpages=MAX_PAGES)
    sys.stdout.buffer.write(words.encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
