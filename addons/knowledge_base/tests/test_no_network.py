import shutil
import socket
import subprocess
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.knowledge_base import encoder

from . import pdf_files
from .common import KnowledgeBaseCommon, real_encoder

# A program run by it sees no network at all: what its native code does counts, too.
WITHOUT_NETWORK = ("unshare", "--map-root-user", "--net")
WAYS_OUT = ("connect", "connect_ex", "sendto", "sendmsg")


def _is_local(address) -> bool:
    """A path of the file system, or this very machine: where PostgreSQL may be."""
    return isinstance(address, str) or address[0] in ("localhost", "127.0.0.1", "::1")


@contextmanager
def closed_sockets():
    """Whoever turns to another machine, or asks for its address, fails the test."""

    def refuse(*arguments, **_more):
        raise AssertionError(f"the network was used: {arguments}")

    def only_local(way):
        reached = getattr(socket.socket, way)

        def go(self, *arguments):
            if not any(_is_local(address) for address in arguments[-1:]):
                refuse(way, *arguments)
            return reached(self, *arguments)

        return go

    with (
        patch.multiple(socket.socket, **{way: only_local(way) for way in WAYS_OUT}),
        patch.object(socket, "getaddrinfo", refuse),
        patch.object(socket, "gethostbyname", refuse),
    ):
        yield


def may_close_network() -> bool:
    """Whether this system lets a program be shut off from the network."""
    return (
        bool(shutil.which(WITHOUT_NETWORK[0]))
        and not subprocess.run(
            [*WITHOUT_NETWORK, "true"], stderr=subprocess.DEVNULL, check=False
        ).returncode
    )


@contextmanager
def programs_without_network():
    """Programs that Odoo starts beside itself have no network, where the system allows that."""
    prefix = WITHOUT_NETWORK if may_close_network() else ()
    start = subprocess.Popen

    def closed(command, *arguments, **options):
        return start([*prefix, *command], *arguments, **options)

    with patch.object(subprocess, "Popen", closed):
        yield


@tagged("post_install", "-at_install")
class TestNoNetwork(KnowledgeBaseCommon):
    """Nothing leaves the server: with the sockets closed everything that searches answers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.article = cls._create_article("Caldaia in blocco", "Il bruciatore non parte.")
        cls._create_article("Fattura con indirizzo errato", "La sede è cambiata.")
        cls.entries = cls.env["knowledge.entry"].with_user(cls.user_employee)

    def test_another_machine_is_out_of_reach(self):
        with closed_sockets(), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as way_out:
            with self.assertRaisesRegex(AssertionError, "network was used"):
                way_out.connect(("192.0.2.1", 443))
            with self.assertRaisesRegex(AssertionError, "network was used"):
                socket.create_connection(("example.com", 443))

    def test_a_program_sees_no_network(self):
        if not may_close_network():
            self.skipTest("This system lets no program be shut off from the network (unshare)")
        with programs_without_network():
            answer = subprocess.run(
                ["cat", "/proc/net/dev"], capture_output=True, text=True, check=True
            )
        interfaces = {line.split(":")[0].strip() for line in answer.stdout.splitlines()[2:]}
        self.assertLessEqual(interfaces, {"lo"})

    def test_words_alone_answer(self):
        with closed_sockets(), patch.object(encoder, "get", return_value=None):
            self.assertEqual(self._find("bruciatore in blocco")[:1], [self.article.name])
            found = self.entries.search_page("bruciatore in blocco", {"days": "30"})["problems"]
            self.assertEqual(found[0]["title"], self.article.name)
            entry = self._entry_of(self.article)
            self.assertEqual(self.env["knowledge.event"].record(entry.ids, "solved"), entry.ids)
            self.assertTrue(self.env["knowledge.unanswered"].record("montacarichi cigolante"))

    def test_the_encoder_is_loaded_and_answers(self):
        if not encoder.is_installed():
            self.skipTest("the encoder is not installed")
        with closed_sockets(), programs_without_network(), real_encoder():
            self.env["knowledge.vector"]._fill()
            found = self._find("the boiler is blocked, the burner does not start", lang="en_US")
            self.assertEqual(found[:1], [self.article.name])
            self.assertFalse(encoder.last_failure())

    def test_the_words_of_a_pdf_are_read(self):
        file = self.env["ir.attachment"].create(
            {"name": "manuale.pdf", "raw": pdf_files.text_pdf(["Pompa CR 32"])}
        )
        with closed_sockets(), programs_without_network():
            file._read_words()
        self.assertEqual(file.index_content, "Pompa CR 32")
