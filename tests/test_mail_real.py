"""Mail in and out through real servers: SMTP, IMAP and Odoo's own scheduled jobs between them."""

import base64
import contextlib
import email.policy
import importlib.util
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import psycopg2
import pytest

from campo import mail_servers, paths
from campo.say import end_process

GIULIA = "giulia@alfa.example"
WAIT_SECONDS = 90

pytestmark = pytest.mark.skipif(bool(mail_servers.missing()), reason=mail_servers.missing())


@pytest.fixture(scope="module")
def servers():
    with mail_servers.mail_servers() as running:
        yield running


@pytest.fixture(scope="module")
def desk(campo, servers):
    return Desk(campo, servers, campo.run_in_shell("mail_cast.py"))


class Desk:
    """The helpdesk's side of the mail: what an administrator sets up, and what came of a mail."""

    def __init__(self, campo, servers, cast):
        self.campo, self.servers, self.cast = campo, servers, cast
        self.address, self._last = cast["address"], 0
        # What the copied database was set up with would ask or send elsewhere.
        for model in ("fetchmail.server", "ir.mail_server"):
            if others := [row["id"] for row in self.find(model, [])]:
                self.call(model, "write", others, vals={"active": False})
        self.inbox = self.add_inbox(self.address)
        (outbox,) = self.call(
            "ir.mail_server",
            "create",
            vals_list=[
                {
                    "name": "SMTP",
                    "smtp_host": mail_servers.HOST,
                    "smtp_port": servers.smtp_port,
                    "smtp_encryption": "none",
                }
            ],
        )
        self.call("ir.mail_server", "test_smtp_connection", [outbox])
        self.new_tickets()

    def add_inbox(self, address):
        """Have Odoo fetch a mailbox; give its `fetchmail.server`."""
        values = {
            "name": f"IMAP {address}",
            "server": mail_servers.HOST,
            "port": self.servers.imap_port,
            "user": address,
            "password": mail_servers.PASSWORD,
        }
        (inbox,) = self.call("fetchmail.server", "create", vals_list=[values])
        self.call("fetchmail.server", "button_confirm_login", [inbox])
        return inbox

    def call(self, model, method, ids=None, **arguments):
        return self.campo.call(self.cast["key"], model, method, ids, **arguments)

    def find(self, model, domain, *fields):
        return self.call(
            model, "search_read", domain=domain, fields=list(fields) or ["id"], order="id"
        )

    def fetch(self):
        """Odoo's job that fetches mails, then the one that sends what is queued."""
        for job in ("fetch", "send"):
            self.call("ir.cron", "method_direct_trigger", [self.cast[job]])
        (inbox,) = self.find("fetchmail.server", [["id", "=", self.inbox]], "error_message")
        assert not inbox["error_message"]

    def receive(self, mail, sender=GIULIA):
        """A mail is sent to the desk and fetched; give the tickets it opened."""
        self.servers.send(sender, self.address, mail)
        self.fetch()
        return self.new_tickets()

    def new_tickets(self):
        """Tickets that were opened since the last time somebody asked."""
        tickets = self.find(
            "helpdesk.ticket",
            [["id", ">", self._last]],
            "number", "name", "team_id", "partner_id", "partner_email", "channel", "description",
        )  # fmt: skip
        self._last = max([self._last, *(ticket["id"] for ticket in tickets)])
        return tickets

    def messages(self, ticket):
        return self.find(
            "mail.message",
            [["model", "=", "helpdesk.ticket"], ["res_id", "=", ticket["id"]]],
            "message_id", "message_type", "body", "author_id", "subtype_id", "attachment_ids",
        )  # fmt: skip

    def original(self, ticket):
        """Bytes of the mail kept on a ticket, and the note that carries it."""
        (file,) = self.find(
            "ir.attachment",
            [
                ["res_model", "=", "helpdesk.ticket"],
                ["res_id", "=", ticket["id"]],
                ["name", "=", "mail.eml"],
            ],
            "datas",
        )
        (note,) = [one for one in self.messages(ticket) if file["id"] in one["attachment_ids"]]
        return base64.b64decode(file["datas"]), note

    def unseen(self):
        return self.servers.read(self.address, "UNSEEN")


def write(to, subject="Caldaia ferma", text="Non parte più.", **headers):
    """A mail as a customer's mail program writes it."""
    mail = EmailMessage()
    mail["From"] = f"Giulia Posta <{GIULIA}>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = make_msgid(domain="alfa.example")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def answer(mail, text, **headers):
    """The answer to a mail, as a mail program makes it from the headers."""
    return write(
        mail["Reply-To"] or mail["From"],
        f"Re: {mail['Subject']}",
        text,
        In_Reply_To=mail["Message-ID"],
        References=f"{mail['References'] or ''} {mail['Message-ID']}".strip(),
        **headers,
    )


@pytest.fixture
def case(desk):
    """A request that came by mail: what was written, its ticket, and the acknowledgement."""
    before = len(desk.servers.read(GIULIA))
    request = write(desk.address, text="La caldaia è ferma da stamattina.")
    (ticket,) = desk.receive(request)
    (acknowledgement,) = desk.servers.read(GIULIA)[before:]
    return request, ticket, acknowledgement


