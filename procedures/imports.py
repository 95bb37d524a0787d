"""A file of claims, from the upload to the drafts: read in chunks, confirmed by a person, carried out in chunks.

Each chunk is one transaction that holds the import's row and moves its position: whatever kills a worker, the next
one goes on after the last whole chunk, and nothing is made twice. The work runs with the rights of the creditor's
own portal, never wider.
"""

import hashlib
import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from time import monotonic
from typing import IO, Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import Creditor
from core.actors import Actor, Side
from core.statements import ask, prepared
from documents.models import Document, Tampered
from documents.services import store
from documents.sniffing import Refused, clean_stem
from dossiers import bulk
from dossiers.imports.columns import PLACE, Header, header_of
from dossiers.imports.reading import Fault, claim_of, read
from dossiers.imports.sheet import XLSX_MAGIC, Line, lines
from dossiers.intake import LOCK
from dossiers.models import ClaimImport, ImportRow, ImportState, RowState
from procedures.competence import is_served
from procedures.filing import submit_all
from procedures.limitation import is_prescribed
from tenants.context import WORKER, Audience, Context, acting_as
from tenants.models import Office

logger = logging.getLogger(__name__)
MOST_LINES, MOST_BYTES = 100_000, 40 * 1024 * 1024
READ_AT_ONCE, MADE_AT_ONCE = 2_000, 500
LEASE = timedelta(minutes=2)
KEPT = timedelta(days=30)
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Elsewhere(Exception):
    """Another worker has taken this import further: this one lets go."""


# --- what the person does --------------------------------------------------------------------------------
@transaction.atomic
def start(creditor: Creditor, upload: UploadedFile, *, by: str, now: datetime) -> ClaimImport:
    """Keep the file and have it read; nothing is created by it. Refused when its first line cannot be one of ours."""
    if (upload.size or 0) > MOST_BYTES:
        raise Refused(_("Ce fichier dépasse 40 Mo. Divisez-le."))
    content = upload.read()
    with closing(lines(io.BytesIO(content))) as source:
        header = _header(source)
    is_book = content.startswith(XLSX_MAGIC)
    name = f"{clean_stem(upload.name or '')}.{'xlsx' if is_book else 'csv'}"
    document = store(
        content, name=name, media_type=XLSX if is_book else CSV, brand=creditor.brand, creditor_id=creditor.pk
    )
    return ClaimImport.objects.create(creditor=creditor, document=document, by=by, at=now, ignored=list(header.ignored))


@transaction.atomic
def decide(batch: ClaimImport, *, goes_on: bool, files: bool, by: str, now: datetime) -> bool:
    """Create the good lines, or nothing at all; False when somebody has decided already."""
    held = ClaimImport.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if held.state != ImportState.READY:
        return False
    held.state = ImportState.RUNNING if goes_on and held.good else ImportState.CANCELLED
    held.decided_by, held.decided_at, held.files, held.position = by, now, files and goes_on, 0
    held.save(update_fields=["state", "decided_by", "decided_at", "files", "position"])
    return True


# --- what the worker does --------------------------------------------------------------------------------
def work(*, now: datetime, seconds: float = 60) -> int:
    """Take one import that nobody holds and bring it on, for a while; how many lines, 0 when none waits."""
    with acting_as(WORKER):
        batch = _take(now)
    if batch is None:
        return 0
    context = Context(Audience.PORTAL, brand=batch.creditor.brand_id, creditors=(batch.creditor_id,))
    step = _read_on if batch.state == ImportState.READING else _carry_on
    try:
        return step(batch, context, now, monotonic() + seconds)
    except Elsewhere:
        return 0
    finally:
        with acting_as(WORKER):
            ClaimImport.objects.filter(pk=batch.pk).update(free_at=None)


def _take(now: datetime) -> ClaimImport | None:
    at_work = Q(state__in=(ImportState.READING, ImportState.RUNNING))
    free = ClaimImport.objects.filter(at_work).exclude(free_at__gt=now).order_by("pk")
    batch = free.select_related("creditor__brand", "document").select_for_update(of=("self",), skip_locked=True).first()
    if batch:
        ClaimImport.objects.filter(pk=batch.pk).update(free_at=now + LEASE)
    return batch


