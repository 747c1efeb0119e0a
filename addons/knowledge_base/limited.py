"""Runs a program beside Odoo on data that anybody may have made, within limits."""

from __future__ import annotations

import logging
import os
import subprocess
import tempfile

_logger = logging.getLogger(__name__)

MEMORY_KB = 1_500_000
# `ulimit -f` counts in these.
BLOCK = 512


def run(command: list[str], data: bytes = b"", *, seconds: int, max_bytes: int) -> bytes | None:
    """What a program writes, or None if it fails or wants more than it may have.

    :param command: the program and its arguments
    :param data: what it reads
    :param seconds: of the processor, and of the clock
    :param max_bytes: how much it may write, files of its own included

    >>> run(["cat"], b"words", seconds=5, max_bytes=1024)
    b'words'
    >>> run(["cat"], b"a" * 4096, seconds=5, max_bytes=1024) is None
    True
    >>> run(["false"], seconds=5, max_bytes=1024) is None
    True
    """
    # One at a time: Debian's shell refuses several, and would go on without any.
    limits = {"c": 0, "v": MEMORY_KB, "t": seconds, "f": -(-max_bytes // BLOCK)}
    setting = " && ".join(f"ulimit -{name} {value}" for name, value in limits.items())
    with tempfile.TemporaryFile() as output:
        try:
            # The shell sets the limits; nothing that people write is a part of its words.
            answer = subprocess.run(
                ["/bin/sh", "-c", f'{setting} && exec "$@"', "sh", *command],
                input=data,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except (subprocess.TimeoutExpired, OSError):
            _logger.info("Given up after %s seconds: %s", seconds, command[0])
            return None
        if answer.returncode:
            return None
        output.seek(0)
        return output.read()