def test_nothing_is_left_of_the_servers():
    with mail_servers.mail_servers() as own:
        own.send(GIULIA, "somebody@posta.example", write("somebody@posta.example", "Pronto?"))
        (mail,) = own.read("somebody@posta.example", "UNSEEN")
        assert mail["Subject"] == "Pronto?"
        assert own.read("nobody@posta.example") == []
    assert not own.folder.exists()
    for port in (own.imap_port, own.smtp_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((mail_servers.HOST, port), timeout=5)


def test_a_mail_becomes_a_ticket_and_the_customer_reads_its_number(desk, case):
    request, ticket, acknowledgement = case
    assert ticket["name"] == request["Subject"]
    assert ticket["team_id"][0] == desk.cast["team"]
    assert ticket["partner_id"][0] == desk.cast["giulia"]
    assert ticket["channel"] == "email"
    assert "La caldaia è ferma da stamattina." in ticket["description"]
    assert not desk.unseen()

    assert acknowledgement["Delivered-To"] == GIULIA
    assert ticket["number"] in acknowledgement["Subject"]
    assert request["Message-ID"] in acknowledgement["References"].split()
    assert desk.address in acknowledgement["Reply-To"]
    body = acknowledgement.get_body(("plain", "html")).get_content()
    assert ticket["number"] in body


def test_the_customers_answer_joins_the_ticket(desk, case):
    _request, ticket, acknowledgement = case
    reply = answer(acknowledgement, "Il codice sul display è E04.")
    assert desk.receive(reply) == []
    (message,) = [one for one in desk.messages(ticket) if one["message_id"] == reply["Message-ID"]]
    assert message["message_type"] == "email"
    assert message["author_id"][0] == desk.cast["giulia"]
    assert message["subtype_id"][0] == desk.cast["comment"]
    assert "E04" in message["body"]


def test_a_machines_answer_opens_nothing_and_gets_none(desk, case):
    _request, ticket, acknowledgement = case
    mails = len(desk.servers.read(GIULIA))
    known = len(desk.messages(ticket))
    for text in ("Sono in ferie.", "Sono ancora in ferie."):
        away = answer(acknowledgement, text, Auto_Submitted="auto-replied")
        assert desk.receive(away) == []
    assert len(desk.messages(ticket)) == known + 2
    assert len(desk.servers.read(GIULIA)) == mails

    # One that speaks of none of our mails may open a ticket; two machines still don't talk.
    stray = write(desk.address, "Out of office", Auto_Submitted="auto-replied")
    desk.receive(stray)
    desk.fetch()
    assert len(desk.servers.read(GIULIA)) == mails


def test_our_own_mail_that_is_sent_back_starts_no_loop(desk, case):
    _request, ticket, acknowledgement = case
    mails = len(desk.servers.read(GIULIA))
    known = len(desk.messages(ticket))
    # A rule that forwards may rename it; a name that is known would be dropped in any case.
    acknowledgement.replace_header("Message-ID", make_msgid(domain="alfa.example"))
    assert desk.receive(acknowledgement.as_bytes(policy=email.policy.SMTP)) == []
    assert len(desk.messages(ticket)) == known
    assert len(desk.servers.read(GIULIA)) == mails


BROKEN = (
    b"From: Giulia Posta <giulia@alfa.example>\r\n"
    b"To: assistenza@posta.example\r\n"
    b"Subject: =?utf-8?Q?Pompa_rott?= \xe0\xff\r\n"
    b"Message-ID: <broken-mime@alfa.example>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="here"\r\n'
    b"\r\n"
    b"--here\r\n"
    b"Content-Type: text/plain; charset=no-such-charset\r\n"
    b"Content-Transfer-Encoding: base64\r\n"
    b"\r\n"
    b"TGEgcG9tcGE=%%%\r\n"
    b"--here\r\n"
    b"Content-Type: image/png\r\n"
    b"\xff\xfe the end is missing"
)


def test_a_broken_mail_becomes_a_ticket_with_its_original(desk):
    (ticket,) = desk.receive(BROKEN)
    assert ticket["team_id"][0] == desk.cast["team"]
    assert "Pompa" in ticket["name"]
    original, note = desk.original(ticket)
    assert note["subtype_id"][0] == desk.cast["note"]
    assert BROKEN.strip() in original
    assert not desk.unseen()


def corpus(name):
    """A mail of Python's own collection of odd ones, or None where the machine lacks it."""
    found = importlib.util.find_spec("test")
    folder = Path(found.origin).parent / "test_email/data" if found and found.origin else Path()
    path = folder / name
    return path.read_bytes() if path.is_file() else None


# 15: one boundary for two levels; 31: a boundary that the type doesn't name, and nothing else.
@pytest.mark.parametrize("name", ["msg_15.txt", "msg_31.txt"])
def test_an_odd_mail_of_pythons_collection_becomes_a_ticket_with_its_original(desk, name):
    raw = corpus(name)
    if raw is None:
        pytest.skip(f"This Python comes without its tests: test/test_email/data/{name} is missing.")
    raw = b"\r\n".join(raw.splitlines()) + b"\r\n"
    (ticket,) = desk.receive(raw, sender="stranger@elsewhere.example")
    assert ticket["team_id"][0] == desk.cast["team"]
    original, note = desk.original(ticket)
    assert note["subtype_id"][0] == desk.cast["note"]
    assert raw.strip() in original
    assert not desk.unseen()


def test_a_mail_delivered_twice_is_one_ticket(desk):
    mail = write(desk.address, "Doppia consegna")
    before = len(desk.servers.read(GIULIA))
    desk.servers.send(GIULIA, desk.address, mail)
    desk.servers.send(GIULIA, desk.address, mail)
    assert len(desk.unseen()) == 2
    desk.fetch()
    assert [ticket["name"] for ticket in desk.new_tickets()] == ["Doppia consegna"]
    # Also when it comes again later.
    assert desk.receive(mail) == []
    assert not desk.unseen()
    assert len(desk.servers.read(GIULIA)) == before + 1


# === WHEN SOMETHING DIES === #


@contextlib.contextmanager
def connection(desk):
    """A connection of our own to the server's database."""
    with contextlib.closing(psycopg2.connect(**database(desk))) as own:
        own.autocommit = True
        with own.cursor() as cursor:
            yield cursor


def database(desk):
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    env = desk.campo.env
    values = {key: env[name] for key, name in names.items() if env.get(name)}
    return {"dbname": desk.campo.database, **values}


def wait_until(condition, what):
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"Waited in vain: {what}")


