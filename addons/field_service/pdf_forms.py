"""Fillable PDFs: which fields they have, and a filled copy that nobody can fill in again."""

import io
from dataclasses import dataclass

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    StreamObject,
    TextStringObject,
)
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth

MAX_BYTES = 10_000_000
MAX_PAGES = 50
PUSH_BUTTON = 1 << 16
RADIO = 1 << 15
MULTILINE = 1 << 12
HIDDEN = 1 << 1
NO_VIEW = 1 << 5
FONT = "Helvetica"
FONT_SIZE = 11
SMALLEST = 5
OFF = "/Off"
# What a filled copy has no use for: it must neither run nor ask for anything.
ACTIVE_KEYS = ("/AcroForm", "/OpenAction", "/AA", "/Names", "/Perms")


class PdfFormError(Exception):
    """Why a file is no fillable form: ``broken``, ``encrypted``, ``empty`` or ``large``."""


@dataclass(frozen=True)
class PdfField:
    """A field of a form; a choice has the names among which one is chosen."""

    name: str
    kind: str
    options: tuple = ()


def read_fields(raw):
    """Fields of a fillable PDF, in the order in which the file has them.

    :param bytes raw: the file
    :return: list of :class:`PdfField`
    :raise PdfFormError: when it is none
    """
    return _get_fields(_open(raw))


def fill(raw, values):
    """A copy with these values, flattened: the fields are gone, what they showed is drawn.

    :param dict values: by name of the field: text, ``True`` or ``False`` for a check box
    :return: bytes
    """
    reader = _open(raw)
    fields = {field.name: field for field in _get_fields(reader)}
    told = {}
    known = reader.get_fields()
    for name, field in fields.items():
        value = values.get(name, known[name].get("/V") or "")
        told[name] = _to_pdf(field, value, known[name])
    try:
        writer = PdfWriter(clone_from=reader)
        for page in writer.pages:
            if "/Annots" in page:
                fitted = _fit(page, told, fields)
                writer.update_page_form_field_values(page, fitted, auto_regenerate=False)
                _draw_widgets(writer, page)
            page.pop(NameObject("/AA"), None)
        writer.remove_annotations(subtypes="/Widget")
        for key in ACTIVE_KEYS:
            writer.root_object.pop(NameObject(key), None)
        buffer = io.BytesIO()
        writer.write(buffer)
    # Parsers of a format this old meet files nobody has thought of.
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise PdfFormError("broken") from error
    return buffer.getvalue()


def _fit(page, values, fields):
    """Break the text of fields with several lines, and write smaller what is too long for one."""
    fitted = dict(values)
    for widget in _get_widgets(page):
        name = _get_name(widget)
        if name not in values or fields[name].kind != "text":
            continue
        text = str(values[name])
        left, bottom, right, top = (float(value) for value in widget["/Rect"])
        width, height = abs(right - left) - 4, abs(top - bottom) - 4
        if int(_inherited(widget, "/Ff") or 0) & MULTILINE:
            size = FONT_SIZE
            lines = simpleSplit(text, FONT, size, width)
            while len(lines) * size * 1.4 > height and size > SMALLEST:
                size -= 0.5
                lines = simpleSplit(text, FONT, size, width)
            text = "\n".join(lines)
        else:
            text = " ".join(text.split())
            size = min(FONT_SIZE, max(height, SMALLEST))
            needed = stringWidth(text, FONT, size)
            if needed > width:
                size = max(SMALLEST, size * width / needed)
        fitted[name] = (text, "", size)
    return fitted


def _draw_widgets(writer, page):
    """Draw on the page what its fields look like.

    pypdf can flatten too, but it mixes up the buttons of one choice, which have one name.
    """
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    pictures = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
    drawing = []
    for number, widget in enumerate(_get_widgets(page)):
        picture = _get_picture(widget)
        if picture is None or int(widget.get("/F") or 0) & (HIDDEN | NO_VIEW):
            continue
        name = f"/CampoField{number}"
        picture[NameObject("/Type")] = NameObject("/XObject")
        picture[NameObject("/Subtype")] = NameObject("/Form")
        pictures[NameObject(name)] = picture.indirect_reference or writer._add_object(picture)
        drawing.append(f"q {_get_matrix(widget, picture)} cm {name} Do Q")
    before, after = DecodedStreamObject(), DecodedStreamObject()
    # Whatever the page's own drawing has left turned or shifted is put back first.
    before.set_data(b"q\n")
    after.set_data(("\nQ\n" + "\n".join(drawing) + "\n").encode())
    contents = page.get("/Contents")
    own = contents.get_object() if contents is not None else []
    own = list(own) if isinstance(own, ArrayObject) else [contents] if own else []
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *own, writer._add_object(after)]
    )


