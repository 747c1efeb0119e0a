"""Databases that are built once and copied.

Three *bases* hold what Campo stands on, without Campo; they are built once for an Odoo. A
*template* is a base with the five addons in it; it is rebuilt when the addons' files change.
Tests run on a copy of a template. What a database was built from is written in its comment, and
a database gets its final name when it is complete: a half-finished one is never taken for good.

==========  ==========================================================  =========================
base        modules                                                     data
==========  ==========================================================  =========================
``bare``    only what Campo's manifests pull in                         none
``full``    besides: Italian localisation and e-invoice, sale           Odoo's demo, Italian firm,
            timesheets, projects and expenses, stock                    not Campo's demo
``demo``    what Campo's manifests pull in, Italian localisation        Odoo's demo, Italian firm
==========  ==========================================================  =========================
"""

import ast
import hashlib
import os
import shutil
import subprocess

from . import odoo_source, paths
from .logs import check_log
from .python_env import environment
from .say import Stop, run, step

DEMO = "campo_demo"
ITALIAN_FIRM = paths.TOP / "tools" / "italian_firm.py"
ITALIAN = ("--with-demo", "--load-language=it_IT")
PROFILES = {
    "bare": {"country": None, "extra": (), "options": ("--skip-auto-install",)},
    "full": {
        "country": "IT",
        "extra": (
            "l10n_it", "l10n_it_edi", "sale_timesheet", "sale_project", "sale_expense", "stock",
        ),
        "options": ITALIAN,
        # Tests make what they need: Campo's demo story would only be in their way.
        "campo_demo": False,
    },
    "demo": {
        "country": "IT",
        "extra": ("l10n_it", "portal_rating"),
        "options": (*ITALIAN, "--skip-auto-install"),
    },
}  # fmt: skip

# Files of an addon that change nothing in a database.
_NOT_IN_DATABASE = ("tests", "readme", "static", "__pycache__")


