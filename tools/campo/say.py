"""How `./dev` speaks: one line a step, the time it took, and one clear sentence when it stops."""

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

from . import paths

HEARTBEAT_SECONDS = 15


class Stop(Exception):  # noqa: N818 - a stop, not an error
    """A reason to stop that a person can act on; its text is printed, without a traceback."""


def say(text=""):
    print(text, flush=True)


@contextmanager
def step(title):
    """Show that ``title`` is under way and, at the end, how long it took."""
    start = time.monotonic()
    done = threading.Event()
    teller = threading.Thread(target=_tell_progress, args=(title, start, done), daemon=True)
    teller.start()
    try:
        yield
    except BaseException:
        done.set()
        teller.join()
        _overwrite(f"✗ {title}")
        raise
    done.set()
    teller.join()
    _overwrite(f"✓ {title} ({time.monotonic() - start:.0f} s)")


def _tell_progress(title, start, done):
    on_terminal = sys.stdout.isatty()
    wait = 1 if on_terminal else HEARTBEAT_SECONDS
    if on_terminal:
        print(f"… {title}", end="", flush=True)
    else:
        say(f"… {title}")
    while not done.wait(wait):
        seconds = time.monotonic() - start
        if on_terminal:
            print(f"\r… {title} {seconds:.0f} s", end="", flush=True)
        else:
            say(f"  still at it: {title}, {seconds:.0f} s")


def _overwrite(text):
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", flush=True)
    else:
        say(text)


def run(command, *, log, failure, env=None, cwd=None, script=None, **identity):
    """Run ``command`` with its output in a log file; stop with ``failure`` if it does not succeed.

    :param str log: name of the file under the log folder; appended to
    :param str failure: sentence for people: what did not work and what to do
    :param Path script: file the program reads from its standard input
    :param identity: ``user``, ``group``, ``extra_groups`` of `subprocess.Popen`
    :return: the path of the log file
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log_path = paths.LOGS / f"{log}.log"
    with log_path.open("ab") as output, open(script or os.devnull, "rb") as standard_input:
        output.write(f"\n$ {shlex.join(map(str, command))}\n".encode())
        output.flush()
        begin = output.tell()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=standard_input,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd or paths.TOP,
            **identity,
            start_new_session=True,  # an interrupt reaches us alone; we end the child ourselves
        )
        try:
            code = process.wait()
        except BaseException:
            end_process(process)
            raise
    if code:
        with log_path.open("rb") as output:
            output.seek(begin)
            tail = output.read().decode(errors="replace").strip().splitlines()[-12:]
        raise Stop(
            "\n".join([failure, *(f"    {line}" for line in tail), f"(all of it: {log_path})"])
        )
    return log_path


def end_process(process, seconds=20):
    """End a child and the processes it started: first politely, then for good."""
    for number, patience in ((signal.SIGINT, seconds), (signal.SIGKILL, 5)):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