def _get_widgets(page):
    annotations = page["/Annots"].get_object() if "/Annots" in page else []
    widgets = [annotation.get_object() for annotation in annotations]
    return [widget for widget in widgets if widget.get("/Subtype") == "/Widget"]


def _get_picture(widget):
    """What a field looks like in its present state; None for nothing."""
    look = widget.get("/AP", {})
    normal = look.get_object().get("/N") if look else None
    normal = normal.get_object() if normal is not None else None
    if normal is None or isinstance(normal, StreamObject):
        return normal
    state = normal.get(widget.get("/AS", OFF))
    return state.get_object() if state is not None else None


def _get_matrix(widget, picture):
    """How a picture gets into the field's rectangle."""
    left, bottom, right, top = (float(value) for value in widget["/Rect"])
    left, right, bottom, top = (
        min(left, right),
        max(left, right),
        min(bottom, top),
        max(bottom, top),
    )
    box = [float(value) for value in picture.get("/BBox", (0, 0, right - left, top - bottom))]
    width, height = (box[2] - box[0]) or 1, (box[3] - box[1]) or 1
    across, up = (right - left) / width, (top - bottom) / height
    return f"{across:.5f} 0 0 {up:.5f} {left - box[0] * across:.5f} {bottom - box[1] * up:.5f}"


def _inherited(widget, key):
    while widget is not None:
        if key in widget:
            return widget[key]
        parent = widget.get("/Parent")
        widget = parent.get_object() if parent is not None else None
    return None


def _get_name(widget):
    """The full name of a field: those of its groups, with dots."""
    names = []
    while widget is not None:
        if "/T" in widget:
            names.append(str(widget["/T"]))
        parent = widget.get("/Parent")
        widget = parent.get_object() if parent is not None else None
    return ".".join(reversed(names))


def _open(raw):
    if len(raw or b"") > MAX_BYTES:
        raise PdfFormError("large")
    try:
        reader = PdfReader(io.BytesIO(raw or b""))
        if reader.is_encrypted:
            raise PdfFormError("encrypted")
        if len(reader.pages) > MAX_PAGES:
            raise PdfFormError("large")
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as error:
        raise PdfFormError("broken") from error
    return reader


def _get_fields(reader):
    try:
        found = reader.get_fields() or {}
        fields = [_describe(name, field) for name, field in found.items()]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PdfFormError("broken") from error
    fields = [field for field in fields if field]
    if not fields:
        raise PdfFormError("empty")
    return fields


def _describe(name, field):
    """A field that people fill in; None for buttons, signatures and groups of fields."""
    kind, flags = field.get("/FT"), int(field.get("/Ff") or 0)
    states = [str(state) for state in field.get("/_States_") or () if isinstance(state, str)]
    if kind == "/Tx":
        return PdfField(name, "text")
    if kind == "/Ch":
        return PdfField(name, "choice", tuple(states))
    if kind == "/Btn" and not flags & PUSH_BUTTON:
        options = tuple(state.removeprefix("/") for state in states if state != OFF)
        # Boxes of which one may be ticked are a choice too, whatever the file calls them.
        if flags & RADIO or len(options) > 1:
            return PdfField(name, "choice", options)
        return PdfField(name, "checkbox", options)
    return None


def _to_pdf(field, value, known):
    """A value as pypdf wants it: names of states begin with a stroke."""
    if field.kind == "checkbox":
        if isinstance(value, str):
            value = value.removeprefix("/") not in ("", "Off")
        return f"/{field.options[0]}" if value and field.options else OFF
    text = str(value or "")
    if field.kind == "choice" and known.get("/FT") == "/Btn":
        text = text.removeprefix("/")
        return f"/{text}" if text in field.options else OFF
    return TextStringObject(text)