def _read_on(batch: ClaimImport, context: Context, now: datetime, until: float) -> int:
    done = 0
    try:
        for chunk, header in _chunks(batch.document, batch.position):
            with acting_as(context):
                _stage(batch, header, chunk, now)
            done += len(chunk)
            if monotonic() > until:
                return done
    except (Refused, Tampered) as refusal:
        with acting_as(context):
            _held(batch, ImportState.READING)
            ClaimImport.objects.filter(pk=batch.pk).update(state=ImportState.REFUSED, complaint=str(refusal)[:300])
        return done
    with acting_as(context):
        _held(batch, ImportState.READING)
        ClaimImport.objects.filter(pk=batch.pk).update(state=ImportState.READY)
    return done or 1


def _chunks(document: Document, position: int) -> Iterator[tuple[list[Line], Header]]:
    """The lines after that position, and how to read them; the file is checked against its hash first."""
    with document.file.storage.open(str(document.file.name), "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != document.sha256:
            raise Tampered(_("Le fichier gardé a été abîmé. Déposez-le de nouveau."))
        file.seek(0)
        with closing(lines(cast(IO[bytes], file))) as source:
            header = _header(source)
            rest = (line for line in source if line[0] > position)
            while chunk := list(islice(rest, READ_AT_ONCE)):
                yield chunk, header


def _header(source: Iterator[Line]) -> Header:
    first = next(source, None)
    if first is None:
        raise Refused(_("Ce fichier est vide. Vérifiez-le, puis joignez-le de nouveau."))
    return header_of(first[1])


def _stage(batch: ClaimImport, header: Header, chunk: Sequence[Line], now: datetime) -> None:
    """Judge the lines of a chunk and keep them with their faults."""
    held = _held(batch, ImportState.READING)
    if held.lines + len(chunk) > MOST_LINES:
        raise Refused(_("Ce fichier a plus de 100 000 lignes. Divisez-le."))
    cells = [header.arrange(line) for _number, line in chunk]
    references = [row[PLACE["reference"]][:60] for row in cells]
    known, earlier = _known(batch, references), _earlier(batch, references)
    judge = _Judge(batch, known, earlier, now)
    rows = [judge.row(number, row, ref) for (number, _line), row, ref in zip(chunk, cells, references, strict=True)]
    _insert(batch, rows)
    counts = {state: sum(row.state == state for row in rows) for state in (RowState.GOOD, RowState.BAD, RowState.KNOWN)}
    _advance(batch, chunk[-1][0], good=counts[RowState.GOOD], bad=counts[RowState.BAD], known=counts[RowState.KNOWN])


@dataclass(slots=True)
class Judged:
    """A line of the file with its verdict: a row without the cost of a model, a hundred thousand times over."""

    line: int
    reference: str
    cells: list[str]
    dossier: int | None
    state: str = "good"
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# A chunk travels as one JSON text: an array a column costs the driver more than all the checks of a line.
INSERT = """
INSERT INTO dossiers_importrow (batch_id, creditor_id, line, reference, state, cells, faults, notes, dossier_id)
SELECT %s, %s, (row->>0)::int, row->>1, row->>2, row->3, row->4, row->5, (row->>6)::bigint
FROM jsonb_array_elements(%s::jsonb) AS row
"""


def _insert(batch: ClaimImport, rows: Sequence[Judged]) -> None:
    lines = [(row.line, row.reference, row.state, row.cells, row.faults, row.notes, row.dossier) for row in rows]
    with prepared() as cursor:
        cursor.execute(INSERT, [batch.pk, batch.creditor_id, json.dumps(lines, ensure_ascii=False)])


class _Judge:
    """What a chunk's lines are judged by: what is known of their references, and the day."""

    def __init__(self, batch: ClaimImport, known: dict[str, int], earlier: set[str], now: datetime) -> None:
        self.batch, self.known, self.earlier = batch, known, earlier
        self.unserved: dict[str, bool] = {}
        self.today = now.astimezone(batch.creditor.brand.zone).date()
        self.courts = set(
            Office.objects.filter(brand=batch.creditor.brand_id, is_available=True).values_list(
                "court_of_appeal", flat=True
            )
        )

    def row(self, number: int, cells: list[str], reference: str) -> Judged:
        row = Judged(number, reference, cells, self.known.get(reference))
        values, row.faults = read(cells)
        if reference and reference in self.earlier:
            row.faults.append(("reference", "twice"))
        self.earlier.add(reference)
        if row.dossier:
            row.state, row.faults = "known", []
        elif row.faults:
            row.state = "bad"
        else:
            row.notes = self.notes(values)
        return row

    def notes(self, values: dict[str, Any]) -> list[str]:
        """Why a good line could only be a draft, as the guards of the filing will say it."""
        notes = []
        if is_prescribed(values["consommateur"], values["echeance"], self.today):
            notes.append("prescribed")
        postcode = values["code_postal"]
        if postcode not in self.unserved:
            self.unserved[postcode] = not is_served(postcode, self.courts)
        if self.unserved[postcode]:
            notes.append("no_office")
        return notes


def _carry_on(batch: ClaimImport, context: Context, now: datetime, until: float) -> int:
    done = 0
    while monotonic() < until:
        with acting_as(context):
            made = _make(batch, now)
        if not made:
            break
        done += made
    return done or 1


def _make(batch: ClaimImport, now: datetime) -> int:
    """Create a chunk of drafts, and file them when that was chosen; 0 once all is done."""
    with connection.cursor() as cursor:  # as for dropped invoices: what two imports share, the second one finds
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, batch.creditor_id % 2**31])
    held = _held(batch, ImportState.RUNNING)
    rows = list(batch.rows.filter(state=RowState.GOOD, line__gt=batch.position).order_by("line")[:MADE_AT_ONCE])
    if not rows:
        ClaimImport.objects.filter(pk=batch.pk).update(state=ImportState.DONE)
        return 0
    known = _known(batch, [row.reference for row in rows])
    new = [row for row in rows if row.reference not in known]
    by = Actor(Side.CREDITOR, held.decided_by or held.by)
    claims = [claim_of(row.cells) for row in new]
    for claim in claims:
        claim.fields["is_attested"] = held.files
    dossiers = bulk.open_drafts(batch.creditor, claims, by=str(by), now=now) if claims else []
    stay = submit_all(dossiers, by=by, now=now) if held.files and dossiers else {}
    for row, dossier in zip(new, dossiers, strict=True):
        row.state = RowState.FILED if held.files and dossier.pk not in stay else RowState.CREATED
        row.dossier, row.notes = dossier, stay.get(dossier.pk, [])
    for row in rows:
        if row.reference in known:
            row.state, row.dossier_id = RowState.KNOWN, known[row.reference]
    _settle_rows(rows)
    _advance(batch, rows[-1].line, created=len(new), filed=sum(row.state == RowState.FILED for row in new))
    return len(rows)


