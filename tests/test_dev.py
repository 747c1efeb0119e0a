"""`./dev` stops with one sentence a person can act on."""

import os
import re
import socket
import subprocess

import pytest

from campo import paths, postgres, system
from campo.databases import Databases
from campo.odoo_source import checkout
from campo.paths import TOP
from campo.say import Stop, run
from campo.serving import ensure_port_is_free


def test_an_occupied_port_is_named_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [TOP / "dev", "run", "--port", str(port)], capture_output=True, text=True, check=False
        )
    assert answer.returncode == 1
    assert f"Port {port} is occupied" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_free_port_is_fine():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ensure_port_is_free(port)


def test_the_container_has_the_programs_that_the_addons_run():
    [listed] = re.findall(
        r"apt-get install -y --no-install-recommends ([^&]+)",
        (TOP / "docker" / "Dockerfile").read_text(),
    )
    # Python packages are pinned in requirements.txt here.
    programs = {name for name in re.findall(r"[\w-]+", listed) if not name.startswith("python3-")}
    assert programs == set(system.RUN_BY_ADDONS)


def test_too_little_disk_says_how_much_is_needed(monkeypatch):
    monkeypatch.setattr(system, "FREE_GIB_NEEDED", 10**9)
    with pytest.raises(Stop, match="Free some space"):
        system.ensure_disk(TOP)


def test_without_root_the_command_to_type_is_told(monkeypatch):
    monkeypatch.setattr(system, "missing_packages", lambda **wanted: ["chromium", "gettext"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Stop, match=r"apt-get install --no-install-recommends chromium gettext"):
        system.ensure_packages()


def test_a_wrong_odoo_checkout_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("CAMPO_ODOO", str(tmp_path))
    with pytest.raises(Stop, match="no Odoo in it"):
        checkout()


def test_an_odoo_of_another_version_is_refused(monkeypatch, tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo" / "release.py").write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
    monkeypatch.setenv("CAMPO_ODOO", str(tmp_path))
    with pytest.raises(Stop, match="not version 19"):
        checkout()


def test_a_server_named_by_its_url_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv("CAMPO_DB", "postgresql://odoo:s%40cret@db.example:5433")
    with postgres.server() as server:
        assert server.odoo_options() == {
            "db_host": "db.example",
            "db_port": 5433,
            "db_user": "odoo",
            "db_password": "s@cret",
        }


def test_a_url_that_names_no_server_is_refused(monkeypatch):
    monkeypatch.setenv("CAMPO_DB", "localhost")
    with pytest.raises(Stop, match="postgresql://"):
        postgres.external()


def test_the_databases_belong_to_a_plain_role(monkeypatch, tmp_path):
    monkeypatch.delenv("CAMPO_DB", raising=False)
    for name, path in (("TOP", tmp_path), ("LOCAL", tmp_path), ("PG", tmp_path / "pg")):
        monkeypatch.setattr(paths, name, path)
    try:
        with postgres.server() as server:
            (rights,) = Databases(server)._sql(
                "select concat_ws(' ', rolsuper, rolcreaterole, rolcreatedb) from pg_roles"
                " where rolname = current_user"
            )
    finally:
        postgres.forget()
    assert rights == "f f t", "no superuser, makes no roles, makes databases"


def test_a_database_goes_though_somebody_is_in_it(pg_server):
    databases, name = Databases(pg_server), f"campo_story_{os.getpid()}"
    databases.copy("template0", name)
    with subprocess.Popen(
        [paths.PYTHON, "-c", _STAY, name], env=databases.env, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as somebody:  # fmt: skip
        assert somebody.stdout.readline() == "in\n"
        databases.drop(name)
    assert databases.comment(name) is None


_STAY = """
import sys, psycopg2
cursor = psycopg2.connect(dbname=sys.argv[1]).cursor()
print("in", flush=True)
cursor.execute("select pg_sleep(60)")
"""


def test_a_failing_command_shows_its_last_lines():
    with pytest.raises(Stop, match="It did not work.") as stopped:
        run(["sh", "-c", "echo the reason; exit 3"], log="test", failure="It did not work.")
    assert "the reason" in str(stopped.value)
