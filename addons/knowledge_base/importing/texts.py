"""What a text says of a known error: title, symptom, cause, remedy; pure functions."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from lxml import etree
from lxml import html as lxml_html

from .packed import ReadingError, decode, kind_of

try:
    from markdown_it import MarkdownIt
except ImportError:  # everything but Markdown is read without it
    MarkdownIt = None

BODIES = ("symptom", "cause", "workaround", "solution")
# How people call the parts of an article, in headings, columns and at the top of a Markdown file.
NAMES = {
    "name": ("title", "titolo", "name", "nome", "subject", "oggetto"),
    "symptom": ("symptom", "symptoms", "problem", "issue", "sintomo", "sintomi", "problema"),
    "cause": ("cause", "causes", "root cause", "causa", "cause", "motivo"),
    "workaround": ("workaround", "soluzione provvisoria", "rimedio provvisorio", "nel frattempo"),
    "solution": (
        *("solution", "resolution", "fix", "answer", "content", "soluzione", "rimedio"),
        *("risoluzione", "risposta", "contenuto", "come procedere"),
    ),
    "error_codes": (
        "error codes",
        "error code",
        "codes",
        "code",
        "codici",
        "codice",
        "codici errore",
    ),
    "product": ("product", "model", "product or model", "prodotto", "modello"),
    "tags": ("tags", "tag", "keywords", "etichette", "parole chiave"),
    "category": ("category", "categoria", "parent", "categoria padre"),
    "lang": ("language", "lang", "lingua"),
    "key": ("id", "external id", "id esterno", "key", "chiave"),
}
PART_OF = {name: part for part, names in NAMES.items() for name in names}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MAX_ROWS = 5_000
_PAGE = re.compile(r"<(?:p|br|div|ul|ol|li|h\d|table|img|a|b|i|strong|em)\b[^>]*>", re.IGNORECASE)


@dataclass
class Draft:
    """An article as it was found.

    :param key: what it is known by when the same source comes again
    :param values: parts of the article as strings: HTML for those in `BODIES`, else plain
    :param folder: where it lay
    """

    key: str
    values: dict[str, str] = field(default_factory=dict)
    folder: str = ""


def part_named(words: str) -> str | None:
    """The part of an article that people call so.

    >>> part_named("Soluzione:"), part_named("Error_Codes"), part_named("Prezzo")
    ('solution', 'error_codes', None)
    """
    return PART_OF.get(re.sub(r"[\W_]+", " ", words or "").strip().lower())


def read_markdown(path: str, content: bytes) -> Draft:
    """
    >>> text = b'''---
    ... title: Burner locked
    ... tags: [E05, flame]
    ... ---
    ... Nothing burns.
    ... ## Solution
    ... Clean *it*.'''
    >>> draft = read_markdown("Boilers/e05.md", text)
    >>> draft.folder, draft.values["name"], draft.values["tags"]
    ('Boilers', 'Burner locked', 'E05, flame')
    >>> draft.values["symptom"], draft.values["solution"]
    ('<p>Nothing burns.</p>', '<p>Clean <em>it</em>.</p>')
    """
    if not MarkdownIt:
        raise ReadingError("markdown", path)
    values, text = _front_matter(decode(content))
    page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return _from_page(path, page, values)


def read_html(path: str, content: bytes) -> Draft:
    """
    >>> draft = read_html("a.html", b"<title>Pump</title><p>Hums.</p><h2>Cause</h2>Dirt<p>inside")
    >>> draft.values["name"], draft.values["symptom"], draft.values["cause"]
    ('Pump', '<p>Hums.</p>', 'Dirt<p>inside</p>')
    """
    return _from_page(path, decode(content), {})


def read_table(path: str, content: bytes, parts: dict[str, str] | None = None) -> list[Draft]:
    """One article per row.

    :param parts: part of an article by column; by their names if it is missing

    >>> [draft] = read_table("a.csv", 'Titolo;Soluzione\\nPompa;"Pulire\\nil <filtro>"'.encode())
    >>> draft.key, draft.values
    ('a.csv#pompa', {'name': 'Pompa', 'solution': '<p>Pulire<br>il &lt;filtro&gt;</p>'})
    """
    header, rows = _rows(path, content)
    if parts is None:
        parts = guess_parts(header)
    drafts = []
    for number, row in enumerate(rows, 2):
        values = {}
        for column, cell in zip(header, row, strict=False):
            part, cell = parts.get(column), cell.strip()
            if part and cell:
                cell = as_html(cell) if part in BODIES else cell
                values[part] = (
                    f"{values[part]}{cell}" if part in BODIES and part in values else cell
                )
        if values:
            known_by = values.pop("key", "") or values.get("name", "").lower() or number
            drafts.append(Draft(f"{PurePosixPath(path).name}#{known_by}", values))
    return drafts


def columns(path: str, content: bytes) -> dict[str, str | None]:
    """The columns of a table, each with the part of an article its name says."""
    header, _found = _rows(path, content)
    guessed = guess_parts(header)
    return {column: guessed.get(column) for column in header}


def guess_parts(header: list[str]) -> dict[str, str]:
    """
    >>> guess_parts(["ID", "Titolo", "Name", "Prezzo"])
    {'ID': 'key', 'Titolo': 'name'}
    """
    parts = {}
    for column in header:
        part = part_named(column.split("/")[0])
        if part and part not in parts.values():
            parts[column] = part
    return parts


def as_html(text: str) -> str:
    """A cell as HTML: paragraphs and lines of a plain text, a page as it is.

    >>> as_html("a < b\\n\\nc"), as_html("<p>a</p>")
    ('<p>a &lt; b</p><p>c</p>', '<p>a</p>')
    """
    if _PAGE.search(text):
        return text
    paragraphs = re.split(r"\n\s*\n", text.strip())
    lines = (html.escape(paragraph, quote=False).replace("\n", "<br>") for paragraph in paragraphs)
    return "".join(f"<p>{paragraph}</p>" for paragraph in lines)


def _rows(path, content):
    text = decode(content)
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ReadingError("table", path) from error
    if len(rows) > MAX_ROWS:
        raise ReadingError("too_many", path)
    header = [column.strip() for column in rows[0]] if rows else []
    if len(set(header)) != len(header) or any(len(row) > len(header) for row in rows):
        raise ReadingError("columns", path)
    return header, rows[1:]


def _front_matter(text):
    """The ``name: value`` lines between two ``---`` at the top, and the rest."""
    match = re.match(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        return {}, text
    values, part = {}, None
    for line in match[1].split("\n"):
        name, colon, value = line.partition(":")
        if line.lstrip().startswith("- ") and part:
            values[part] = ", ".join(filter(None, (values.get(part), line.lstrip()[2:].strip())))
        elif colon and not line[:1].isspace():
            part = part_named(name)
            value = value.strip().strip("[]").strip("'\"")
            if part and value:
                values[part] = as_html(value) if part in BODIES else value
    return values, text[match.end() :]


def _from_page(path, page, values):
    """A draft of a page: what stands under a heading that names a part is that part."""
    folder = str(PurePosixPath(path).parent)
    draft = Draft(path, dict(values), "" if folder == "." else folder)
    try:
        root = lxml_html.document_fromstring(f"<html>{page}</html>" if page.strip() else "<p></p>")
    except (etree.ParserError, ValueError) as error:
        raise ReadingError("page", path) from error
    for element in root.xpath("//script | //style | //comment()"):
        element.drop_tree()
    body = root.find("body")
    if body is None:
        raise ReadingError("page", path)
    while len(body) == 1 and body[0].tag in ("div", "main", "article", "section"):
        if (body.text or "").strip() or (body[0].tail or "").strip():
            break
        body = body[0]
    title = body.find("h1")
    if "name" not in draft.values and title is not None and not part_named(title.text_content()):
        draft.values["name"] = " ".join(title.text_content().split())
        title.drop_tree()
    draft.values.setdefault("name", " ".join((root.findtext(".//title") or "").split()))
    if not draft.values["name"]:
        draft.values["name"] = PurePosixPath(path).stem.replace("_", " ").replace("-", " ").strip()
    for part, content in _parts_of(body).items():
        draft.values[part] = draft.values.get(part, "") + content
    return draft


def _parts_of(body):
    named = [
        child
        for child in body
        if child.tag in HEADINGS and part_named(child.text_content()) in BODIES
    ]
    # A text without such headings tells how to proceed.
    part = "symptom" if named else "solution"
    found = {part: html.escape(body.text.strip(), quote=False)} if (body.text or "").strip() else {}
    for child in body:
        if child in named:
            part = part_named(child.text_content())
            content = html.escape((child.tail or "").strip(), quote=False)
        else:
            content = lxml_html.tostring(child, encoding="unicode").strip()
        if content:
            found[part] = found.get(part, "") + content
    return found


def read_stored_page(key: str, name: str, category: str, content: str) -> Draft:
    """A page of a wiki that is kept as HTML.

    >>> draft = read_stored_page("document.page/7", "Pump", "Water", "<h2>Cause</h2><p>Dirt</p>")
    >>> draft.values
    {'name': 'Pump', 'category': 'Water', 'cause': '<p>Dirt</p>'}
    """
    values = {part: value for part, value in (("name", name), ("category", category)) if value}
    draft = _from_page(key, content, values)
    draft.folder = ""
    return draft


READERS = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}


def read(path: str, content: bytes, parts: dict[str, str] | None = None) -> list[Draft]:
    """The articles of a file: one of a page, one per row of a table."""
    if kind_of(path) == ".csv":
        return read_table(path, content, parts)
    return [READERS[kind_of(path)](path, content)]
