"""Real mail servers for tests: SMTP takes mails in, Dovecot hands them out by IMAP.

Both listen on free ports of this machine only, know every address and send nothing on: whatever
is mailed lands in a mailbox of the recipient's name. Nothing is left of them afterwards.
"""

import email.policy
import grp
import imaplib
import logging
import mailbox
import os
import pwd
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from .say import Stop, end_process
from .serving import free_port

HOST = "127.0.0.1"
PASSWORD = "campo"  # of every mailbox
START_SECONDS = 20
# Where Debian has it; people's PATH is often without the folder.
_DOVECOT_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
_ADDRESS = re.compile(r"[a-z0-9.+=_-]+@[a-z0-9.-]+")

# One user does everything, so it needs no root; its folder is the only one it writes to.
_DOVECOT = """
protocols = imap
listen = {host}
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def dovecot():
    """Path of Dovecot's program, or None."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *_DOVECOT_FOLDERS])
    return shutil.which("dovecot", path=path)


def missing():
    """What this machine lacks for the mail servers, as a sentence; empty if nothing."""
    lacks = []
    if not dovecot() or not Path("/usr/lib/dovecot/imap").exists():
        lacks.append("the Debian package dovecot-imapd")
    try:
        import aiosmtpd  # noqa: F401
    except ImportError:
        lacks.append("the Python package aiosmtpd (requirements-dev.txt)")
    return f"No mail servers here, this is missing: {', '.join(lacks)}." if lacks else ""


@contextmanager
def mail_servers():
    """Start both servers; give them as `MailServers`, and stop them in the end."""
    if reason := missing():
        raise Stop(reason)
    folder = Path(tempfile.mkdtemp(prefix="campo-mail-"))
    try:
        servers = MailServers(folder)
        try:
            servers.start()
            yield servers
        finally:
            servers.stop()
    finally:
        shutil.rmtree(folder)


class MailServers:
    """The two servers, their ports, and what a mail program does with them."""

    def __init__(self, folder):
        self.folder = folder
        # Dovecot lets nobody read mail as root, so it then runs as the user its package made.
        self.owner = pwd.getpwnam("dovecot") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.imap_port, self.smtp_port = free_port(), None
        self._imap = self._smtp = None

    def start(self):
        from aiosmtpd.controller import Controller

        self._give(self.folder)
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir()
            self._give(self.folder / name)
        self.start_imap()
        self.smtp_port = free_port()
        # It tells each command of each connection.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self._smtp = Controller(_Delivery(self), hostname=HOST, port=self.smtp_port)
        self._smtp.start()

    def stop(self):
        if self._smtp:
            self._smtp.stop()
        self.stop_imap()

    def start_imap(self):
        settings = self.folder / "dovecot.conf"
        group = self.owner.pw_gid
        settings.write_text(
            _DOVECOT.format(
                host=HOST,
                folder=self.folder,
                user=self.owner.pw_name,
                group=grp.getgrgid(group).gr_name,
                password=PASSWORD,
                port=self.imap_port,
            )
        )
        self._give(settings)
        identity = (
            {"user": self.owner.pw_uid, "group": group, "extra_groups": []}
            if os.geteuid() == 0
            else {}
        )
        with (self.folder / "dovecot.out").open("ab") as output:
            self._imap = subprocess.Popen(
                [dovecot(), "-F", "-c", settings],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
                **identity,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._imap.poll() is None:
            try:
                with socket.create_connection((HOST, self.imap_port), timeout=5) as connection:
                    if connection.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.1)
        raise Stop(f"Dovecot does not start:\n{self._log()}")

    def stop_imap(self):
        """End Dovecot with the connections it serves; `start_imap` makes it answer again."""
        if self._imap:
            end_process(self._imap)
            # A process that serves a mailbox goes on until its client leaves.
            with suppress(ProcessLookupError):
                os.killpg(self._imap.pid, signal.SIGKILL)
            self._imap = None

    def _log(self):
        logs = (self.folder / name for name in ("dovecot.out", "dovecot.log"))
        return "\n".join(log.read_text(errors="replace") for log in logs if log.exists())

    def _give(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    # === WHAT PEOPLE'S MAIL PROGRAMS DO === #

    def send(self, sender, recipient, mail):
        """Send a mail, an `EmailMessage` or its bytes, by SMTP."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=email.policy.SMTP)
        with smtplib.SMTP(HOST, self.smtp_port, timeout=60) as connection:
            connection.sendmail(sender, [recipient], raw)

    def read(self, address, criterion="ALL"):
        """Mails of a mailbox by IMAP, oldest first; reading leaves no mark.

        :param str criterion: of IMAP's SEARCH
        """
        with imaplib.IMAP4(HOST, self.imap_port, timeout=60) as connection:
            connection.login(address, PASSWORD)
            connection.select(readonly=True)
            _status, (numbers,) = connection.search(None, criterion)
            raws = [
                connection.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers.split()
            ]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]

    # === DELIVERY === #

    def deliver(self, address, raw):
        """Put a mail into the recipient's Maildir."""
        folder = self.folder / "mail" / address
        box = mailbox.Maildir(folder, create=True)
        for path in (folder, *(folder / name for name in ("cur", "new", "tmp"))):
            self._give(path)
        key = box.add(raw)
        self._give(folder / "new" / key)


class _Delivery:
    """What the SMTP server does with a mail, as any last server on a mail's way does."""

    def __init__(self, servers):
        self.servers = servers

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if not _ADDRESS.fullmatch(address.lower()):
            return "553 5.1.3 This is no address"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        for address in {address.lower() for address in envelope.rcpt_tos}:
            trace = f"Return-Path: <{envelope.mail_from}>\r\nDelivered-To: {address}\r\n"
            self.servers.deliver(address, trace.encode() + envelope.original_content)
        return "250 OK"
