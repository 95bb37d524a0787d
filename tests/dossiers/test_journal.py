"""The journal: in order, append-only, and sealed so that an edit shows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from dossiers import journal
from dossiers.enums import Phase
from dossiers.journal import Entry
from dossiers.models import Dossier, Event
from tenants.context import WORKER, Audience, Context, acting_as
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(db: None, now: datetime) -> Dossier:
    """A dossier with five events."""
    made: Dossier = factories.dossier(phase=Phase.SUBMITTED)
    for n in range(2, 6):
        journal.note(made, f"note_{n}", by="essai", at=now + timedelta(minutes=n), number=n)
    made.refresh_from_db()
    return made


def sql(statement: str, *params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


@contextmanager
def trigger_off() -> Iterator[None]:
    """What only the owner of the tables can do; the chain is there to show it afterwards."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE dossiers_event DISABLE TRIGGER dossiers_event_append_only")
    yield
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE dossiers_event ENABLE TRIGGER dossiers_event_append_only")


# --- writing -------------------------------------------------------------------------------------------------
def test_events_are_numbered_from_one_without_a_gap(dossier: Dossier) -> None:
    assert list(dossier.events.values_list("seq", flat=True)) == [1, 2, 3, 4, 5]


def test_the_dossier_knows_the_head_of_its_chain(dossier: Dossier) -> None:
    last = dossier.events.last()
    assert last and (dossier.events_count, dossier.events_head) == (last.seq, last.hash)


@pytest.mark.req("ATR-72")
def test_an_event_says_what_when_by_whom_and_where_the_dossier_stands(dossier: Dossier, now: datetime) -> None:
    event = dossier.events.get(seq=3)
    assert (event.kind, event.phase, event.actor) == ("note_3", Phase.SUBMITTED, "essai")
    assert (event.at, event.detail, event.creditor_id) == (
        now + timedelta(minutes=3),
        {"number": 3},
        dossier.creditor_id,
    )


