import base64
import io
import struct
import zlib

from PIL import AvifImagePlugin, ExifTags, Image, ImageOps  # noqa: F401

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..tools import photos
from .common import HelpdeskCommon

TAKEN = "2026:11:09 08:30:00"
# Somewhere in Thiene: what must not be found in any form.
LATITUDE, LONGITUDE = (45.0, 42.0, 31.987), (11.0, 28.0, 43.654)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
    b'exif:GPSLatitude="45,42.533N"/></rdf:RDF></x:xmpmeta>'
)


def _exif(orientation=6):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Telephone"
    exif[ExifTags.Base.DateTime] = TAKEN
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = TAKEN
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: LATITUDE,
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: LONGITUDE,
            ExifTags.GPS.GPSMapDatum: "WGS-84-OF-THIENE",
        }
    )
    return exif


def _photo(kind="JPEG", size=(120, 80), **options):
    buffer = io.BytesIO()
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    picture.save(buffer, kind, exif=_exif(), **options)
    return buffer.getvalue()


def _heic():
    """The shape of a HEIC file, as far as we read it: we have no encoder."""
    exif = _exif().tobytes().removeprefix(b"Exif\x00\x00")
    head = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"heic", 0, b"mif1", b"heic")
    content = b"\x00\x00\x00\x06Exif\x00\x00" + exif + XMP + b"picture"
    return head + struct.pack(">I4s", len(content) + 8, b"mdat") + content


def _bomb():
    """A PNG of a few kilobytes that says it is 30,000 by 30,000 pixels."""

    def chunk(name, content):
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0)
    drawn = zlib.compress(b"\x00" * 3751 * 300)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", drawn) + chunk(b"IEND", b"")


def _encode(raw):
    return base64.b64encode(raw).decode()


