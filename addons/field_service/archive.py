"""A zip file that is sent while it is made: as a whole it is neither in memory nor on disk."""

import re
import zipfile
from datetime import datetime
from typing import NamedTuple

CHUNK = 1 << 18
# The oldest moment that a zip file can tell.
EPOCH = datetime(1980, 1, 1)


class Entry(NamedTuple):
    """A file to pack: where its content is, either a path or the bytes themselves."""

    name: str
    moment: datetime
    source: str | bytes


class _Sink:
    """Takes what the archive writes, until somebody fetches it."""

    def __init__(self):
        self._written = []

    def write(self, data):  # pylint: disable=method-required-super
        self._written.append(bytes(data))
        return len(data)

    def flush(self):
        """Nothing waits here."""

    def take(self):
        data, self._written = b"".join(self._written), []
        return data


def stream_zip(entries):
    """The bytes of a zip file, piece by piece; photos are packed as they are."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, max(entry.moment, EPOCH).timetuple()[:6])
            with archive.open(info, "w") as packed:
                for chunk in _read(entry.source):
                    packed.write(chunk)
                    yield sink.take()
    yield sink.take()


def _read(source):
    if isinstance(source, bytes):
        yield source
        return
    with open(source, "rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk


def unique_names(names):
    """Names that no file system takes amiss, each one once.

    >>> unique_names(["a.jpg", "A.jpg", "a.jpg", "../x/b", "", "a (2).jpg"])
    ['a.jpg', 'A (2).jpg', 'a (3).jpg', '_x_b', 'file', 'a (2) (2).jpg']
    """
    taken, unique = set(), []
    for name in names:
        clean = re.sub(r'[\x00-\x1f\x7f<>:"|?*/\\]', "_", name).strip(". ") or "file"
        stem, dot, ending = clean.rpartition(".")
        if not stem:
            stem, dot, ending = clean, "", ""
        candidate, number = clean, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{stem} ({number}){dot}{ending}"
        taken.add(candidate.casefold())
        unique.append(candidate)
    return unique