def test_an_entry_with_a_phase_moves_the_dossier_and_one_without_leaves_it(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    journal.append([Entry(dossier, "moved", Phase.AMIABLE)], by="essai", at=now)
    assert Dossier.objects.get(pk=dossier.pk).phase == Phase.AMIABLE
    journal.append([Entry(dossier, "noted")], by="essai", at=now)
    fresh = Dossier.objects.get(pk=dossier.pk)
    assert (fresh.phase, fresh.events_count) == (Phase.AMIABLE, 3)
    assert list(fresh.events.values_list("phase", flat=True)) == [Phase.SUBMITTED, Phase.AMIABLE, Phase.AMIABLE]


def test_each_dossier_of_a_batch_has_its_own_chain(now: datetime) -> None:
    dossiers = [factories.dossier(phase=Phase.SUBMITTED) for _ in range(3)]
    journal.append([Entry(d, "moved", p) for d, p in zip(dossiers, (Phase.AMIABLE, Phase.REFUSED, None), strict=True)],
                   by="essai", at=now)  # fmt: skip
    fresh = [Dossier.objects.get(pk=d.pk) for d in dossiers]
    assert [d.phase for d in fresh] == [Phase.AMIABLE, Phase.REFUSED, Phase.SUBMITTED]
    assert len({d.events_head for d in fresh}) == 3
    assert all(journal.first_broken(d.events.all()) is None for d in fresh)


def test_any_number_of_entries_is_written_in_as_many_statements(
    now: datetime, django_assert_num_queries: Callable[..., Any]
) -> None:
    for many in (1, 6):
        dossiers = [factories.dossier(phase=Phase.SUBMITTED) for _ in range(many)]
        with django_assert_num_queries(2):
            journal.append([Entry(d, "noted") for d in dossiers], by="essai", at=now)


def test_no_entries_write_nothing(now: datetime) -> None:
    assert journal.append([], by="essai", at=now) == []


def test_a_note_is_taken_on_the_dossier_as_it_is_now_not_as_it_was_read(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    stale = Dossier.objects.get(pk=dossier.pk)
    journal.note(dossier, "first", by="essai", at=now)
    journal.note(stale, "second", by="essai", at=now)
    assert list(dossier.events.values_list("seq", flat=True)) == [1, 2, 3]
    assert journal.first_broken(dossier.events.all()) is None


def test_two_events_cannot_have_the_same_place(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="events_in_order"):
        Event.objects.create(
            dossier=dossier,
            creditor_id=dossier.creditor_id,
            seq=5,
            kind="x",
            phase="draft",
            at=now,
            actor="x",
            hash="x",
        )


def test_an_event_belongs_to_the_creditor_of_its_dossier(dossier: Dossier, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="same_owner"):
        Event.objects.create(
            dossier=dossier, creditor=factories.creditor(), seq=6, kind="x", phase="draft", at=now, actor="x", hash="x"
        )


# --- the chain -----------------------------------------------------------------------------------------------
def test_an_untouched_chain_holds(dossier: Dossier) -> None:
    assert journal.first_broken(dossier.events.all()) is None


@pytest.mark.parametrize("zone", [ZoneInfo("Europe/Paris"), ZoneInfo("Pacific/Noumea"), timezone(timedelta(hours=-3))])
def test_the_chain_holds_whatever_the_zone_of_the_writer(zone: Any, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    journal.note(dossier, "noted", by="essai", at=now.astimezone(zone))
    assert journal.first_broken(dossier.events.all()) is None


def test_the_chain_holds_over_every_letter_and_kind_of_detail(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    detail = {"é": "« œ » 🙂", "a": None, "z": [1, 2.5, True, {"b": 1, "a": 2}], "": "\u202e", "n": 10**12}
    journal.note(dossier, "noted", by="Zoé (créancier)", at=now.replace(microsecond=123_456), **detail)
    assert journal.first_broken(dossier.events.all()) is None


@pytest.mark.attack("O22")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "autre"),
        ("phase", "closed"),
        ("actor", "quelqu’un d’autre"),
        ("at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("detail", '{"number": 4}'),
        ("hash", "0" * 64),
    ],
)
def test_an_event_that_was_edited_is_named(column: str, value: Any, dossier: Dossier) -> None:
    with trigger_off():
        assert sql(f"UPDATE dossiers_event SET {column} = %s WHERE dossier_id = %s AND seq = 3", value, dossier.pk) == 1
    broken = journal.first_broken(dossier.events.all())
    assert broken and broken.seq == 3


@pytest.mark.attack("O22")
def test_an_edit_with_its_own_hash_made_anew_breaks_the_next_event(dossier: Dossier) -> None:
    forged = dossier.events.get(seq=3)
    forged.detail = {"number": 33}
    forged.hash = journal._hash(dossier.events.get(seq=2).hash, forged)
    with trigger_off():
        sql("UPDATE dossiers_event SET detail = '{\"number\": 33}', hash = %s WHERE id = %s", forged.hash, forged.pk)
    broken = journal.first_broken(dossier.events.all())
    assert broken and broken.seq == 4


@pytest.mark.attack("O23")
@pytest.mark.parametrize(("gone", "named"), [(1, 2), (2, 3), (4, 5)])
def test_a_deleted_event_is_missed_by_the_one_after_it(gone: int, named: int, dossier: Dossier) -> None:
    with trigger_off():
        sql("DELETE FROM dossiers_event WHERE dossier_id = %s AND seq = %s", dossier.pk, gone)
    broken = journal.first_broken(dossier.events.all())
    assert broken and broken.seq == named


@pytest.mark.attack("O23")
def test_a_deleted_event_is_missed_even_when_the_rest_is_numbered_anew(dossier: Dossier) -> None:
    with trigger_off():
        sql("DELETE FROM dossiers_event WHERE dossier_id = %s AND seq = 3", dossier.pk)
        sql("UPDATE dossiers_event SET seq = 3 WHERE dossier_id = %s AND seq = 4", dossier.pk)
        sql("UPDATE dossiers_event SET seq = 4 WHERE dossier_id = %s AND seq = 5", dossier.pk)
    broken = journal.first_broken(dossier.events.all())
    assert broken and broken.seq == 3


@pytest.mark.attack("O23")
def test_a_tail_that_was_cut_off_is_missed_by_the_dossier(dossier: Dossier) -> None:
    with trigger_off():
        sql("DELETE FROM dossiers_event WHERE dossier_id = %s AND seq >= 4", dossier.pk)
    assert journal.first_broken(dossier.events.all()) is None, "what is left is a chain of its own"
    assert not journal.holds(dossier)


@pytest.mark.attack("O23")
def test_a_journal_that_was_emptied_is_missed_by_the_dossier(dossier: Dossier) -> None:
    with trigger_off():
        sql("DELETE FROM dossiers_event WHERE dossier_id = %s", dossier.pk)
    assert not journal.holds(dossier)


@pytest.mark.attack("O22")
def test_an_edited_event_does_not_hold_either(dossier: Dossier) -> None:
    assert journal.holds(dossier)
    with trigger_off():
        sql("UPDATE dossiers_event SET actor = 'x' WHERE dossier_id = %s AND seq = 5", dossier.pk)
    assert not journal.holds(dossier)


@pytest.mark.attack("O23")
def test_a_gap_is_found_even_when_every_hash_after_it_was_made_anew(dossier: Dossier) -> None:
    before, *rest = dossier.events.filter(seq__in=(2, 4, 5))
    with trigger_off():
        sql("DELETE FROM dossiers_event WHERE dossier_id = %s AND seq = 3", dossier.pk)
        head = before.hash
        for event in rest:
            head = journal._hash(head, event)
            sql("UPDATE dossiers_event SET hash = %s WHERE id = %s", head, event.pk)
    broken = journal.first_broken(dossier.events.all())
    assert broken and broken.seq == 4


def test_an_event_moved_to_another_dossier_is_found(dossier: Dossier, now: datetime) -> None:
    other = factories.dossier(dossier.creditor, phase=Phase.SUBMITTED)
    for n in range(2, 4):
        journal.note(other, f"note_{n}", by="essai", at=now + timedelta(minutes=n), number=n)
    with trigger_off():
        sql("DELETE FROM dossiers_event WHERE dossier_id = %s AND seq = 3", dossier.pk)
        sql("UPDATE dossiers_event SET dossier_id = %s WHERE dossier_id = %s AND seq = 3", dossier.pk, other.pk)
    broken = journal.first_broken(dossier.events.all())
    assert broken and broken.seq == 3


# --- append-only ---------------------------------------------------------------------------------------------
@pytest.mark.attack("O25")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dossiers_event SET kind = 'x'",
        "UPDATE dossiers_event SET kind = 'x' WHERE false",
        "DELETE FROM dossiers_event",
        "DELETE FROM dossiers_event WHERE seq = 5",
    ],
)
def test_not_even_the_owner_changes_or_removes_an_event(statement: str, dossier: Dossier) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        sql(statement)
    assert dossier.events.count() == 5


@pytest.mark.attack("O25", "G15")
@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize(
    "statement", ["UPDATE dossiers_event SET kind = 'x'", "DELETE FROM dossiers_event", "TRUNCATE dossiers_event"]
)
def test_no_audience_has_the_right_to_change_the_journal(audience: Audience, statement: str, dossier: Dossier) -> None:
    mine = Context(
        audience, brand=dossier.brand_id, creditors=(dossier.creditor_id,), office=dossier.office_id, dossier=dossier.pk
    )
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(mine):
        sql(statement)


def test_the_worker_may_add_to_the_journal(dossier: Dossier, now: datetime) -> None:
    with acting_as(WORKER):
        journal.note(dossier, "noted", by="essai", at=now)
    assert dossier.events.count() == 6
