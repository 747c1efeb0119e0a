"""PostgreSQL: the server named by CAMPO_DB, or a private one in the local folder.

The private server listens on a socket only, in a folder that nobody else may enter, so it needs
no port and no password and disturbs no other server. Whoever uses it holds a shared lock; the
last one to leave stops it.

Odoo and the tests own their databases as a plain role, as they would at a hoster's; the
superuser only makes that role. In a cluster of before 2026-11-28 the role is the superuser
itself, and stays so until `./dev reset`.
"""

import contextlib
import fcntl
import getpass
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import paths
from .say import Stop, run, step
from .system import postgresql_bin

ROLE = "campo"  # owner of the databases; may create some, and nothing else
_SUPERUSER = "postgres"
MAX_SOCKET_PATH = 90  # the kernel's limit is 108 bytes, with the name of the socket in it

# Nothing here outlives a demo or a test run: speed before durability.
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 128MB
max_connections = 100
max_wal_size = 1GB
"""


class Server:
    """A running PostgreSQL server, as connection parameters."""

    def __init__(self, host, port="", user=ROLE, password=""):
        self.host, self.port, self.user, self.password = host, port, user, password

    def odoo_options(self):
        """Its lines of an Odoo configuration file."""
        options = {
            "db_host": self.host,
            "db_port": self.port,
            "db_user": self.user,
            "db_password": self.password,
        }
        return {key: value for key, value in options.items() if value}

    def environment(self):
        """Its environment variables for PostgreSQL's own programs."""
        pairs = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }
        return {key: str(value) for key, value in pairs.items() if value}


def external():
    """The existing server named by CAMPO_DB (a URL), or None."""
    if not (url := os.environ.get("CAMPO_DB")):
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise Stop(
            "CAMPO_DB is not a server's URL. It looks like postgresql://user:password@host:5432"
        )
    return Server(
        parts.hostname, parts.port or "", unquote(parts.username or ROLE),
        unquote(parts.password or ""),
    )  # fmt: skip


@contextlib.contextmanager
def server():
    """Give a running server; the private one is stopped when its last user leaves."""
    if found := external():
        yield found
        return
    private = _Private()
    with private.shared_use():
        private.start()
        yield Server(str(private.socket))


class _Private:
    """The private cluster. PostgreSQL refuses to run as root: then it runs as ``postgres``."""

    def __init__(self):
        self.owner = "postgres" if os.geteuid() == 0 else getpass.getuser()
        self.folder = _reachable_folder(self.owner)
        self.data = self.folder / "data"
        self.socket = self.folder / "socket"
        if len(str(self.socket)) > MAX_SOCKET_PATH:
            self.socket = Path("/tmp") / f"campo-{_short_hash()}"

    @contextlib.contextmanager
    def shared_use(self):
        paths.LOCAL.mkdir(exist_ok=True)
        with (paths.LOCAL / "postgresql.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            try:
                yield
            finally:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._stop()

    def start(self):
        if not (self.data / "PG_VERSION").is_file() or not (self.folder / "ready").exists():
            self._create()
        if not self._is_running():
            with step("PostgreSQL"):
                self._start()

    def _start(self):
        self._make_folder(self.socket)
        self._program(
            "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "start",
            failure="The private PostgreSQL does not start. "
            "`./dev reset` makes a new one (the demo data are lost).",
        )  # fmt: skip

    def _create(self):
        with step("Private PostgreSQL cluster"):
            self._stop()
            shutil.rmtree(self.data, ignore_errors=True)  # a half-finished one
            self._make_folder(self.folder)
            self._program(
                "initdb", "-D", self.data, "-E", "UTF8", "--locale=C.UTF-8", "-U", _SUPERUSER,
                "--auth=trust", failure="The private PostgreSQL cluster could not be created.",
            )  # fmt: skip
            with (self.data / "postgresql.conf").open("a") as settings:
                settings.write(_SETTINGS.format(socket=self.socket))
            self._start()
            self._program(
                "createuser", "-h", self.socket, "-U", _SUPERUSER, "--createdb", ROLE,
                failure="The owner of the databases could not be created in PostgreSQL.",
            )  # fmt: skip
            (self.folder / "ready").touch()

    def _make_folder(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, self.owner)
        folder.chmod(stat.S_IRWXU)

    def _is_running(self):
        return self._quiet("pg_ctl", "-D", self.data, "status") == 0

    def _stop(self):
        if self._is_running():
            self._quiet("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    def _program(self, name, *arguments, failure):
        run(
            [_program_path(name), *arguments],
            log="postgresql",
            failure=failure,
            cwd="/",
            **self._identity(),
        )

    def _quiet(self, name, *arguments):
        return subprocess.run(
            [_program_path(name), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            check=False,
            **self._identity(),
        ).returncode

    def _identity(self):
        """Who runs PostgreSQL's programs: the cluster's owner, with none of root's groups."""
        if os.geteuid() != 0:
            return {}
        return {
            "user": self.owner,
            "group": pwd.getpwnam(self.owner).pw_gid,
            "extra_groups": [],
        }


def _program_path(name):
    if folder := postgresql_bin():
        return folder / name
    raise Stop("PostgreSQL's server programs are not installed (Debian package postgresql).")


def _short_hash():
    return hashlib.sha256(str(paths.TOP).encode()).hexdigest()[:10]


def _reachable_folder(owner):
    """The cluster's folder: the local one, unless its owner may not enter it (under /root, say)."""
    if owner == getpass.getuser() or os.geteuid() != 0:
        return paths.PG
    uid = pwd.getpwnam(owner).pw_uid
    for parent in paths.PG.parents:
        if parent.exists():
            mode = parent.stat()
            mine = mode.st_uid == uid and mode.st_mode & stat.S_IXUSR
            if not (mine or mode.st_mode & stat.S_IXOTH):
                return Path(f"/var/lib/postgresql/campo-{_short_hash()}")
    return paths.PG


def forget():
    """Stop the private server and delete its cluster (`./dev reset`)."""
    if external() or not postgresql_bin():
        return
    private = _Private()
    private._stop()
    shutil.rmtree(private.folder, ignore_errors=True)
