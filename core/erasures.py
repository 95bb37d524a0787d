"""The ledger of what was erased: a file beside the base, so that a backup of before an erasure does not undo it.

A line is written, and on the disk, before anything is erased. A base that does not know every line of the file was restored
from before one of them: it is not opened (credicys.health) until they are replayed (`manage.py replay_erasures`).
"""

import json
import os
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from core.models import Erasure


@dataclass(frozen=True, slots=True)
class Line:
    """One erasure: keys and days, nothing of what was erased."""

    id: str
    subject: str
    at: str
    by: str
    reason: str


def announce(subject: str, *, by: str, reason: str, now: datetime) -> Line:
    """Write the line down for good, first: an erasure that then fails is replayed."""
    line = Line(str(uuid.uuid4()), subject, now.isoformat(), by[:120], reason[:60])
    path = Path(settings.ERASURE_LEDGER)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as ledger:
        ledger.write(json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n")
        ledger.flush()
        os.fsync(ledger.fileno())
    return line


def record(line: Line) -> None:
    """In the transaction of the erasure: this base knows it."""
    values = {"subject": line.subject, "at": datetime.fromisoformat(line.at), "by": line.by, "reason": line.reason}
    Erasure.objects.get_or_create(id=line.id, defaults=values)


def missing() -> list[Line]:
    """The lines that this base does not know, oldest first; ValueError for a ledger that cannot be read."""
    path = Path(settings.ERASURE_LEDGER)
    if not path.exists():
        return []
    lines = [Line(**json.loads(text)) for text in path.read_text(encoding="utf-8").splitlines() if text.strip()]
    known = {str(key) for key in Erasure.objects.values_list("pk", flat=True)} if lines else set()
    return [line for line in lines if line.id not in known]
