"""Rows of a list as a file that a spreadsheet opens as it is, and in which nothing runs."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

BOM = "\ufeff"  # without it a spreadsheet takes the accents for something else
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Cell = str | Decimal | date | None


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Semicolons, quoted as RFC 4180 does, UTF-8: days as 2026-01-31, amounts with a comma and still numbers."""
    out = io.StringIO(BOM)
    out.seek(len(BOM))
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([text_cell(name) for name in header])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def xlsx_of(
    title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, about: tuple[str, Sequence[tuple[str, str]]]
) -> bytes:
    """A workbook of two sheets: the rows, their head frozen and filtered, and `about`: what they are, by name and value.

    Days and amounts are typed; words are text cells, so that none is read as a formula.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(header))
    for place, name in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = max(14, len(name) + 4)
    sheet.append([_typed(sheet, name) for name in header])
    count = 1
    for count, row in enumerate(rows, start=2):  # noqa: B007  the number of the last row is needed after
        sheet.append([_typed(sheet, cell) for cell in row])
    sheet.auto_filter.ref = f"A1:{last}{count}"
    name, facts = about
    notes = book.create_sheet(name)
    for fact in facts:
        notes.append([_typed(notes, text) for text in fact])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(sheet: Any, cell: Cell) -> WriteOnlyCell:
    if isinstance(cell, str):
        made = WriteOnlyCell(sheet, value=text_cell(cell))
        made.data_type = "s"
        return made
    made = WriteOnlyCell(sheet, value=cell)
    if isinstance(cell, Decimal):
        made.number_format = "#,##0.00"
    elif isinstance(cell, date):
        made.number_format = "dd/mm/yyyy"
    return made


def text_cell(text: str) -> str:
    """The words, never a formula: what could begin one is led by an apostrophe; control signs are dropped."""
    kept = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf"))
    return f"'{kept}" if kept.lstrip().startswith(FORMULA_STARTS) else kept


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell}".replace(".", ",")
    return cell.isoformat() if isinstance(cell, date) else text_cell(cell)
