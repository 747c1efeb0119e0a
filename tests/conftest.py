"""A real Odoo server on a database of its own, for the tests that go through its front doors."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from campo import paths, postgres
from campo.browsing import chromium
from campo.databases import Databases
from campo.serving import running_copy

HERE = Path(__file__).parent
PICTURES = paths.LOCAL / "pictures"


class ApiError(Exception):
    """The server refused a call; ``status`` is HTTP's, ``name`` Odoo's exception."""

    def __init__(self, status, answer):
        super().__init__(answer.get("message"))
        self.status, self.name = status, answer.get("name", "")


class CampoServer:
    """A running server: its address, its database, and calls as any person."""

    def __init__(self, address, database, env):
        self.address, self.database, self.env = address, database, env

    def call(self, key, model, method, ids=None, **arguments):
        """Call a public method as the person whose API key this is, over ``/json/2``."""
        body = dict(arguments)
        if ids is not None:
            body["ids"] = ids
        request = urllib.request.Request(
            f"{self.address}/json/2/{model}/{method}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, json.load(error)) from error

    def run_in_shell(self, script, ends_with=0):
        """Run a Python file in Odoo's shell on the database; return the JSON it printed last.

        :param int ends_with: how the process ends, e.g. minus the signal that kills it
        """
        answer = subprocess.run(
            [paths.PYTHON, "-m", "odoo", "shell", "-c", paths.CONFIG, "-d", self.database,
             "--no-http", "--log-level=error"],
            input=(HERE / script).read_text(), capture_output=True, text=True, env=self.env,
            cwd=HERE, check=False,
        )  # fmt: skip
        assert answer.returncode == ends_with, answer.stderr
        lines = [line for line in answer.stdout.splitlines() if line.startswith("{")]
        assert lines, answer.stdout + answer.stderr
        return json.loads(lines[-1])


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium; pictures of what it shows lie in ``PICTURES``."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def pg_server():
    """The PostgreSQL server that `./dev test` started."""
    with postgres.server() as server:
        yield server


@pytest.fixture(scope="module")
def campo(pg_server):
    """A server on a fresh copy of the template database that this test run stands on."""
    databases = Databases(pg_server)
    database = f"campo_story_{os.getpid()}_{time.monotonic_ns()}"
    with running_copy(databases, os.environ["CAMPO_TEMPLATE"], database) as address:
        yield CampoServer(address, database, databases.env)
