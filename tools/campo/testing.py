"""`./dev test`: pytest on copies of the template databases, and clean server logs."""

import os
import subprocess
from contextlib import ExitStack, contextmanager

from . import paths
from .databases import Databases
from .logs import check_log
from .python_env import environment
from .say import Stop, end_process, say, step
from .serving import copies_log

# Without arguments: everything. The bare database has no demo data, no localisation and nothing
# but Campo's dependencies; the full one is an Italian firm's with the apps Campo may meet, and runs
# what has to do with those: accounts, stock, sales, and the stories across all addons.
RUNS = (
    ("bare", ("addons",)),
    (
        "full",
        (
            "addons/helpdesk_ticket/tests/test_situation.py",
            "addons/field_service",
            "addons/field_service_l10n_it_edi",
            "addons/field_service_sale_timesheet",
            "addons/field_service_stock",
            "addons/expense_capture",
            "addons/portal_customer",
            "tests",
        ),
    ),
)


def run_tests(server, arguments, *, full=False):
    """Run pytest; return its exit status.

    :param list arguments: pytest's own; none runs everything on both templates, side by side: each
        keeps about one core busy
    :param bool full: run a part on the full template instead of the bare one
    """
    databases = Databases(server)
    if not arguments:
        return _run_everything(databases, server)
    profile = "full" if full else "bare"
    databases.ensure_template(profile)
    say(f"\nTests on the {profile} database: {' '.join(arguments)}")
    with _started(databases, server, profile, arguments) as process:
        code = process.wait()
    return code or _check_logs(profile)


def _run_everything(databases, server):
    for profile, _folders in RUNS:
        databases.ensure_template(profile)
    codes = {}
    with ExitStack() as stack:
        processes = {}
        for profile, folders in RUNS:
            output = stack.enter_context(_output(profile).open("w"))
            processes[profile] = stack.enter_context(
                _started(databases, server, profile, folders, output)
            )
        for profile, process in processes.items():
            with step(f"Tests on the {profile} database"):
                codes[profile] = process.wait()
            say(_output(profile).read_text())
    failed = [profile for profile, code in codes.items() if code or _check_logs(profile)]
    if failed:
        raise Stop(f"Tests failed on: {', '.join(failed)}.")
    return 0


def _output(profile):
    return paths.LOGS / f"pytest-{profile}.log"


def _log(profile):
    return paths.LOGS / f"test-{profile}.log"


def _check_logs(profile):
    return check_log(_log(profile)) or check_log(copies_log(profile))


@contextmanager
def _started(databases, server, profile, arguments, output=None):
    """Start pytest on a copy of a template; the copy goes when the block ends, pytest before it.

    :return: context manager that gives the process
    """
    template = f"campo_template_{profile}"
    database = f"campo_test_{profile}_{os.getpid()}"
    for old in (_log(profile), copies_log(profile)):
        old.unlink(missing_ok=True)
    try:
        databases.copy(template, database)
        process = subprocess.Popen(
            [
                paths.PYTHON, "-m", "pytest", f"--odoo-config={paths.CONFIG}",
                f"--odoo-database={database}", "--odoo-http", "--odoo-log-level=warn",
                f"--odoo-extra=logfile={_log(profile)}", *arguments,
            ],
            env=environment()
            | server.environment()
            | {
                "CAMPO_TEMPLATE": template,
                "CAMPO_TEST_DATABASE": database,
                "CAMPO_TEST_PROFILE": profile,
            },
            cwd=paths.TOP,
            stdout=output,
            stderr=output and subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield process
        finally:
            end_process(process)
    finally:
        databases.drop(database)