SETTLE = """
UPDATE dossiers_importrow AS kept SET state = row->>1, dossier_id = (row->>2)::bigint, notes = row->3
FROM jsonb_array_elements(%s::jsonb) AS row WHERE kept.id = (row->>0)::bigint
"""


def _settle_rows(rows: Sequence[ImportRow]) -> None:
    settled = [(row.pk, row.state, row.dossier_id, row.notes) for row in rows]
    with prepared() as cursor:
        cursor.execute(SETTLE, [json.dumps(settled, ensure_ascii=False)])


def _held(batch: ClaimImport, state: str) -> ClaimImport:
    """The import's row, locked and where this worker left it; Elsewhere otherwise."""
    held = ClaimImport.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if (held.state, held.position) != (state, batch.position):
        raise Elsewhere
    return held


def _advance(batch: ClaimImport, position: int, **more: int) -> None:
    counts: dict[str, Any] = {name: F(name) + number for name, number in more.items()}
    ClaimImport.objects.filter(pk=batch.pk).update(position=position, **counts)
    batch.position = position


KNOWN = """
SELECT creditor_reference, id FROM dossiers_dossier
WHERE creditor_id = %s AND creditor_reference IN (SELECT jsonb_array_elements_text(%s::jsonb))
"""
EARLIER = """
SELECT reference FROM dossiers_importrow
WHERE batch_id = %s AND reference IN (SELECT jsonb_array_elements_text(%s::jsonb))
"""


def _known(batch: ClaimImport, references: Sequence[str]) -> dict[str, int]:
    """The dossiers that already carry these references, drafts included."""
    return dict(ask(KNOWN, [batch.creditor_id, json.dumps([ref for ref in references if ref])]))


def _earlier(batch: ClaimImport, references: Sequence[str]) -> set[str]:
    """Those of the references that stand in a line before this chunk."""
    return {ref for (ref,) in ask(EARLIER, [batch.pk, json.dumps(references)])}


def forget_lines(*, now: datetime) -> int:
    """What was typed in a file is kept a month after the import has ended; its counts stay."""
    old = ClaimImport.objects.filter(at__lt=now - KEPT).exclude(state__in=(ImportState.READING, ImportState.RUNNING))
    return ImportRow.objects.filter(batch__in=old).delete()[0]
