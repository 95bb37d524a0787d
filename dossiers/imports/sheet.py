"""A spreadsheet as lines of text, one at a time: CSV whose encoding and separator are found out, or XLSX."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Generator, Iterator
from datetime import date, datetime
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.xml import XmlRefused
from documents.sniffing import Refused, sniff

SEPARATORS = ";,\t|"
BLOCK = 1 << 20
XLSX_MAGIC = b"PK\x03\x04"
TRACE = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x98-\x9d]")
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
UNREADABLE = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    OSError,
    SyntaxError,
    XmlRefused,
)

Line = tuple[int, list[str]]


def lines(file: IO[bytes]) -> Generator[Line, None, None]:
    """Each line that is not empty with its number as people count, the header first; Refused when it can't be read."""
    start = file.read(4)
    file.seek(0)
    if not start:
        raise Refused(_("Ce fichier est vide. Vérifiez-le, puis joignez-le de nouveau."))
    source = _xlsx(file) if start == XLSX_MAGIC else _csv(file)
    for number, cells in source:
        if any(cells):
            yield number, cells


# --- text ------------------------------------------------------------------------------------------------
def _csv(file: IO[bytes]) -> Iterator[Line]:
    encoding = encoding_of(file)
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        separator = separator_of(text.readline(65_536))
        text.seek(0)
        reader = csv.reader(text, delimiter=separator, strict=True)
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except (csv.Error, UnicodeError) as error:
        raise Refused(
            _("Ce fichier CSV est mal formé (guillemet non fermé, cellule immense). Enregistrez-le de nouveau.")
        ) from error
    finally:
        if not file.closed:
            text.detach()


def encoding_of(file: IO[bytes]) -> str:
    """UTF-8 or UTF-16 by its mark, UTF-8 when all of it is, else the Windows page; Refused when several are mixed."""
    start = file.read(4)
    file.seek(0)
    for mark, name in BOMS.items():
        if start.startswith(mark):
            _whole(file, name)
            return name
    try:
        _whole(file, "utf-8")
    except Refused:
        _refuse_mixture(file)
        _whole(file, "cp1252")
        return "cp1252"
    return "utf-8"


def _whole(file: IO[bytes], encoding: str) -> None:
    """Read it all once, a block at a time; Refused at the first sign that this encoding does not have."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := file.read(BLOCK):
            if "\0" in decoder.decode(block):
                raise Refused(_unknown())
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Refused(_unknown()) from error
    finally:
        file.seek(0)


def _refuse_mixture(file: IO[bytes]) -> None:
    """« Ã© » in a name is the trace of two encodings in one file: which is right can't be known."""
    mixed = any(TRACE.search(line) for line in file)
    file.seek(0)
    if mixed:
        raise Refused(
            _("Ce fichier mélange deux encodages : des accents seraient faux. Enregistrez-le en « CSV UTF-8 ».")
        )


def _unknown() -> str:
    return _("L’encodage de ce fichier n’est pas reconnu. Enregistrez-le en « CSV UTF-8 » ou en classeur Excel.")


def separator_of(header: str) -> str:
    """The sign that cuts the header into the most cells."""
    counts = {sign: header.count(sign) for sign in SEPARATORS}
    best = max(counts, key=lambda sign: counts[sign])
    if not counts[best]:
        raise Refused(_("La première ligne doit donner le nom des colonnes, séparés par un point-virgule."))
    return best


# --- workbooks -------------------------------------------------------------------------------------------
def _xlsx(file: IO[bytes]) -> Iterator[Line]:
    """The first sheet, row by row; the workbook is opened by the same checks as any other upload first."""
    sniff(file.read(), "classeur.xlsx")
    file.seek(0)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        width = 0
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=60), start=1):
            cells = [_text(cell) for cell in row]
            width = width or max((rank for rank, cell in enumerate(cells, start=1) if cell), default=0)
            yield number, cells[:width]
        book.close()
    except UNREADABLE as error:
        raise Refused(_("Ce classeur ne s’ouvre pas. Enregistrez-le de nouveau au format .xlsx.")) from error


def _text(cell: Any) -> str:
    """What a person reads in the cell: fifteen digits are all that a spreadsheet keeps of a number."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float):
        text = f"{cell:.15g}"
        return text.replace(".", ",") if "e" not in text else text
    return str(cell).strip()
