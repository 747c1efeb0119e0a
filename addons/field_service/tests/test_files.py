import base64
import doctest
import io
import zipfile
from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .. import archive
from .common import FieldServiceCommon, picture


def _unpack(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


class FilesCommon(FieldServiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intervention = cls._create_intervention()
        cls._plan(cls.intervention)
        cls.working = cls.intervention.with_user(cls.user_technician)

    def _file(self, name="a.jpg", colour="red", **values):
        return {"name": name, "data": picture(colour), **values}


@tagged("post_install", "-at_install")
class TestFiles(FilesCommon):
    def test_several_photos_are_taken_at_once_with_what_they_show(self):
        added = self.working.add_files(
            files=[
                self._file("a.jpg", kind="before"),
                self._file("b.jpg", "blue", kind="after"),
                self._file("c.jpg", "green"),
            ]
        )
        photos = self.env["ir.attachment"].browse(added["attachment_ids"])
        self.assertEqual(photos.mapped("description"), ["before", "after", False])
        self.assertEqual(added["refused"], [])
        self.assertEqual(self.working.photo_ids, photos)

    def test_bad_files_keep_no_good_one_out(self):
        text = base64.b64encode(b"a text").decode()
        added = self.working.add_files(
            files=[{"name": "x.jpg", "data": text}, self._file("good.jpg")]
        )
        self.assertEqual(len(added["attachment_ids"]), 1)
        self.assertEqual([item["name"] for item in added["refused"]], ["x.jpg"])
        self.assertEqual(self.intervention.photo_ids.name, "good.jpg")
        with self.assertRaisesRegex(ValidationError, "is no photo"):
            self.working.add_files(files=[{"name": "x.jpg", "data": text}])

    def test_a_repeated_upload_adds_nothing(self):
        asked = {"files": [self._file()], "request_uuid": "upload-one-1"}
        self.assertEqual(self.working.add_files(**asked), self.working.add_files(**asked))
        self.working.add_files(files=[self._file("again.jpg")])
        self.assertEqual(self.intervention.attachment_count, 1)

    def test_the_gallery_costs_the_same_for_one_photo_and_for_many(self):
        costs = []
        for count in (1, 25):
            colours = [(count, number, 0) for number in range(count)]
            self.working.add_files(
                files=[self._file(f"{colour}.jpg", colour) for colour in colours]
            )
            for _turn in ("cached", "counted"):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.working.web_read({"photo_ids": {"fields": {"name": {}, "description": {}}}})
                cost = self.env.cr.sql_log_count - before
            costs.append(cost)
        self.assertEqual(*costs)

    # === ALL FILES AS ONE === #

    def test_all_files_are_packed_once_under_names_of_their_own(self):
        self.working.add_files(
            files=[
                self._file("a.jpg", kind="before"),
                self._file("a.jpg", "blue", kind="before"),
                self._file("a.jpg", "green"),
                {"name": "list.txt", "data": base64.b64encode(b"screws").decode()},
            ]
        )
        packed = _unpack(b"".join(archive.stream_zip(self.working._get_zip_entries())))
        self.assertEqual(list(packed), ["Before-a.jpg", "Before-a (2).jpg", "a.jpg", "list.txt"])
        self.assertEqual(packed["list.txt"], b"screws")
        photos = self.intervention.photo_ids
        self.assertEqual(packed["a.jpg"], photos[2].raw)

    def test_names_of_files_lead_nowhere(self):
        self.env["ir.attachment"].create(
            {
                "name": "../../etc/passwd",
                "raw": b"x",
                "res_model": self.intervention._name,
                "res_id": self.intervention.id,
            }
        )
        (entry,) = self.working._get_zip_entries()
        self.assertEqual(entry.name, "_.._etc_passwd")
        self.assertFalse(doctest.testmod(archive).failed)

    def test_more_than_the_limit_is_not_sent_as_one(self):
        self.env["ir.config_parameter"].set_param("field_service.max_zip_mb", "1")
        self.env["ir.attachment"].create(
            {
                "name": "film.mp4",
                "raw": b"x" * (1024 * 1024 + 1),
                "res_model": self.intervention._name,
                "res_id": self.intervention.id,
            }
        )
        with self.assertRaisesRegex(UserError, "one by one"):
            self.working._get_zip_entries()

    def test_nothing_to_pack_is_said(self):
        with self.assertRaisesRegex(UserError, "no photos or documents"):
            self.working.action_download_files()

    def test_nobody_downloads_what_they_may_not_read(self):
        self.working.add_files(files=[self._file()])
        for user in (self.user_colleague, self.user_employee, self.user_outside):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.intervention.with_user(user).action_download_files()

    def test_a_zip_file_is_made_piece_by_piece(self):
        big = archive.Entry("big.bin", datetime(1970, 1, 1), b"x" * 3 * archive.CHUNK)
        pieces = list(archive.stream_zip([big, big._replace(name="b.bin")]))
        self.assertGreater(len(pieces), 2)
        self.assertEqual(set(_unpack(b"".join(pieces))), {"big.bin", "b.bin"})


@tagged("post_install", "-at_install")
class TestFilesRoute(HttpCase, FilesCommon):
    def _url(self, intervention=None):
        return f"/service/intervention/{(intervention or self.intervention).id}/files.zip"

    def test_the_zip_file_is_sent_to_whoever_may_read_the_intervention(self):
        self.working.add_files(files=[self._file("à è.jpg"), self._file("b.jpg", "blue")])
        self.authenticate(self.user_technician.login, self.user_technician.login)
        answer = self.url_open(self._url())
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn(f"{self.intervention.number}.zip", answer.headers["Content-Disposition"])
        self.assertEqual(set(_unpack(answer.content)), {"à è.jpg", "b.jpg"})

    def test_a_foreign_intervention_and_a_missing_one_are_the_same(self):
        self.working.add_files(files=[self._file()])
        self.authenticate(self.user_colleague.login, self.user_colleague.login)
        missing = self.intervention.browse(self.intervention.id + 999)
        with mute_logger("odoo.http"):
            answers = [self.url_open(self._url(item)) for item in (self.intervention, missing)]
        self.assertEqual([answer.status_code for answer in answers], [404, 404])

    def test_without_a_login_there_is_nothing(self):
        self.working.add_files(files=[self._file()])
        self.assertNotIn(b"PK", self.url_open(self._url()).content[:2])

    def test_no_file_gets_a_sentence(self):
        self.authenticate(self.user_technician.login, self.user_technician.login)
        answer = self.url_open(self._url())
        self.assertEqual(answer.status_code, 409)
        self.assertIn("no photos or documents", answer.text)

    def test_thumbnails_are_made_of_photos_and_heic_breaks_nothing(self):
        heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64
        added = self.working.add_files(
            files=[self._file(), {"name": "b.heic", "data": base64.b64encode(heic).decode()}]
        )
        self.authenticate(self.user_technician.login, self.user_technician.login)
        for file_id in added["attachment_ids"]:
            with self.subTest(file=file_id):
                answer = self.url_open(f"/web/image/{file_id}/300x300")
                self.assertEqual(answer.status_code, 200)
