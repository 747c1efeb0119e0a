"""`./dev test`: pytest on copies of the template databases, and clean server logs."""

import os
import subprocess

from . import paths
from .databases import Databases
from .logs import check_log
from .python_env import environment
from .say import Stop, end_process, say
from .serving import COPIES_LOG

# Without arguments: everything. The bare database has no demo data, no localisation and nothing
# but Campo's dependencies; the full one is an Italian firm's with the apps Campo may meet.
RUNS = (("bare", ("addons",)), ("full", ("addons", "tests")))


def run_tests(server, arguments, *, full=False):
    """Run pytest; return its exit status.

    :param list arguments: pytest's own; none runs everything on both templates
    :param bool full: run a part on the full template instead of the bare one
    """
    databases = Databases(server)
    if arguments:
        return _run_on(databases, server, "full" if full else "bare", arguments)
    for profile, _folders in RUNS:
        databases.ensure_template(profile)
    codes = [_run_on(databases, server, profile, folders) for profile, folders in RUNS]
    if any(codes):
        failed = [profile for (profile, _folders), code in zip(RUNS, codes, strict=True) if code]
        raise Stop(f"Tests failed on: {', '.join(failed)}.")
    return 0


def _run_on(databases, server, profile, arguments):
    template = databases.ensure_template(profile)
    database = f"campo_test_{profile}_{os.getpid()}"
    log = paths.LOGS / f"test-{profile}.log"
    for old in (log, COPIES_LOG):
        old.unlink(missing_ok=True)
    say(f"\nTests on the {profile} database: {' '.join(arguments)}")
    try:
        databases.copy(template, database)
        process = subprocess.Popen(
            [
                paths.PYTHON, "-m", "pytest", f"--odoo-config={paths.CONFIG}",
                f"--odoo-database={database}", "--odoo-http", "--odoo-log-level=warn",
                f"--odoo-extra=logfile={log}", *arguments,
            ],
            env=environment()
            | server.environment()
            | {"CAMPO_TEMPLATE": template, "CAMPO_TEST_DATABASE": database},
            cwd=paths.TOP,
        )  # fmt: skip
        try:
            code = process.wait()
        finally:
            end_process(process)
    finally:
        databases.drop(database)
    return code or check_log(log) or check_log(COPIES_LOG)
