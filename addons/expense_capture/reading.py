"""What a receipt says: total, day, VAT number, shop. Pure functions, no database, no service.

An electronic invoice (FatturaPA) is read exactly; from text, what stands there is proposed.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import NamedTuple

from lxml import etree

MAX_XML = 5_000_000
AMOUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[. ]\d{3})+[.,]\d{2}|\d+[.,]\d{2})(?![\d.,]*\d)")
# The first that is found decides; what is paid comes before what is only called a total.
TOTALS = (
    re.compile(
        r"totale\s+(complessivo|documento|fattura|da\s+pagare)|importo\s+(totale|pagato)", re.I
    ),
    re.compile(r"total\s+amount|amount\s+due|grand\s+total", re.I),
    re.compile(r"\btotale\b|\btotal\b|\bpagato\b", re.I),
)
NO_TOTAL = re.compile(r"sub\s?-?total|iva|vat|imponibile|netto|sconto|punti", re.I)
VAT = re.compile(
    r"(?:p\.?\s*i\.?v\.?a\.?|partita\s+iva|part\.\s*iva|vat)[^\d\n]{0,20}?((?:IT)?\s?\d{11})\b",
    re.I,
)
DAYS = (
    re.compile(r"\b(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>20\d\d|\d\d)\b"),
    re.compile(r"\b(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"),
)
LETTERS = re.compile(r"[^\W\d_]{3,}")


class Reading(NamedTuple):
    """:param is_exact: said by an electronic invoice, not guessed from text"""

    total: float = 0.0
    day: date | None = None
    vat: str = ""
    vendor: str = ""
    currency: str = ""
    is_exact: bool = False


def read_text(text: str, today: date) -> Reading:
    """What the text of a receipt says; empty where it says nothing.

    >>> read_text('''AUTOGRILL S.p.A.
    ... P.IVA 01630730032
    ... 09/11/2026 13:05
    ... SUBTOTALE 34,55
    ... TOTALE COMPLESSIVO  38,00
    ... di cui IVA 3,45''', date(2026, 11, 20))
    Reading(total=38.0, day=datetime.date(2026, 11, 9), vat='IT01630730032', \
vendor='AUTOGRILL S.p.A.', currency='', is_exact=False)
    >>> read_text("nothing to see", date(2026, 11, 20)).total
    0.0
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()][:400]
    return Reading(
        total=_find_total(lines),
        day=_find_day(lines, today),
        vat=_find_vat("\n".join(lines)),
        vendor=next((line[:100] for line in lines if LETTERS.search(line)), ""),
    )


def _find_total(lines):
    for pattern in TOTALS:
        for index, line in enumerate(lines):
            if not pattern.search(line) or NO_TOTAL.search(line):
                continue
            # The amount may stand in the line below.
            for candidate in (line, *lines[index + 1 : index + 2]):
                if found := AMOUNT.findall(candidate):
                    return to_amount(found[-1])
    return 0.0


def to_amount(text: str) -> float:
    """
    >>> to_amount("1.234,50"), to_amount("12.50"), to_amount("1 234,00")
    (1234.5, 12.5, 1234.0)
    """
    digits = re.sub(r"[. ](?=\d{3})|[. ](?=.*,)", "", text)
    return float(digits.replace(",", "."))


def _find_day(lines, today):
    for line in lines:
        for pattern in DAYS:
            for found in pattern.finditer(line):
                year = int(found["y"])
                try:
                    day = date(
                        year + 2000 if year < 100 else year, int(found["m"]), int(found["d"])
                    )
                except ValueError:
                    continue
                if 0 <= (today - day).days <= 366:
                    return day
    return None


def _find_vat(text):
    for found in VAT.finditer(text):
        number = re.sub(r"\D", "", found[1])
        if is_vat(number):
            return f"IT{number}"
    return ""


def is_vat(number: str) -> bool:
    """Whether the last digit of an Italian VAT number fits the others.

    >>> is_vat("01630730032"), is_vat("01630730033"), is_vat("12")
    (True, False, False)
    """
    if not re.fullmatch(r"\d{11}", number):
        return False
    total = 0
    for index, digit in enumerate(map(int, number[:10])):
        double = digit * 2 if index % 2 else digit
        total += double - 9 if double > 9 else double
    return (10 - total % 10) % 10 == int(number[10])


def read_invoice(raw: bytes) -> Reading | None:
    """An Italian electronic invoice, None if it is none.

    >>> read_invoice(b"<a/>") is None, read_invoice(b"no xml") is None
    (True, True)
    """
    # Who declares entities has something in mind that is no invoice.
    if len(raw) > MAX_XML or b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if etree.QName(root).localname != "FatturaElettronica":
        return None

    def text(*names):
        path = "/".join(f"*[local-name()='{name}']" for name in names)
        found = root.xpath(f"({path})[1]")
        return (found[0].text or "").strip() if found else ""

    seller = ("FatturaElettronicaHeader", "CedentePrestatore", "DatiAnagrafici")
    document = ("FatturaElettronicaBody", "DatiGenerali", "DatiGeneraliDocumento")
    person = f"{text(*seller, 'Anagrafica', 'Nome')} {text(*seller, 'Anagrafica', 'Cognome')}"
    try:
        day = date.fromisoformat(text(*document, "Data")[:10])
        total = float(text(*document, "ImportoTotaleDocumento") or _sum_up(root))
    except ValueError:
        return None
    if not math.isfinite(total):
        return None
    return Reading(
        total=round(total, 2),
        day=day,
        vat=text(*seller, "IdFiscaleIVA", "IdPaese") + text(*seller, "IdFiscaleIVA", "IdCodice"),
        vendor=(text(*seller, "Anagrafica", "Denominazione") or person.strip())[:100],
        currency=text(*document, "Divisa")[:3].upper(),
        is_exact=True,
    )


def _sum_up(root):
    """Some invoices leave the total out: it is what each rate of VAT is about, and the VAT."""
    parts = root.xpath(
        "//*[local-name()='DatiRiepilogo']"
        "/*[local-name()='ImponibileImporto' or local-name()='Imposta']/text()"
    )
    return sum(map(float, parts))
