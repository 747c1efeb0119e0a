"""`./dev run`: serve the demo database until Ctrl-C."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from . import paths
from .databases import DEMO, Databases
from .people import PEOPLE
from .python_env import environment
from .say import Stop, end_process, say, step

START_SECONDS = 120


def copies_log(profile=None):
    """Log of the servers that `running_copy` starts, by the test run they belong to."""
    return paths.LOGS / f"copies-{profile or os.environ.get('CAMPO_TEST_PROFILE', 'other')}.log"


def ensure_port_is_free(port):
    """Stop with a sentence when something already listens on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Stop(
                f"Port {port} is occupied: is Campo running already? "
                f"Stop that program, or choose another port: ./dev run --port {port + 1}"
            ) from error


def serve(server, port, odoo_options=()):
    """Serve the demo database on ``port``; return when the server has ended."""
    databases = Databases(server)
    database = databases.ensure_demo()
    databases.set_parameter(database, "report.url", f"http://localhost:{port}")
    log = paths.LOGS / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                paths.PYTHON, "-m", "odoo", "server", "-c", paths.CONFIG, "-d", database,
                f"--db-filter=^{DEMO}$", f"--http-port={port}", *odoo_options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment() | server.environment(),
            cwd=paths.TOP,
            start_new_session=True,
        )  # fmt: skip
    try:
        with step("Campo starts"):
            wait_for_login(process, f"http://localhost:{port}", log)
        _greet(port, log)
        process.wait()
        raise Stop(f"The server has ended by itself. Its log: {log}")
    finally:
        end_process(process)


@contextmanager
def running_copy(databases, template, name):
    """Serve a fresh copy of a database on a free port, for tests and pictures; gone afterwards.

    :param Databases databases: where the template is
    :param str name: of the copy
    :return: context manager that gives the server's address
    """
    databases.copy(template, name)
    port = free_port()
    address = f"http://localhost:{port}"
    # wkhtmltopdf fetches styles from the server that renders, whatever port that one has.
    databases.set_parameter(name, "report.url", address)
    with copies_log().open("ab") as output:
        process = subprocess.Popen(
            [
                paths.PYTHON, "-m", "odoo", "server", "-c", paths.CONFIG, "-d", name,
                f"--db-filter=^{name}$", f"--http-port={port}", "--max-cron-threads=0",
                "--log-level=warn",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=databases.env,
            cwd=paths.TOP,
            start_new_session=True,
        )  # fmt: skip
    try:
        wait_for_login(process, address, copies_log())
        yield address
    finally:
        end_process(process)
        databases.drop(name)


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_login(process, address, log):
    """Wait until the login page answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Stop(f"The server did not start. Its log: {log}")
        try:
            with urllib.request.urlopen(f"{address}/web/login", timeout=30) as page:
                if page.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise Stop(f"The server does not answer after {START_SECONDS} s. Its log: {log}")


def _greet(port, log):
    say(f"\nCampo is there: http://localhost:{port}\n")
    say("Log in as (the password is the login):")
    for login, who, path in PEOPLE:
        say(f"    {login:<11} {who:<52} {path}")
    say(f"    {'admin':<11} {'administrator':<52} /odoo")
    say(f"\nLog: {log}\nCtrl-C stops it; ./dev run starts it again with the same data.")
