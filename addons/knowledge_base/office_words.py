"""Run as a program of its own, within limits: the words of a document of an office program.

Such a document (DOCX, XLSX, PPTX, OpenDocument) is a ZIP with XML in it. Tags are taken away
without understanding them: a document that anybody may have made is given no entities to expand.
"""

import html
import io
import re
import sys
import zipfile

MEMBERS = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes)\.xml"
    r"|ppt/(slides|notesSlides)/\w+\.xml|xl/sharedStrings\.xml|xl/worksheets/\w+\.xml|content\.xml"
)
# Cells hold numbers and positions of shared words; words of their own are marked.
CELLS = re.compile(r"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<")
# Where one word ends; elsewhere a word may go on after a change of its looks.
BREAKS = re.compile(r"</\w+:(?:p|h|tc)>|</si>|<\w+:(?:br|cr|tab|s|line-break)\b[^>]*>")
TAGS = re.compile(r"<[^>]*>")
MAX_MEMBERS = 300
MAX_XML = 20_000_000  # bytes in all
MAX_TEXT = 500_000


def read(content):
    """The words, as one text."""
    left, words = MAX_XML, []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = sorted(name for name in packed.namelist() if MEMBERS.fullmatch(name))
        for name in names[:MAX_MEMBERS]:
            with packed.open(name) as member:
                xml = member.read(left)
            left -= len(xml)
            xml = xml.decode("utf-8", "replace")
            if name.startswith("xl/worksheets/"):
                xml = " ".join(CELLS.findall(xml))
            words.append(html.unescape(TAGS.sub("", BREAKS.sub(" ", xml))))
            if left <= 0:
                break
    return " ".join(" ".join(words).split())[:MAX_TEXT]


def main():
    sys.stdout.buffer.write(read(sys.stdin.buffer.read()).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
