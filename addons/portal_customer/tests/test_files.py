import io
import zipfile

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.field_service.tests.common import picture

from .test_pages import PagesCommon


@tagged("post_install", "-at_install")
class TestFilesPages(PagesCommon):
    def setUp(self):
        super().setUp()
        self.intervention.with_user(self.outside_user).add_files(
            files=[{"name": "seal.jpg", "data": picture(), "kind": "before"}]
        )
        self.url = f"/my/interventions/{self.intervention.id}"

    def test_all_files_are_downloaded_as_one_but_those_of_notes(self):
        self._note(self.intervention)
        for person in self.PERSONS:
            self._login(person)
            with self.subTest(person=person), mute_logger("odoo.http"):
                answer = self._get(f"{self.url}/files.zip")
                if person not in {"company", "site", "outside"}:
                    self.assertEqual(answer.status_code, 404)
                    continue
                with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
                    self.assertEqual(packed.namelist(), ["Before-seal.jpg"])
                self.assertIn(f"{self.url}/files.zip", self._get(self.url).text)

    def test_more_than_the_limit_gets_a_sentence_on_the_page(self):
        self.env["ir.config_parameter"].set_param("field_service.max_zip_mb", "1")
        self.env["ir.attachment"].create(
            {
                "name": "film.mp4",
                "raw": b"x" * (1024 * 1024 + 1),
                "res_model": self.intervention._name,
                "res_id": self.intervention.id,
            }
        )
        self._login("company")
        self.assertIn("one by one", self._get(f"{self.url}/files.zip").text)

    def test_of_several_photos_the_good_ones_are_kept_and_the_others_told(self):
        self._login("outside")
        answer = self._post(
            f"{self.url}/files",
            files=[
                self._photo("after.jpg"),
                ("files", ("text.jpg", b"a text", "image/jpeg")),
            ],
            kind="after",
        )
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text.jpg is no photo", answer.text)
        self.assertIn("after.jpg", self.intervention.photo_ids.mapped("name"))
        self.assertNotIn("text.jpg", self.intervention.photo_ids.mapped("name"))
