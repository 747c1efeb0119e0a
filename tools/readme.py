#!/usr/bin/env python3
"""Join each addon's `readme/*.md` fragments into the README.rst that Odoo shows in its Apps screen.

`tools/readme.py` writes, `tools/readme.py --check` only tells which files are out of date.
Fragments may use headings, paragraphs, lists, fenced code, links, images, bold, italics and code.
"""

import argparse
import ast
import re
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[1] / "addons"

# fragment, heading; in the order in which somebody new reads them
FRAGMENTS = (
    ("DESCRIPTION", ""),
    ("INSTALL", "Installation"),
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("DEVELOP", "For developers"),
    ("ROADMAP", "Known issues and plans"),
)
UNDERLINES = {1: "-", 2: "-", 3: "~", 4: "^"}

_FENCE = re.compile(r"^(?P<indent>\s*)```(?P<language>\w*)\s*$")
_HEADING = re.compile(r"^(?P<level>#{1,4})\s+(?P<title>.+?)\s*#*$")
_ITEM = re.compile(r"^(?P<indent>\s*)(?:[-*+]|\d+[.)])\s+\S")
_IMAGE = re.compile(r"^!\[(?P<alt>[^]]*)\]\((?P<source>[^)\s]+)\)$")
_TABLE = re.compile(r"^\s*\|.*\|\s*$")

_INLINE = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|\[(?P<text>[^]]+)\]\((?P<target>[^)\s]+)\)"
    r"|(?<![\w*])\*(?P<starred>[^*\s](?:[^*]*[^*\s])?)\*(?![\w*])"
    r"|(?<!\w)_(?P<emphasis>[^_\s](?:[^_]*[^_\s])?)_(?!\w)"
    r"|(?P<reference>\w_)(?!\w)"
    r"|(?P<backslash>\\.)"
)


class FragmentError(Exception):
    """A fragment uses something that this script doesn't translate."""


def inline(text):
    """One line of Markdown's inline marks as reStructuredText."""
    return _INLINE.sub(_inline_mark, text)


def _inline_mark(match):
    mark = match.groupdict()
    if mark["code"] is not None:
        return f"``{mark['code']}``"
    if mark["text"] is not None:
        return f"`{mark['text'].replace('`', '')} <{mark['target']}>`__"
    if mark["reference"] is not None:
        return f"{mark['reference'][0]}\\_"
    return mark["backslash"] or f"*{mark['starred'] or mark['emphasis']}*"


def heading(title, underline):
    return [title, underline * len(title), ""]


def to_rst(markdown, source):
    """Lines of reStructuredText for the subset of Markdown that fragments use."""
    lines, fence, previous_item = [], None, None
    for number, line in enumerate(markdown.splitlines(), start=1):
        if fence:
            if _FENCE.match(line):
                fence = None
                lines.append("")
            else:
                lines.append(f"    {line}" if line else "")
            continue
        if fence := _FENCE.match(line):
            lines += ["", f"{fence['indent']}.. code-block:: {fence['language'] or 'text'}", ""]
            continue
        if _TABLE.match(line):
            raise FragmentError(f"{source}:{number}: write a list; tables are not translated.")
        item = _ITEM.match(line)
        if item and lines and lines[-1] and item["indent"] != previous_item:
            lines.append("")
        if line and not line[0].isspace() and not item and previous_item is not None and lines[-1]:
            lines.append("")
        if item:
            previous_item = item["indent"]
        elif line and not line[0].isspace():
            previous_item = None
        lines += _block(line)
    return lines


def _block(line):
    if match := _HEADING.match(line):
        return ["", *heading(inline(match["title"]), UNDERLINES[len(match["level"])])]
    if match := _IMAGE.match(line):
        return [f".. image:: {match['source']}", f"   :alt: {match['alt']}"]
    return [inline(line)]


def readme(addon):
    """The text of an addon's README.rst."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    title = manifest["name"]
    lines = [
        ".. Written by tools/readme.py from the fragments in readme/: edit those.",
        "",
        "=" * len(title),
        title,
        "=" * len(title),
        "",
        manifest["summary"],
        "",
    ]
    for name, fragment_heading in FRAGMENTS:
        fragment = addon / "readme" / f"{name}.md"
        if fragment.is_file():
            if fragment_heading:
                lines += ["", *heading(fragment_heading, "=")]
            lines += to_rst(fragment.read_text(), fragment.relative_to(ADDONS.parent))
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def complaints(text, name):
    """What docutils says of the text (nothing where docutils isn't installed)."""
    try:
        from docutils.core import publish_doctree
        from docutils.nodes import system_message
    except ImportError:
        return []
    settings = {"report_level": 5, "file_insertion_enabled": False, "syntax_highlight": "none"}
    tree = publish_doctree(text, settings_overrides=settings)
    return [
        f"{name}:{message.get('line', '?')}: {message.astext()}"
        for message in (*tree.parse_messages, *tree.findall(system_message))
        if message["level"] > 1
    ]


def process(addon, check):
    """Write or check one addon's README.rst; return what is wrong."""
    target = addon / "README.rst"
    name = target.relative_to(ADDONS.parent)
    if not (addon / "readme" / "DESCRIPTION.md").is_file():
        return [f"{addon.relative_to(ADDONS.parent)}: readme/DESCRIPTION.md is missing."]
    try:
        text = readme(addon)
    except FragmentError as error:
        return [str(error)]
    problems = complaints(text, name)
    if target.is_file() and target.read_text() == text:
        return problems
    if check:
        return [*problems, f"{name} is out of date: run tools/readme.py."]
    target.write_text(text)
    print(f"wrote {name}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail when out of date")
    options = parser.parse_args()
    addons = sorted(manifest.parent for manifest in ADDONS.glob("*/__manifest__.py"))
    problems = [problem for addon in addons for problem in process(addon, options.check)]
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
