import csv
import io
from datetime import date

from odoo.tools import format_date
from odoo.tools.misc import get_lang

# A cell that begins so is a formula to a spreadsheet, whoever has written it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(env, header, rows):
    """A table as a CSV file that spreadsheets of the reader's country open with a double click.

    :param list header: titles of the columns
    :param rows: lists of cells: texts, dates, numbers (amounts have two decimals) or nothing
    :return: bytes, UTF-8 with a byte order mark
    """
    point = get_lang(env).decimal_point or "."
    buffer = io.StringIO()
    # Where numbers have a comma, columns are separated by a semicolon.
    writer = csv.writer(buffer, delimiter=";" if point == "," else ",", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_to_cell(env, value, point) for value in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _to_cell(env, value, point):
    if value is None or value is False:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", point)
    if isinstance(value, date):
        return format_date(env, value)
    text = str(value)
    # Spreadsheets leave out blanks before a formula.
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
