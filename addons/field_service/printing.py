"""Texts and pictures for forms on paper: moments in a zone, photos small enough to be mailed."""

import base64
import io

import pytz
import qrcode
from PIL import Image, ImageOps, UnidentifiedImageError

from odoo.tools import format_date, format_time
from odoo.tools.image import image_data_uri

# What fits three in a row on paper; the photo itself is kept as it was sent.
PHOTO_SIZE = (640, 640)
PHOTO_QUALITY = 75
SIGNATURE_SIZE = (600, 300)


def format_moment(env, moment, timezone):
    """Day and time of a naive UTC moment; empty for none."""
    if not moment:
        return ""
    return f"{_format_day(env, moment, timezone)} {_format_time(env, moment, timezone)}"


def format_times(env, start, stop, timezone):
    """Times of the day, e.g. *08:10–10:30*; empty for none."""
    return "–".join(_format_time(env, moment, timezone) for moment in (start, stop) if moment)


def format_stretch(env, start, stop, timezone):
    """From when to when: the day is said twice only when it is another one."""
    if not start:
        return ""
    if not stop:
        return format_moment(env, start, timezone)
    if _format_day(env, start, timezone) == _format_day(env, stop, timezone):
        return f"{_format_day(env, start, timezone)} {format_times(env, start, stop, timezone)}"
    return f"{format_moment(env, start, timezone)} – {format_moment(env, stop, timezone)}"


def shrink_photo(raw):
    """A photo as a small JPEG in a data URI; empty for what is no picture (any more)."""
    try:
        with Image.open(io.BytesIO(raw or b"")) as picture:
            # Lets the decoder of JPEGs skip most of the work.
            picture.draft("RGB", PHOTO_SIZE)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ""
    upright.thumbnail(PHOTO_SIZE)
    return _as_data_uri(upright, "JPEG", quality=PHOTO_QUALITY)


def shrink_signature(data):
    """A signature, base64, as a data URI; it keeps its transparent background."""
    if not data:
        return ""
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        picture.thumbnail(SIGNATURE_SIZE)
        return _as_data_uri(picture, "PNG")


def draw_qr(text):
    """A QR code as the path of a drawing; a scratch on it may hide up to 15 % of it.

    :return: how many modules it is wide, border included, and the path that draws the dark ones
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, modules in enumerate(rows)
        for column, is_dark in enumerate(modules)
        if is_dark
    )
    return len(rows), path


def _as_data_uri(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return image_data_uri(base64.b64encode(buffer.getvalue()))


def _format_day(env, moment, timezone):
    return format_date(env, pytz.utc.localize(moment).astimezone(pytz.timezone(timezone)))


def _format_time(env, moment, timezone):
    return format_time(env, moment, tz=timezone, time_format="short")
