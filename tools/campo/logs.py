"""Odoo's logs: a WARNING or ERROR that is not on the reviewed list is a failure."""

import subprocess

from . import paths
from .say import say


def check_log(log):
    """Tell what is wrong in a log file of Odoo.

    :return: 0 when it is clean or not there
    """
    if not log.is_file():
        return 0
    answer = subprocess.run(
        [
            paths.VENV / "bin" / "checklog-odoo", "-c", paths.TOP / "checklog-odoo.cfg",
            "--no-err-if-empty", log,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if answer.returncode:
        say(f"The server's log is not clean ({log}):\n{answer.stdout}{answer.stderr}")
    return answer.returncode