@tagged("post_install", "-at_install")
class TestPhotos(HelpdeskCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls._create_ticket()

    def _assert_no_position(self, raw):
        self.assertNotIn(b"THIENE", raw)
        self.assertNotIn(b"GPSLatitude", raw)
        for degrees in (31987, 43654):
            for order in "<>":
                self.assertNotIn(struct.pack(f"{order}II", degrees, 1000), raw)

    def _add(self, *files):
        return self.ticket._intake_files(
            [{"name": name, "data": _encode(raw)} for name, raw in files]
        )

    # === THE POSITION === #

    def test_the_position_goes_and_time_and_orientation_stay(self):
        kinds = {
            "JPEG": {"quality": 90, "progressive": True, "xmp": XMP},
            "PNG": {},
            "WEBP": {"lossless": True, "xmp": XMP},
            "AVIF": {"xmp": XMP},
        }
        for kind, options in kinds.items():
            with self.subTest(kind=kind):
                before = _photo(kind, **options)
                self.assertIn(b"THIENE", before)
                after = photos.clean_photo("photo", before)
                self._assert_no_position(after)
                with Image.open(io.BytesIO(after)) as kept, Image.open(io.BytesIO(before)) as sent:
                    exif = kept.getexif()
                    self.assertFalse(exif.get_ifd(ExifTags.IFD.GPSInfo))
                    self.assertNotIn(ExifTags.IFD.GPSInfo, exif)
                    self.assertEqual(exif[ExifTags.Base.Make], "Telephone")
                    original = exif.get_ifd(ExifTags.IFD.Exif)
                    self.assertEqual(original[ExifTags.Base.DateTimeOriginal], TAKEN)
                    if kind != "AVIF":
                        # AVIF keeps the orientation outside of Exif.
                        self.assertEqual(exif[ExifTags.Base.Orientation], 6)
                    # Not a pixel has changed.
                    self.assertEqual(kept.tobytes(), sent.tobytes())
                    self.assertEqual(
                        ImageOps.exif_transpose(kept).size, ImageOps.exif_transpose(sent).size
                    )

    def test_heic_is_taken_without_its_position(self):
        before = _heic()
        after = photos.clean_photo("IMG_0001.HEIC", before)
        self._assert_no_position(after)
        self.assertEqual(len(after), len(before))
        self.assertIn(TAKEN.encode(), after)
        self.assertTrue(after.endswith(b"picture"))

    def test_a_tiff_is_taken_without_its_position(self):
        # What Exif is kept in is a TIFF file by itself.
        before = _exif().tobytes().removeprefix(b"Exif\x00\x00")
        after = photos.clean_photo("scan.tif", before)
        self._assert_no_position(after)
        self.assertEqual(len(after), len(before))
        self.assertIn(TAKEN.encode(), after)
        self.assertEqual(photos.clean_photo("scan.tif", after), after)

    def test_what_a_camera_appends_to_a_jpeg_is_cut_off(self):
        before = _photo() + b"\x00\x00\x00\x18ftypmp42" + b"+45.7089+011.4788/"
        after = photos.clean_photo("motion.jpg", before)
        self.assertNotIn(b"+45.7089", after)
        self.assertTrue(after.endswith(b"\xff\xd9"))

    def test_cleaning_twice_changes_nothing_more(self):
        for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
            with self.subTest(kind=kind):
                once = photos.clean_photo("photo", _photo(kind))
                self.assertEqual(photos.clean_photo("photo", once), once)

    def test_exif_that_leads_nowhere_goes_as_a_whole(self):
        exif = _exif().tobytes()
        for broken in (
            exif[:20],
            b"Exif\x00\x00II*\x00\xff\xff\xff\x7f",
            b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff",
            b"Exif\x00\x00rubbish",
        ):
            with self.subTest(broken=broken[:16]):
                plain = io.BytesIO()
                Image.new("RGB", (8, 8)).save(plain, "JPEG")
                head = b"\xff\xe1" + struct.pack(">H", len(broken) + 2)
                raw = plain.getvalue()
                photo = photos.clean_photo("x.jpg", raw[:2] + head + broken + raw[2:])
                with Image.open(io.BytesIO(photo)) as picture:
                    self.assertFalse(picture.getexif())

    # === WHAT IS KEPT === #

    def test_a_large_photo_is_kept_as_it_is_with_its_time(self):
        sent = _photo(size=(4000, 3000))
        photo = self._add(("large.jpg", sent))
        with Image.open(io.BytesIO(photo.raw)) as picture:
            self.assertEqual(picture.size, (4000, 3000))
            self.assertEqual(picture.getexif()[ExifTags.Base.DateTime], TAKEN)
        self._assert_no_position(photo.raw)

    def test_the_same_photo_sent_again_is_kept_once(self):
        for size in ((120, 80), (4000, 3000)):
            sent = _photo(size=size)
            first = self._add(("a.jpg", sent))
            with self.subTest(size=size):
                self.assertEqual(self._add(("b.jpg", sent)), first)
                # Downloaded from us and sent once more, too.
                self.assertEqual(self._add(("c.jpg", first.raw)), first)

    def test_other_files_stay_as_they_are(self):
        document = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF"
        self.assertEqual(self._add(("a.pdf", document)).raw, document)

    # === WHAT IS REFUSED === #

    def test_bad_photos_get_a_sentence(self):
        photo = _photo(size=(800, 600))
        for name, raw, sentence in (
            ("text.jpg", b"just a text", "is no photo"),
            ("text.HEIC", b"just a text", "is no photo"),
            ("cut.jpg", photo[: len(photo) // 2], "arrived damaged"),
            ("head.jpg", photo[:30], "arrived damaged"),
            ("cut.png", _photo("PNG", size=(800, 600))[:-2000], "arrived damaged"),
            ("cut.webp", _photo("WEBP", size=(800, 600))[:600], "arrived damaged"),
            ("bomb.png", _bomb(), "too many pixels"),
            ("photo", _bomb(), "too many pixels"),
        ):
            with self.subTest(name=name), self.assertRaisesRegex(ValidationError, sentence):
                self._add((name, raw))

    def test_a_photo_of_a_hundred_megabytes_is_too_big(self):
        with self.assertRaisesRegex(ValidationError, "huge.jpg is too big"):
            self._add(("huge.jpg", b"\xff\xd8\xff" + b"\x00" * 100 * 1024 * 1024))

    def test_good_files_are_kept_when_others_are_refused(self):
        good = _photo()
        attachments, refused = self.ticket._intake_each(
            [
                {"name": "text.jpg", "data": _encode(b"just a text")},
                {"name": "good.jpg", "data": _encode(good)},
                {"name": "bomb.png", "data": _encode(_bomb())},
            ]
        )
        self.assertEqual(attachments.mapped("name"), ["good.jpg"])
        self.assertEqual([item["name"] for item in refused], ["text.jpg", "bomb.png"])
        self.assertIn("is no photo", refused[0]["reason"])

    def test_all_reasons_are_told_when_none_is_of_use(self):
        with self.assertRaisesRegex(ValidationError, r"(?s)text\.jpg.*bomb\.png"):
            self.ticket._intake_each(
                [
                    {"name": "text.jpg", "data": _encode(b"just a text")},
                    {"name": "bomb.png", "data": _encode(_bomb())},
                ]
            )
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", self.ticket.id)]
            )
        )

    def test_any_bytes_are_cleaned_or_refused_and_never_crash(self):
        """Every one of many damaged photos ends in bytes without the position or in a reason."""
        for kind in ("JPEG", "PNG", "WEBP"):
            photo = _photo(kind)
            for at in range(0, len(photo), max(1, len(photo) // 60)):
                for value in (0, 255):
                    damaged = bytearray(photo)
                    damaged[at] = value
                    with self.subTest(kind=kind, at=at, value=value):
                        try:
                            photos.clean_photo("photo", bytes(damaged))
                        except photos.PhotoError as error:
                            self.assertIn(error.reason, ("not_a_photo", "damaged", "too_large"))
