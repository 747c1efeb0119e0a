"""Reads a table of costs per kilometre, as automobile clubs publish and firms keep them.

Comma or semicolon between columns, decimal comma or point, days as 31/12/2026 or 2026-12-31.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import NamedTuple

MAX_BYTES = 2_000_000
MAX_ROWS = 20_000
HEADINGS = {
    "vehicle": ("vehicle", "veicolo", "model", "modello"),
    "vehicle_class": ("class", "classe", "vehicle class", "classe di veicolo"),
    "price": ("per km", "€/km", "eur/km", "euro/km", "price", "costo km", "reimbursed per km"),
    "date_from": ("valid from", "dal", "from", "valido dal"),
    "date_to": ("valid until", "al", "until", "valido fino al"),
}
NEEDED = ("vehicle", "price", "date_from")


class Row(NamedTuple):
    vehicle: str
    vehicle_class: str
    price: float
    date_from: date
    date_to: date | None


class TableError(ValueError):
    """A table that cannot be read.

    :param str reason: ``not_text``, ``heading``, ``value``, ``too_long`` or ``empty``
    :param int line: which line, 1 for the first
    :param str text: what stands there
    """

    def __init__(self, reason, line=0, text=""):
        super().__init__(reason)
        self.reason, self.line, self.text = reason, line, text


def read_table(content: bytes) -> list[Row]:
    """Every rate of a table, or an error with its line.

    >>> read_table("Veicolo;Classe;€/km;Dal;Al\\nPanda;A;0,4234;01/01/2026;\\n".encode())
    [Row(vehicle='Panda', vehicle_class='A', price=0.4234, date_from=datetime.date(2026, 1, 1), \
date_to=None)]
    >>> read_table(b"Vehicle,Per km,Valid from\\nVan,cheap,2026-01-01")
    Traceback (most recent call last):
    ...
    odoo.addons.expense_capture.rate_table.TableError: value
    """
    if len(content) > MAX_BYTES:
        raise TableError("too_long")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets of an Italian Windows write.
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise TableError("not_text")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    try:
        columns = _find_columns(next(reader, []))
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) >= MAX_ROWS:
                raise TableError("too_long", reader.line_num)
            rows.append(_read_row(cells, columns, reader.line_num))
    except csv.Error as error:
        raise TableError("not_text", reader.line_num) from error
    if not rows:
        raise TableError("empty")
    return rows


def _find_columns(cells):
    found = {}
    for index, cell in enumerate(cells):
        for name, headings in HEADINGS.items():
            if cell.strip().lower() in headings:
                found.setdefault(name, index)
    for name in NEEDED:
        if name not in found:
            raise TableError("heading", 1, name)
    return found


def _read_row(cells, columns, line):
    def cell(name):
        index = columns.get(name, len(cells))
        return cells[index].strip() if index < len(cells) else ""

    try:
        price = float(cell("price").replace("€", "").replace(",", ".").strip())
        start = _read_day(cell("date_from"))
        stop = _read_day(cell("date_to")) if cell("date_to") else None
    except ValueError as error:
        raise TableError("value", line, "; ".join(cells)[:100]) from error
    if not cell("vehicle") or not 0 <= price < 100 or (stop and stop < start):
        raise TableError("value", line, "; ".join(cells)[:100])
    return Row(cell("vehicle")[:100], cell("vehicle_class")[:100], price, start, stop)


def _read_day(text):
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError(text)
