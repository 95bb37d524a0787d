"""Rows of a list as a CSV file that a spreadsheet opens as it is, and in which nothing runs."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

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
