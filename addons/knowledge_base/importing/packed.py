"""The files of a ZIP, and their texts, within limits; anybody may have made it."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath

MAX_BYTES = 50_000_000  # of what is uploaded
MAX_UNPACKED = 200_000_000  # of all that is in it
MAX_FILES = 5_000
MAX_TEXT = 1_000_000  # bytes of one text
MAX_FILE = 20_000_000  # bytes of a picture or document
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
TEXTS = frozenset({".md", ".markdown", ".html", ".htm", ".csv"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
DOCUMENTS = frozenset({".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".txt"})


class ReadingError(Exception):
    """:param reason: a word for which there is a sentence, see `knowledge.import`"""

    def __init__(self, reason: str, name: str = ""):
        super().__init__(reason, name)
        self.reason, self.name = reason, name


def kind_of(name: str) -> str:
    """
    >>> kind_of("Boilers/E05.MD"), kind_of("a.htm"), kind_of("x.exe")
    ('.md', '.htm', '.exe')
    """
    return PurePosixPath(name).suffix.lower()


def unpack(name: str, content: bytes) -> dict[str, bytes]:
    """The files of a ZIP by their paths, or the one file that was given.

    What the system of whoever packed it has put in (hidden files) is left out, and so are programs
    and whatever else is neither text nor picture nor document.
    """
    if len(content) > MAX_BYTES:
        raise ReadingError("too_big")
    if kind_of(name) != ".zip":
        if kind_of(name) not in TEXTS:
            raise ReadingError("kind", name)
        return {PurePosixPath(name).name: content}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            wanted = [
                info
                for info in packed.infolist()
                if not info.is_dir() and _is_wanted(info.filename)
            ]
            if len(wanted) > MAX_FILES:
                raise ReadingError("too_many")
            # What the list says is checked before anything is unpacked.
            if sum(info.file_size for info in wanted) > MAX_UNPACKED:
                raise ReadingError("too_big")
            if any(info.flag_bits & 1 for info in wanted):
                raise ReadingError("password")
            # Others may ask for any memory, or break in ways of their own.
            if any(info.compress_type not in METHODS for info in wanted):
                raise ReadingError("method")
            return {info.filename.replace("\\", "/"): _read(packed, info) for info in wanted}
    except (
        *(zipfile.BadZipFile, zipfile.zlib.error, NotImplementedError, RuntimeError),
        *(EOFError, OSError, ValueError),
    ) as error:
        raise ReadingError("zip") from error


def _read(packed, info):
    """A file of the ZIP. A list that lies is found out: asked for all, the reader would unpack
    gigabytes before it looks at what the list says.
    """
    with packed.open(info) as file:
        return file.read(info.file_size)


def _is_wanted(name):
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and kind_of(name) in TEXTS | PICTURES | DOCUMENTS


def decode(content: bytes) -> str:
    """The text of a file, whatever wrote it, with plain line endings.

    >>> decode("perché\\r\\nno".encode("cp1252"))
    'perché\\nno'
    >>> decode("\\ufeffperché".encode("utf-8")), decode("perché".encode("utf-16"))
    ('perché', 'perché')
    """
    if len(content) > MAX_TEXT:
        raise ReadingError("text_too_big")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    if "\x00" in text:
        raise ReadingError("binary")
    return text.replace("\r\n", "\n").replace("\r", "\n")
