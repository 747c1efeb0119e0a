"""What may point at a person in a text, marked so that an editor sees it; pure functions."""

import re

from markupsafe import Markup, escape

_PATTERNS = re.compile(
    r"""
      (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+                           # an e-mail address
    | (?<!\w)(?:\+|00)\d[\d /.-]{6,}\d                                   # a telephone number
    | (?<![\w.,/-])0\d{1,3}[ /.-]?\d{5,8}(?!\w)
    | (?<![\w.,/-])3\d{2}[ /.-]?\d{3}[ /.-]?\d{3,4}(?!\w)
    | (?<!\w)[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z](?!\w)    # a codice fiscale
    | (?<!\w)IT\d{2}[A-Z]\d{10}[0-9A-Z]{12}(?!\w)                        # an IBAN
    """,
    re.VERBOSE,
)
_MARK = re.compile(r"</?mark(?:\s[^>]*)?>", re.IGNORECASE)
MIN_NAME = 4  # letters of a name: shorter ones are words too


def spellings(names: list[str]) -> list[str]:
    """Names as they may stand in a text: whole, and word by word; empty ones are left out.

    >>> spellings(["Mario Rossi", False])
    ['Mario Rossi', 'Mario', 'Rossi']
    """
    names = [name for name in names if name]
    return names + [word for name in names for word in name.split()]


def serials(codes: str) -> list[str]:
    """Serial numbers among the codes of a case, each of which tells whose machine it is.

    >>> serials("E05 ; CAL-4471, M-7"), serials("")
    (['E05', 'CAL-4471', 'M-7'], [''])
    """
    return [code.strip() for code in re.split("[;,]", codes)]


def mark(text: str, names: list[str]) -> Markup:
    """Safe HTML of a text, line by line, with what may point at a person in ``<mark>``.

    :param names: names of those concerned, whole or in parts

    >>> mark("Chiamare Mario Rossi, 333 1234567 o m.rossi@example.com", ["Mario Rossi"])
    Markup('<p>Chiamare <mark>Mario Rossi</mark>, <mark>333 1234567</mark> o <mark>m.rossi@example.com</mark></p>')
    >>> mark("E05 con 230 V & <b>", [])
    Markup('<p>E05 con 230 V &amp; &lt;b&gt;</p>')
    >>> len(mark("a" * 200_000, []))  # however long a word is, it is read once
    200007
    """  # noqa: E501 - what the function really gives
    lines = [line.strip() for line in (text or "").splitlines()]
    return Markup().join(Markup("<p>%s</p>") % mark_line(line, names) for line in lines if line)


def mark_line(line: str, names: list[str]) -> Markup:
    """As `mark`, of one line and without a paragraph around it."""
    known = sorted({name for name in names if len(name) >= MIN_NAME}, key=len, reverse=True)
    spans = [match.span() for match in _PATTERNS.finditer(line)]
    for name in known:
        found = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", line, re.IGNORECASE)
        spans += [match.span() for match in found]
    marked, position = Markup(), 0
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= position:
            marked += escape(line[position:start])
            marked += Markup("<mark>%s</mark>") % line[start:stop]
            position = stop
    return marked + escape(line[position:])


def has_marks(html: str) -> bool:
    """Whether something is still marked in a text.

    >>> has_marks("<p>di <mark>Rossi</mark></p>"), has_marks("<p>market</p>")
    (True, False)
    """
    return bool(_MARK.search(html))


def without_marks(html: str) -> str:
    """The same text with nothing marked in it.

    >>> without_marks("<p>di <mark>Rossi</mark></p>")
    '<p>di Rossi</p>'
    """
    return _MARK.sub("", html)
