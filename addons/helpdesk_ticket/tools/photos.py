"""Photos that people send: judged by decoding them, and rid of the place where they were taken.

When a photo was taken and which side is up stay in it; its picture is not encoded anew. The same
photo always gives the same bytes, so that one that is sent twice is still known to be the same.
"""

import io
import re
import struct
import zlib

# Odoo loads few of Pillow's plugins: telephones send WebP, too.
from PIL import Image, WebPImagePlugin  # noqa: F401

# Odoo makes no thumbnail of what is larger; a "bomb" of a few kilobytes can be a thousand times it.
MAX_PIXELS = 50_000_000
# What we decode. Others are taken without a look, HEIC because
# Pillow reads none, the rest because each decoder is one more that a file can attack.
FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
NAMES = re.compile(r"\.(jpe?g|png|webp|avif|gif|tiff?|bmp|hei[cf])$", re.I)
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

# Tags of the main directory that lead to where it was taken, or may repeat it in another form.
GPS, XMP, IPTC, PHOTOSHOP = 0x8825, 0x02BC, 0x83BB, 0x8649
TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
MAX_ENTRIES = 1000


class PhotoError(ValueError):
    """A file that calls itself a photo and cannot be used as one.

    :param str reason: ``not_a_photo``, ``damaged`` or ``too_large``
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def clean_photo(name, raw):
    """Judge what looks like a photo, by content or by name, and take its position out.

    :return: the bytes to keep; those of other files as they are
    :raise PhotoError: for a photo that is none
    """
    kind = _get_kind(raw)
    if not kind:
        if NAMES.search(name):
            raise PhotoError("not_a_photo")
        return raw
    if kind in FORMATS:
        _check_picture(raw, FORMATS[kind])
    try:
        return CLEANERS.get(kind, bytes)(raw)
    except (struct.error, IndexError, ValueError) as error:
        raise PhotoError("damaged") from error


def _get_kind(raw):
    if raw[4:8] == b"ftyp":
        brands = {raw[i : i + 4] for i in range(8, min(64, len(raw)), 4)}
        if b"avif" in brands or b"avis" in brands:
            return "avif"
        return "heif" if brands & set(HEIF_BRANDS) else None
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "webp"
    starts = {
        b"\xff\xd8\xff": "jpeg",
        b"\x89PNG\r\n\x1a\n": "png",
        b"GIF8": "gif",
        b"II*\x00": "tiff",
        b"MM\x00*": "tiff",
    }
    return next((kind for start, kind in starts.items() if raw.startswith(start)), None)


def _check_picture(raw, pillow_format):
    try:
        with Image.open(io.BytesIO(raw), formats=[pillow_format]) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise PhotoError("too_large")
            # Lets the decoder of JPEGs skip most of the work; it reads to the end all the same.
            picture.draft("L", (max(width // 8, 1), max(height // 8, 1)))
            picture.load()
    except Image.DecompressionBombError as error:
        raise PhotoError("too_large") from error
    except PhotoError:
        raise
    except (OSError, ValueError, SyntaxError, struct.error, EOFError, MemoryError) as error:
        raise PhotoError("damaged") from error


# === EXIF: a TIFF directory, wherever it is kept === #


def _blank_position(data, start=0):
    """Overwrite the position in a TIFF structure, in place: nothing else moves.

    :return: whether there is such a structure at ``start``
    """
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[start : start + 2]))
    if not order or len(data) < start + 8:
        return False
    magic, offset = struct.unpack_from(f"{order}HI", data, start + 2)
    if magic != 42:
        return False
    directory = start + offset
    if directory + 2 > len(data):
        return False
    (count,) = struct.unpack_from(f"{order}H", data, directory)
    end = directory + 2 + 12 * count
    if count > MAX_ENTRIES or end > len(data):
        return False
    for entry in range(end - 12, directory, -12):
        tag, kind, number, value = struct.unpack_from(f"{order}HHII", data, entry)
        if tag == GPS:
            _blank_directory(data, start, start + value, order)
        elif tag in (XMP, IPTC, PHOTOSHOP):
            _blank_value(data, start, entry, order, kind, number)
        else:
            continue
        # The entries behind it move up, and with them the address of the next directory.
        stop = min(end + 4, len(data))
        rest = bytes(data[entry + 12 : stop])
        data[entry:stop] = rest + b"\x00" * 12
        count -= 1
        end -= 12
    struct.pack_into(f"{order}H", data, directory, count)
    return True


def _blank_directory(data, start, directory, order):
    if directory + 2 > len(data):
        return
    (count,) = struct.unpack_from(f"{order}H", data, directory)
    end = min(directory + 2 + 12 * min(count, MAX_ENTRIES), len(data))
    for entry in range(directory + 2, end - 11, 12):
        _tag, kind, number, _value = struct.unpack_from(f"{order}HHII", data, entry)
        _blank_value(data, start, entry, order, kind, number)
    data[directory:end] = b"\x00" * (end - directory)


def _blank_value(data, start, entry, order, kind, number):
    size = TYPE_SIZES.get(kind, 1) * number
    if size > 4:
        (value,) = struct.unpack_from(f"{order}I", data, entry + 8)
        begin, stop = start + value, min(start + value + size, len(data))
        if begin < stop:
            data[begin:stop] = b"\x00" * (stop - begin)


def _clean_exif(exif):
    """Exif data without the position; nothing of it if it cannot be read."""
    data = bytearray(exif)
    return bytes(data) if _blank_position(data) else b""


# === FILES === #


def _clean_jpeg(raw):
    """Keep what shows and dates the picture; what cameras append to it (films, depth) goes too."""
    kept, at = [b"\xff\xd8"], 2
    while True:
        while raw[at] == 0xFF and raw[at + 1] == 0xFF:
            at += 1
        if raw[at] != 0xFF:
            raise ValueError("no marker")
        marker = raw[at + 1]
        if marker == 0xD9:
            kept.append(b"\xff\xd9")
            return b"".join(kept)
        (length,) = struct.unpack_from(">H", raw, at + 2)
        segment = raw[at : at + 2 + length]
        at += 2 + length
        kept.append(_clean_segment(marker, segment))
        if marker == 0xDA:
            stop = _find_marker(raw, at)
            kept.append(raw[at:stop])
            at = stop


def _clean_segment(marker, segment):
    if not 0xE0 <= marker <= 0xEF:
        return segment
    content = segment[4:]
    if marker == 0xE1 and content.startswith(b"Exif\x00\x00"):
        exif = _clean_exif(content[6:])
        head = struct.pack(">BBH", 0xFF, 0xE1, len(exif) + 8)
        return head + b"Exif\x00\x00" + exif if exif else b""
    # How it is drawn: density, colours. Everything else is somebody's remark.
    is_kept = marker in (0xE0, 0xEE) or content.startswith(b"ICC_PROFILE\x00")
    return segment if is_kept else b""


def _find_marker(raw, at):
    """Where the drawing ends: at a marker that is neither an escape nor a restart."""
    while (at := raw.find(b"\xff", at)) >= 0 and at + 1 < len(raw):
        if raw[at + 1] == 0xFF:
            at += 1
        elif raw[at + 1] == 0 or 0xD0 <= raw[at + 1] <= 0xD7:
            at += 2
        else:
            return at
    # Odoo lets Pillow draw what has been cut off: here it is told.
    raise ValueError("no end")


def _clean_png(raw):
    kept, at = [raw[:8]], 8
    while at + 12 <= len(raw):
        (length,) = struct.unpack_from(">I", raw, at)
        name, content = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + length]
        if name == b"eXIf":
            content = _clean_exif(content)
        is_remark = name in (b"iTXt", b"tEXt", b"zTXt") and content.startswith(
            (b"XML:com.adobe.xmp", b"Raw profile type")
        )
        if content and not is_remark or not length:
            check = zlib.crc32(name + content)
            kept.append(struct.pack(">I", len(content)) + name + content + struct.pack(">I", check))
        if name == b"IEND":
            return b"".join(kept)
        at += 12 + length
    raise ValueError("no end")


def _clean_webp(raw):
    kept, at = [], 12
    stop = min(8 + struct.unpack_from("<I", raw, 4)[0], len(raw))
    while at + 8 <= stop:
        name, (length,) = raw[at : at + 4], struct.unpack_from("<I", raw, at + 4)
        content = raw[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
        if name == b"EXIF":
            prefix = b"Exif\x00\x00" if content.startswith(b"Exif\x00\x00") else b""
            exif = _clean_exif(content[len(prefix) :])
            content = exif and prefix + exif
        elif name == b"XMP ":
            content = b""
        elif name == b"VP8X":
            # No more of those remarks in it.
            content = bytes([content[0] & ~0x04]) + content[1:]
        if content:
            padding = b"\x00" * (len(content) % 2)
            kept.append(name + struct.pack("<I", len(content)) + content + padding)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _clean_heif(raw):
    """In place: in these files everything is found by its address."""
    data = bytearray(raw)
    for header in (b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08"):
        at = -1
        while (at := raw.find(header, at + 1)) >= 0:
            _blank_position(data, at)
    for match in re.finditer(rb"<x:xmpmeta.*?</x:xmpmeta>", raw, re.S):
        data[match.start() : match.end()] = b" " * (match.end() - match.start())
    return bytes(data)


def _clean_tiff(raw):
    data = bytearray(raw)
    if not _blank_position(data):
        raise ValueError("no directory")
    return bytes(data)


CLEANERS = {
    "jpeg": _clean_jpeg,
    "png": _clean_png,
    "webp": _clean_webp,
    "avif": _clean_heif,
    "heif": _clean_heif,
    "tiff": _clean_tiff,
}
