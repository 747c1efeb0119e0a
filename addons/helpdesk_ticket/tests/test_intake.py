import base64

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import HelpdeskCommon


def _encode(content):
    return base64.b64encode(content).decode()


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"


@tagged("post_install", "-at_install")
class TestIntake(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._create_ticket()

    def _names(self):
        return (
            self.env["ir.attachment"]
            .search([("res_model", "=", "helpdesk.ticket"), ("res_id", "=", self.ticket.id)])
            .mapped("name")
        )

    def test_photos_and_documents_are_taken(self):
        attachments = self.ticket._intake_files(
            [
                {"name": "photo.png", "data": self._picture(), "kind": "before"},
                {"name": "photo.jpg", "data": self._picture(kind="JPEG")},
                {"name": "verbale.pdf", "data": _encode(PDF)},
                {"name": "misure.csv", "data": _encode(b"a;b\n1;2\n")},
                {"name": "note.txt", "data": _encode("è ferma".encode())},
            ]
        )
        self.assertEqual(
            attachments.mapped("mimetype"),
            ["image/png", "image/jpeg", "application/pdf", "text/csv", "text/plain"],
        )
        self.assertEqual(attachments[0].description, "before")

    def test_what_a_computer_would_run_is_refused_whatever_its_name(self):
        for name, content in (
            ("photo.png", b"<html><script>alert(1)</script></html>"),
            ("photo.jpg", b"<!DOCTYPE html><p>x</p>"),
            ("photo.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
            ("photo.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
            ("photo.jpg", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 200),
            ("photo.jpg", b"\x7fELF\x02\x01\x01" + b"\x00" * 200),
            ("photo.jpg", b"#!/bin/sh\nrm -rf /\n"),
            ("programma.exe", base64.b64decode(self._picture())),
            ("pagina.html", b"solo testo"),
            ("macro.JS", b"solo testo"),
        ):
            with (
                self.subTest(name=name, content=content[:20]),
                self.assertRaisesRegex(ValidationError, name),
            ):
                self.ticket._intake_files([{"name": name, "data": _encode(content)}])
        self.assertEqual(self._names(), [])

    def test_the_limit_of_size_is_the_office_s(self):
        self.env["ir.config_parameter"].set_param("helpdesk_ticket.max_file_mb", "1")
        fits = {"name": "a.txt", "data": _encode(b"x" * 1024 * 1024)}
        too_big = {"name": "grande.txt", "data": _encode(b"x" * (1024 * 1024 + 1))}
        self.ticket._intake_files([fits])
        with self.assertRaisesRegex(ValidationError, "1 MB"):
            self.ticket._intake_files([too_big])
        for nonsense in ("0", "-3", "many", ""):
            self.env["ir.config_parameter"].set_param("helpdesk_ticket.max_file_mb", nonsense)
            with self.subTest(nonsense=nonsense):
                self.assertEqual(self.ticket._get_max_file_mb(), 25)

    def test_damaged_empty_or_shapeless_files_are_refused(self):
        for files in (
            [{"name": "a.png", "data": "not base64!"}],
            [{"name": "a.png", "data": ""}],
            [{"name": "a.png"}],
            [{"name": "a.png", "data": None}],
            [{"name": "a.png", "data": 12}],
            [{"name": "a.png", "data": ["x"]}],
            [{"name": "a.png", "data": "àà"}],
            ["a.png"],
            {"name": "a.png"},
            "a.png",
            None,
        ):
            with self.subTest(files=files), self.assertRaises(ValidationError):
                self.ticket._intake_files(files)

    def test_one_bad_file_keeps_all_out(self):
        good = {"name": "photo.png", "data": self._picture()}
        bad = {"name": "x.html", "data": _encode(b"x")}
        with self.assertRaises(ValidationError):
            self.ticket._intake_files([good, bad])
        self.assertEqual(self._names(), [])

    def test_too_many_at_a_time_are_refused(self):
        files = [{"name": f"{i}.txt", "data": _encode(b"x%d" % i)} for i in range(31)]
        with self.assertRaises(ValidationError):
            self.ticket._intake_files(files)
        self.assertEqual(len(self.ticket._intake_files(files[:30])), 30)

    def test_the_same_content_is_kept_once(self):
        red, blue = self._picture("red"), self._picture("blue")
        first = self.ticket._intake_files(
            [
                {"name": "a.png", "data": red},
                {"name": "b.png", "data": blue},
                {"name": "c.png", "data": red},
            ]
        )
        self.assertEqual(len(first), 2)
        again = self.ticket._intake_files([{"name": "d.png", "data": blue}])
        self.assertEqual(again, first[1])
        other = self._create_ticket()._intake_files([{"name": "a.png", "data": red}])
        self.assertNotIn(other, first)

    def test_names_are_made_harmless(self):
        for name, expected in (
            ("C:\\photo\\caldaia.png", "caldaia.png"),
            ("../../etc/caldaia.png", "caldaia.png"),
            ("cal\x00da\nia.png", "caldaia.png"),
            ("x" * 500 + ".png", "x" * 116 + ".png"),
        ):
            with self.subTest(name=name):
                attachment = self._create_ticket()._intake_files(
                    [{"name": name, "data": self._picture()}]
                )
                self.assertEqual(attachment.name, expected)
        for name in ("", None, "   ", "/"):
            with self.subTest(name=name):
                attachment = self._create_ticket()._intake_files(
                    [{"name": name, "data": self._picture()}]
                )
                self.assertTrue(attachment.name)
