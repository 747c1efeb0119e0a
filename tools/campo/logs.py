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
    checker = [paths.VENV / "bin" / "checklog-odoo", "-c", paths.TOP / "checklog-odoo.cfg", log]
    answer = subprocess.run(checker, capture_output=True, text=True, check=False)
    if answer.returncode:
        say(f"The server's log is not clean ({log}):\n{answer.stdout}{answer.stderr}")
    return answer.returncode
