import socket
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.knowledge_base import encoder

from .common import KnowledgeBaseCommon

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
        with closed_sockets(), patch.multiple(encoder._State, encoder=None, failure=None):
            self.env["knowledge.vector"]._fill()
            found = self._find("the boiler does not start", lang="en_US")
            self.assertEqual(found[:1], [self.article.name])
            self.assertFalse(encoder.last_failure())
