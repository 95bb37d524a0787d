"""An import, ready to show and to download."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from dossiers.imports.columns import COLUMNS, FAULTS, NAMES, PLACE
from dossiers.models import ClaimImport, ImportRow, ImportState, RowState
from reports.tables import Cell, csv_of

SHOWN = 100
TONES = {
    ImportState.READING: "info", ImportState.READY: "warning", ImportState.RUNNING: "info", ImportState.DONE: "success",
    ImportState.REFUSED: "danger", ImportState.CANCELLED: "neutral",
}  # fmt: skip
NOTES = {
    "prescribed": gettext_noop("La créance est prescrite : elle ne pourra être qu’un brouillon."),
    "no_office": gettext_noop("Aucune étude disponible là où vit le débiteur : elle ne pourra être qu’un brouillon."),
}


def earlier(batches: Iterable[ClaimImport]) -> list[dict[str, Any]]:
    """The last imports, one a line."""
    return [{"batch": batch, "tone": TONES[ImportState(batch.state)]} for batch in batches]


def report(batch: ClaimImport) -> dict[str, Any]:
    """What the page of an import shows: progress, counts, the first faults."""
    found = batch.rows.filter(state=RowState.BAD).order_by("line")[:SHOWN]
    noted = batch.rows.exclude(notes=[]).order_by("line")[:SHOWN]
    return {
        "batch": batch,
        "tone": TONES[ImportState(batch.state)],
        "done": batch.created + _settled(batch) if batch.state == ImportState.RUNNING else batch.lines,
        "faults": [fault for row in found for fault in _faults(row)][:SHOWN],
        "noted": [{"line": row.line, "reference": row.reference, "notes": _notes(row)} for row in noted],
        "has_news": bool(batch.good),
        "stayed": batch.created - batch.filed,
    }


def _settled(batch: ClaimImport) -> int:
    """Lines that turned out to be there already while the import ran."""
    return batch.rows.filter(state=RowState.KNOWN, line__lte=batch.position).count() - batch.known


def _faults(row: ImportRow) -> Iterator[dict[str, Any]]:
    for column, code in row.faults:
        wrong, todo = FAULTS[code]
        yield {"line": row.line, "column": column, "value": row.cells[PLACE[column]][:60], "wrong": wrong, "todo": todo}


def _notes(row: ImportRow) -> list[str]:
    return [_(NOTES[note]) if note in NOTES else note for note in row.notes]


def faults_csv(batch: ClaimImport) -> bytes:
    """The lines to correct as they were written, each with its number and its faults at the end."""
    return csv_of([*NAMES, _("ligne"), _("a_corriger")], _lines(batch))


def _lines(batch: ClaimImport) -> Iterator[list[Cell]]:
    for row in batch.rows.filter(state=RowState.BAD).order_by("line").iterator(chunk_size=1_000):
        told = " ".join(f"{fault['column']} : {fault['wrong']} {fault['todo']}" for fault in _faults(row))
        yield [*row.cells, str(row.line), told]


def template_csv() -> bytes:
    """The columns and one line as an example."""
    return csv_of(NAMES, [[column.example for column in COLUMNS]])


def template_xlsx() -> bytes:
    """The same as a workbook whose cells are text, so that no zero is lost at the beginning of a number."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Créances")
    for values in (NAMES, [column.example for column in COLUMNS]):
        sheet.append([_text_cell(sheet, value) for value in values])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet: Any, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = "@"
    return cell
