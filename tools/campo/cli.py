"""The verbs of `./dev`."""

import argparse
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

from . import benchmarks, paths, postgres
from .config import write_config
from .databases import Databases
from .linting import run_lint
from .odoo_source import ensure_odoo
from .python_env import ensure_python, environment
from .say import Stop, say
from .scanning import scan
from .serving import ensure_port_is_free, serve
from .system import ensure_disk, ensure_packages
from .testing import run_tests
from .translations import update_translations

INTERRUPTED = 130


def main(arguments):
    """Run one verb; return the exit status."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and not options.takes_rest:
        parser.error(f"unknown argument: {' '.join(rest)}")
    options.rest = [part for part in rest if part != "--"]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return options.verb(options) or 0
    except Stop as reason:
        print(f"\n{reason}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Nothing is left running.")
        return INTERRUPTED


def _parser():
    parser = argparse.ArgumentParser(prog="./dev", description="Campo: run, test, check.")
    parser.set_defaults(verb=_help, takes_rest=False, parser=parser)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")

    verb = verbs.add_parser("run", help="set up what is missing and serve Campo with demo data")
    verb.add_argument("--port", type=int, default=8069, help="default: %(default)s")
    verb.set_defaults(verb=_run, takes_rest=True)

    verb = verbs.add_parser("test", help="run the tests; arguments are pytest's")
    verb.add_argument("--full", action="store_true", help="a part on the full database")
    verb.set_defaults(verb=_test, takes_rest=True)

    verb = verbs.add_parser("lint", help="run every static check; arguments are pre-commit's")
    verb.set_defaults(verb=_lint, takes_rest=True)

    verb = verbs.add_parser("i18n", help="regenerate the .pot files, merge the .po files")
    verb.set_defaults(verb=_i18n)

    verb = verbs.add_parser("bench", help="measure a part on public data, beside other ways")
    verb.add_argument("part", choices=("knowledge",))
    wanted = verb.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--data", help="folder of the sets; not part of Campo")
    wanted.add_argument("--entries", help="how long with so many, e.g. 10000,100000,1000000")
    verb.add_argument(
        "--keep",
        metavar="DATABASE",
        help="with --entries: go on with this database, updated to the code, and keep it",
    )
    verb.add_argument("--sets", default="", help="some of them, e.g. qa4faq,stackfaq")
    verb.add_argument("--every", type=int, default=1, help="ask only every n-th question")
    verb.add_argument("--words-only", action="store_true", help="leave the encoder out")
    verb.set_defaults(verb=_bench)

    verb = verbs.add_parser("shell", help="Odoo's shell on the demo database")
    verb.set_defaults(verb=_shell)

    verb = verbs.add_parser("scan", help="look for holes in the portal of the demo with wapiti")
    verb.set_defaults(verb=_scan)

    verb = verbs.add_parser("screenshots", help="make the pictures of docs/images anew")
    verb.set_defaults(verb=_screenshots, takes_rest=True)

    verb = verbs.add_parser("reset", help="delete the databases (--all: everything local)")
    verb.add_argument("--all", action="store_true", help="Odoo and the Python packages too")
    verb.add_argument("--yes", action="store_true", help="do not ask")
    verb.set_defaults(verb=_reset)

    verb = verbs.add_parser("help", help="tell the verbs")
    verb.set_defaults(verb=_help)
    return parser


def _help(options):
    options.parser.print_help()


def _set_up(*, tests=False, lint=False, scan=False, database=True):
    paths.LOCAL.mkdir(exist_ok=True)
    ensure_disk(paths.LOCAL)
    ensure_packages(server=database and not postgres.external(), tests=tests, lint=lint, scan=scan)
    ensure_odoo()
    ensure_python()


@contextmanager
def _database_server(**wanted):
    _set_up(**wanted)
    with postgres.server() as server:
        write_config(server)
        yield server


def _run(options):
    ensure_port_is_free(options.port)
    with _database_server() as server:
        serve(server, options.port, options.rest)


def _test(options):
    with _database_server(tests=True) as server:
        return run_tests(server, options.rest, full=options.full)


def _lint(options):
    _set_up(lint=True, database=False)
    return run_lint(options.rest)


def _i18n(_options):
    with _database_server(tests=True) as server:
        update_translations(server)


def _shell(_options):
    with _database_server() as server:
        database = Databases(server).ensure_demo()
        command = [paths.PYTHON, "-m", "odoo", "shell", "-c", paths.CONFIG, "-d", database]
        return subprocess.run(
            [*command, "--no-http"], env=environment() | server.environment(), check=False
        ).returncode


def _bench(options):
    if options.entries:
        with _database_server() as server:
            return benchmarks.run_knowledge_scale(server, options.entries, options.keep)
    data = benchmarks.knowledge_data(options.data)
    with _database_server() as server:
        return benchmarks.run_knowledge(
            server, data, options.sets, options.every, encoder=not options.words_only
        )


def _scan(_options):
    with _database_server(tests=True, scan=True) as server:
        return scan(server)


def _screenshots(options):
    with _database_server(tests=True) as server:
        template = Databases(server).ensure_demo()
        return subprocess.run(
            [paths.PYTHON, paths.TOP / "tools" / "screenshots.py", *options.rest],
            env=environment() | server.environment() | {"CAMPO_TEMPLATE": template},
            cwd=paths.TOP,
            check=False,
        ).returncode


def _reset(options):
    what = "everything local (Odoo, Python packages, databases)" if options.all else "the databases"
    if not options.yes:
        answer = input(f"Delete {what} of this checkout? Demo data are lost. [y/N] ")
        if answer.strip().lower() not in ("y", "yes", "s", "si", "sì"):
            say("Nothing was deleted.")
            return
    if postgres.external():
        with _database_server() as server:
            Databases(server).drop_all()
    postgres.forget()
    for folder in [paths.LOCAL] if options.all else [paths.DATA]:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"Deleted: {what}. ./dev run makes them anew.")