class Databases:
    """The databases of one PostgreSQL server, through Odoo's and PostgreSQL's own programs."""

    def __init__(self, server):
        self.env = environment() | server.environment()

    # -- what is there ------------------------------------------------------------------------

    def comment(self, name):
        """What database ``name`` was built from; None when there is no such database."""
        rows = self._sql(
            "select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database "
            f"where datname = '{name}'"
        )
        return rows[0] if rows else None

    def _sql(self, query, database="postgres"):
        answer = subprocess.run(
            [paths.PYTHON, "-c", _QUERY, database, query],
            capture_output=True, text=True, env=self.env, check=False,
        )  # fmt: skip
        if answer.returncode:
            raise Stop(f"PostgreSQL does not answer: {answer.stderr.strip().splitlines()[-1]}")
        return answer.stdout.splitlines()

    # -- building -----------------------------------------------------------------------------

    def ensure_base(self, profile):
        """Build the base of ``profile`` unless it is there; return its name."""
        name = f"campo_base_{profile}"
        key = _key("base", profile, _odoo_version(), *_modules(profile), ITALIAN_FIRM.read_text())
        if self.comment(name) == key:
            return name
        settings = PROFILES[profile]
        with step(f"Odoo's own modules, once ({profile})"):
            building = self._start_building(name)
            init = ["db", "-c", paths.CONFIG, "init", building, "--force"]
            if settings["country"]:
                init += ["--country", settings["country"], "--with-demo"]
            self._odoo(init, "base")
            self._install(building, _modules(profile), settings["options"], "base")
            if settings["country"]:
                self._shell(building, ITALIAN_FIRM, "base")
            self._finish_building(building, name, key)
        return name

    def ensure_template(self, profile):
        """Build the template of ``profile`` from its base unless it is up to date."""
        name = f"campo_template_{profile}"
        parts = (profile, _odoo_version(), *_modules(profile), repr(PROFILES[profile]))
        key = _key("template", *parts, addons_fingerprint())
        if self.comment(name) == key:
            return name
        base = self.ensure_base(profile)
        with step(f"Campo's addons ({profile})"):
            building = self._start_building(name)
            self.copy(base, building)
            log = f"install-{profile}"
            (paths.LOGS / f"{log}.log").unlink(missing_ok=True)
            settings = PROFILES[profile]
            if not settings.get("campo_demo", True):
                # Odoo loads demo data of a new module when all it stands on have theirs.
                self._sql("update ir_module_module set demo = false where name = 'mail'", building)
            self._install(building, paths.CAMPO_ADDONS, settings["options"], log)
            if check_log(paths.LOGS / f"{log}.log"):
                raise Stop("Campo's addons were installed with warnings: see above.")
            self._finish_building(building, name, key)
        return name

    def ensure_demo(self):
        """The database that `./dev run` serves; its data are kept when Campo's code changes."""
        key = _key("demo", addons_fingerprint())
        current = self.comment(DEMO)
        if current == key:
            return DEMO
        if current is None:
            base = self.ensure_base("demo")
            with step("Campo's addons with demo data"):
                building = self._start_building(DEMO)
                self.copy(base, building)
                self._install(building, paths.CAMPO_ADDONS, PROFILES["demo"]["options"], "install")
                self._finish_building(building, DEMO, key)
        else:
            self._update(DEMO, key)
        return DEMO

    def ensure_kept(self, name):
        """A database of somebody's own, at first bare; its data are kept like the demo's."""
        key = _key("kept", addons_fingerprint())
        current = self.comment(name)
        if current is None:
            self.copy(self.ensure_template("bare"), name)
            self._sql(f"comment on database \"{name}\" is '{key}'")
        elif current != key:
            self._update(name, key)

    def _update(self, name, key):
        with step(f"Campo's addons changed: updating the database {name}"):
            self._odoo(
                ["server", *_ONCE, "-c", paths.CONFIG, "-d", name, "-u", "knowledge_base"],
                "install",
            )
            self._sql(f"comment on database \"{name}\" is '{key}'")

    def copy(self, source, target):
        """Copy a database and its file store."""
        self.drop(target)
        self._sql(f'create database "{target}" template "{source}"')
        files = paths.DATA / "filestore"
        if (files / source).is_dir():
            shutil.copytree(files / source, files / target, copy_function=_link_or_copy)

    def drop(self, name):
        """Drop a database and its file store, if there.

        Not ``with (force)``: that refuses a plain owner while autovacuum is at work in it.
        """
        self._sql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            f"where datname = '{name}' and pg_has_role(usesysid, 'USAGE')"
        )
        self._sql(f'drop database if exists "{name}"')
        shutil.rmtree(paths.DATA / "filestore" / name, ignore_errors=True)

    def set_parameter(self, database, key, value):
        """Set a system parameter of a database that no server has read yet."""
        self._sql(
            "insert into ir_config_parameter (key, value) "
            f"values ('{key}', '{value}') on conflict (key) do update set value = excluded.value",
            database,
        )

    def drop_all(self):
        """Drop every database of this checkout (`./dev reset`)."""
        for name in self._sql("select datname from pg_database where datname like 'campo\\_%'"):
            self.drop(name)

    def _start_building(self, name):
        building = f"{name}_building"
        self.drop(building)
        return building

    def _finish_building(self, building, name, key):
        self._sql(f"comment on database {building} is '{key}'")
        self.drop(name)
        self._sql(f"alter database {building} rename to {name}")
        files = paths.DATA / "filestore"
        if (files / building).is_dir():
            (files / building).rename(files / name)

    def _install(self, database, modules, options, log):
        self._odoo(
            [
                "server",
                *_ONCE,
                "-c",
                paths.CONFIG,
                "-d",
                database,
                "-i",
                ",".join(modules),
                *options,
            ],
            log,
        )

    def _odoo(self, arguments, log, script=None):
        run(
            [paths.PYTHON, "-m", "odoo", *arguments],
            log=log,
            env=self.env,
            script=script,
            failure="Odoo could not prepare the database:",
        )

    def _shell(self, database, script, log):
        """Run a Python file in Odoo's shell on a database."""
        options = ["-c", paths.CONFIG, "-d", database, "--no-http", "--log-level=warn"]
        self._odoo(["shell", *options], log, script=script)


_ONCE = ("--stop-after-init", "--no-http", "--max-cron-threads=0", "--log-level=warn")

_QUERY = """
import sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(sys.argv[2])
for row in cursor.fetchall() if cursor.description else ():
    print(row[0])
"""


def _link_or_copy(source, target):
    """File-store files never change, so a hard link is a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def manifest(addon):
    return ast.literal_eval((paths.ADDONS / addon / "__manifest__.py").read_text())


def _modules(profile):
    """Odoo modules that Campo's manifests pull in, plus those of the profile."""
    pulled = {name for addon in paths.CAMPO_ADDONS for name in manifest(addon)["depends"]}
    return (*sorted(pulled - set(paths.CAMPO_ADDONS)), *PROFILES[profile]["extra"])


def _odoo_version():
    return (odoo_source.python_path() / "odoo" / "release.py").read_text()


def addons_fingerprint():
    """Digest of every file of the addons that has to do with a database's content."""
    digest = hashlib.sha256()
    for path in sorted(paths.ADDONS.rglob("*")):
        relative = path.relative_to(paths.ADDONS)
        if path.is_file() and not set(relative.parts) & set(_NOT_IN_DATABASE):
            digest.update(str(relative).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _key(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
