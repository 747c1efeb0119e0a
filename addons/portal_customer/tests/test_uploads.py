import io

from PIL import Image

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_routes import RoutesCommon

JPEG = "image/jpeg"
# What must not get in, whatever it is called and whatever the browser says it is.
BAD = (
    ("photo.jpg", b"MZ\x90\x00\x03" + b"x" * 64, JPEG),
    ("photo.jpg", b"\x7fELF" + b"x" * 64, JPEG),
    ("photo.jpg", b"<html><script>alert(1)</script></html>", JPEG),
    ("bill.pdf", b"<!DOCTYPE html><html><body>x</body></html>", "application/pdf"),
    ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "image/svg+xml"),
    ("run.bat", b"@echo off", "text/plain"),
    ("empty.jpg", b"", JPEG),
    ("text.jpg", b"a text", JPEG),
)


@tagged("post_install", "-at_install")
class TestUploads(RoutesCommon):
    """Each way to send a file from outside: the server judges what it is, how much and how many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checklist_photo = cls.env["service.checklist.answer"].create(
            {
                "intervention_id": cls.intervention.id,
                "item_id": cls.env["service.checklist.item"]
                .create(
                    {
                        "name": "Photo of the seal",
                        "kind": "photo",
                        "type_id": cls.intervention.type_id.id,
                    }
                )
                .id,
            }
        )
        cls.toll = cls.env["expense.kind"].search(
            [("is_mileage", "=", False), ("is_allowance", "=", False)], limit=1
        )
        ticket, job = f"/my/tickets/{cls.ticket.id}", f"/my/interventions/{cls.intervention.id}"
        # Who sends, where to, and what else stands on the form.
        cls.ways = (
            ("company", "/my/tickets/new", {"name": "The belt slips"}),
            ("company", f"{ticket}/files", {}),
            ("outside", f"{job}/files", {"kind": "before"}),
            ("outside", f"{job}/second_fault", {"description": "The lamp is dark"}),
            ("outside", f"{job}/checklist", {"answer_id": cls.checklist_photo.id}),
            (
                "outside",
                f"{job}/expense",
                {"kind": cls.toll.code, "amount": "4", "date": "2026-11-09"},
            ),
            ("outside", f"{job}/receipts", {}),
        )

    def _count_files(self):
        return self.env["ir.attachment"].search_count([("res_field", "=", False)])

    @mute_logger("odoo.http", "werkzeug")
    def test_nothing_that_is_executed_or_is_nothing_is_kept(self):
        login = None
        for person, url, typed in self.ways:
            if person != login:
                self._login(person)
                login = person
            before = self._count_files()
            for name, content, kind in BAD:
                if not content and url.endswith("/new"):
                    continue  # an input that was left empty is no file
                with self.subTest(url=url, name=name, start=content[:4]):
                    answer = self._post(url, files=[("files", (name, content, kind))], **typed)
                    self.assertEqual(self._count_files(), before)
                    self.assertLess(answer.status_code, 500)

    @mute_logger("odoo.http", "werkzeug")
    def test_too_much_and_too_many_are_refused(self):
        self.env["ir.config_parameter"].set_param("helpdesk_ticket.max_file_mb", "1")
        big = ("files", ("film.mp4", b"x" * (1024 * 1024 + 10), "video/mp4"))
        login = None
        for person, url, typed in self.ways:
            if person != login:
                self._login(person)
                login = person
            before = self._count_files()
            with self.subTest(url=url):
                self._post(url, files=[big], **typed)
                many = [
                    ("files", (f"{number}.txt", f"note {number}".encode(), "text/plain"))
                    for number in range(31)
                ]
                self._post(url, files=many, **typed)
                self.assertEqual(self._count_files(), before)

    @mute_logger("odoo.http", "werkzeug")
    def test_a_file_of_a_message_is_judged_like_any_other(self):
        self._login("company")
        before = self._count_files()
        for pending in ("true", "false"):
            for name, content, kind in BAD:
                with self.subTest(name=name, pending=pending):
                    answer = self._send_with_message(self.ticket, name, content, kind, pending)
                    self.assertIn("error", answer.json())
        self.assertEqual(self._count_files(), before)
        # What is fine goes along, without the place where it was taken.
        answer = self._send_with_message(self.ticket, "seal.jpg", _photo_with_place(), JPEG)
        file = self.env["ir.attachment"].browse(answer.json()["data"]["attachment_id"])
        with Image.open(io.BytesIO(file.raw)) as picture:
            self.assertFalse(picture.getexif().get_ifd(0x8825))

    @mute_logger("odoo.http", "werkzeug")
    def test_nobody_sends_files_to_a_foreign_conversation(self):
        before = self._count_files()
        for person in ("other", "stranger", None):
            if person:
                self._login(person)
            else:
                self.authenticate(None, None)
            for pending in ("true", "false"):
                with self.subTest(person=person, pending=pending):
                    answer = self._send_with_message(
                        self.ticket, "seal.txt", b"x", "text/plain", pending
                    )
                    self.assertEqual(answer.status_code, 404)
        self.assertEqual(self._count_files(), before)

    def _send_with_message(self, record, name, content, kind, pending="true"):
        return self._post(
            "/mail/attachment/upload",
            files=[("ufile", (name, content, kind))],
            thread_id=record.id,
            thread_model=record._name,
            is_pending=pending,
        )

    def test_names_and_words_of_people_outside_are_harmless(self):
        self._login("company")
        name = '"><script>alert(1)</script>.txt'
        self._post(
            f"/my/tickets/{self.ticket.id}/files",
            files=[("files", (name, b"a note", "text/plain"))],
        )
        for script in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"):
            self._post("/my/tickets/new", name=f"Belt {script}", description=f"It {script} slips")
        ticket = self.env["helpdesk.ticket"].search([("name", "like", "Belt %")], limit=1)
        for url in (
            "/my/tickets",
            f"/my/tickets/{self.ticket.id}",
            f"/my/tickets/{ticket.id}",
            "/my/tickets?search=<script>alert(1)</script>",
            "/my/tickets/new?name=<script>alert(1)</script>",
        ):
            with self.subTest(url=url):
                page = self._get(url).text
                self.assertNotIn("<script>alert(1)", page)
                self.assertNotIn("<img src=x", page)


def _photo_with_place():
    picture = Image.new("RGB", (16, 16), "red")
    exif = picture.getexif()
    exif[0x8825] = {1: "N", 2: (45.0, 24.0, 0.0), 3: "E", 4: (11.0, 52.0, 0.0)}
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()