@contextlib.contextmanager
def fetching_stopped_in_the_middle(desk):
    """An Odoo process of its own that has fetched a mail and waits before it makes the ticket.

    Gives the process; it may be killed. Afterwards nothing of it is left in the database.
    """
    script = f"env['fetchmail.server'].browse({desk.inbox}).fetch_mail()\nenv.cr.commit()\n"
    with connection(desk) as cursor:
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE helpdesk_ticket IN SHARE ROW EXCLUSIVE MODE")
        process = subprocess.Popen(
            [paths.PYTHON, "-m", "odoo", "shell", "-c", paths.CONFIG, "-d", desk.campo.database,
             "--no-http", "--log-level=critical"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
            env=desk.campo.env, cwd=paths.TOP, start_new_session=True,
        )  # fmt: skip
        try:
            process.stdin.write(script)
            process.stdin.close()
            wait_until(lambda: waiting(desk), "the mail is fetched and being processed")
            yield process
            cursor.execute("ROLLBACK")
            wait_until(lambda: not waiting(desk), "the process has gone on, or its rest is gone")
            process.wait(WAIT_SECONDS)
        finally:
            end_process(process)


def waiting(desk):
    """How many wait for somebody else's lock: the one on the tickets, or each other's."""
    with connection(desk) as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def test_odoo_dies_with_a_mail_in_its_hands_and_the_mail_is_fetched_again(desk):
    mail = write(desk.address, "Mentre il server muore")
    before = len(desk.servers.read(GIULIA))
    desk.servers.send(GIULIA, desk.address, mail)
    with fetching_stopped_in_the_middle(desk) as process:
        process.kill()
        process.wait()
    assert desk.new_tickets() == []
    assert [one["Message-ID"] for one in desk.unseen()] == [mail["Message-ID"]]

    desk.fetch()
    assert [ticket["name"] for ticket in desk.new_tickets()] == ["Mentre il server muore"]
    assert not desk.unseen()
    assert len(desk.servers.read(GIULIA)) == before + 1


def test_the_mail_server_dies_before_it_hears_that_a_mail_is_done(desk):
    mail = write(desk.address, "Mentre muore la posta")
    desk.servers.send(GIULIA, desk.address, mail)
    with fetching_stopped_in_the_middle(desk):
        desk.servers.stop_imap()
    desk.servers.start_imap()
    assert [ticket["name"] for ticket in desk.new_tickets()] == ["Mentre muore la posta"]
    assert [one["Message-ID"] for one in desk.unseen()] == [mail["Message-ID"]]

    # It comes again, is known, and is done.
    desk.fetch()
    assert desk.new_tickets() == []
    assert not desk.unseen()


def test_a_mail_that_two_mailboxes_get_at_once_is_one_ticket(desk):
    second = desk.add_inbox("info@posta.example")
    mail = write(desk.address, "A due caselle")
    before = len(desk.servers.read(GIULIA))
    for address in (desk.address, "info@posta.example"):
        desk.servers.send(GIULIA, address, mail)
    with ThreadPoolExecutor(1) as pool:
        with fetching_stopped_in_the_middle(desk):
            other = pool.submit(desk.call, "fetchmail.server", "fetch_mail", [second])
            wait_until(lambda: waiting(desk) >= 2, "both are at the same mail")
        other.result(WAIT_SECONDS)
    assert [ticket["name"] for ticket in desk.new_tickets()] == ["A due caselle"]
    desk.fetch()
    assert desk.new_tickets() == []
    for address in (desk.address, "info@posta.example"):
        assert not desk.servers.read(address, "UNSEEN")
    assert len(desk.servers.read(GIULIA)) == before + 1
