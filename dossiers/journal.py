"""The journal of a dossier: the only place that writes its events, its phase and the head of its chain."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from core.bulk import insert_all
from dossiers.models import Dossier, Event

MOVE = """
UPDATE dossiers_dossier AS d SET phase = u.phase, events_count = u.seq, events_head = u.hash
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[]) AS u (id, phase, seq, hash) WHERE d.id = u.id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to a dossier that the caller holds locked; no phase means that it stays where it is."""

    dossier: Dossier
    kind: str
    phase: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def append(entries: Sequence[Entry], *, by: str, at: datetime) -> list[Event]:
    """Add the events and move the dossiers, in three statements for any number of them.

    The caller holds the dossiers locked, and gives each at most once.
    """
    events = [_event(entry, by=by, at=at) for entry in entries]
    insert_all(events)
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            [
                [event.dossier_id for event in events],
                [event.phase for event in events],
                [event.seq for event in events],
                [event.hash for event in events],
            ],
        )
    return events


@transaction.atomic
def note(dossier: Dossier, kind: str, *, by: str, at: datetime, **detail: Any) -> Event:
    """Add one event to a dossier that need not be locked yet."""
    locked = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    [event] = append([Entry(locked, kind, detail=detail)], by=by, at=at)
    return event


def first_broken(events: Iterable[Event]) -> Event | None:
    """The first event, in order, that does not follow from the one before it; None when the chain holds."""
    head, expected = "", 1
    for event in events:
        if event.seq != expected or event.hash != _hash(head, event):
            return event
        head, expected = event.hash, expected + 1
    return None


def holds(dossier: Dossier) -> bool:
    """Whether the chain is whole up to the head that the dossier keeps: the last events are not missing either."""
    events = list(dossier.events.order_by("seq"))
    head = events[-1].hash if events else ""
    return first_broken(events) is None and (len(events), head) == (dossier.events_count, dossier.events_head)


def _event(entry: Entry, *, by: str, at: datetime) -> Event:
    dossier = entry.dossier
    event = Event(
        dossier_id=dossier.pk,
        creditor_id=dossier.creditor_id,
        seq=dossier.events_count + 1,
        kind=entry.kind,
        phase=entry.phase or dossier.phase,
        at=at,
        actor=by,
        detail=entry.detail,
    )
    event.hash = _hash(dossier.events_head, event)
    dossier.phase, dossier.events_count, dossier.events_head = event.phase, event.seq, event.hash
    return event


def _hash(head: str, event: Event) -> str:
    facts = [
        head,
        event.dossier_id,
        event.seq,
        event.kind,
        event.phase,
        event.at.astimezone(UTC).isoformat(),
        event.actor,
        event.detail,
    ]
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
