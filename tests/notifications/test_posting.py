"""Recording that the post took a letter: once, and never on a day that cannot be."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.actors import Actor, Side
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message, Outcome
from notifications.services import PostingRefused, record_posting
from procedures.models import Deadline
from tests import factories

pytestmark = pytest.mark.django_db

OFFICE = Actor(Side.OFFICE, "Claire Morel")
NUMBER = "1A 123 456 7890 1"
WRITTEN = datetime(2026, 2, 24, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def dossier(db: None) -> Dossier:
    made: Dossier = factories.dossier(phase=Phase.PSRPC)
    return made


def letter(dossier: Dossier, **fields: Any) -> Message:
    values = {
        "brand_id": dossier.brand_id, "creditor_id": dossier.creditor_id, "office_id": dossier.office_id,
        "dossier_id": dossier.pk, "key": "psrpc_letter:1", "kind": "psrpc_letter", "channel": "registered",
        "recipient": {}, "outcome": Outcome.SENT, "created_at": WRITTEN, "try_at": WRITTEN,
    }  # fmt: skip
    return Message.objects.create(**(values | fields))


def post(message: Message, day: date = TODAY, number: str = NUMBER, *, now: datetime) -> None:
    record_posting(message, posted_on=day, number=number, by=OFFICE, now=now, today=TODAY)


def assert_refused(message: Message, words: str, *, now: datetime, **posting: Any) -> None:
    before = Message.objects.values().get(pk=message.pk)
    with pytest.raises(PostingRefused, match=words):
        post(message, now=now, **posting)
    assert Message.objects.values().get(pk=message.pk) == before
    assert Deadline.objects.count() == bool(before["posted_on"])


def test_the_posting_is_kept_with_its_day_its_number_and_its_author(dossier: Dossier, now: datetime) -> None:
    message = letter(dossier)
    post(message, date(2026, 2, 27), f"  {NUMBER} ", now=now)
    message.refresh_from_db()
    assert (message.posted_on, message.posting_number, message.posted_by) == (
        date(2026, 2, 27),
        NUMBER,
        str(OFFICE),
    )
    assert Deadline.objects.get().started_on == date(2026, 2, 27)


def test_a_letter_is_posted_once(dossier: Dossier, now: datetime) -> None:
    message = letter(dossier)
    post(message, now=now)
    assert_refused(message, "déjà enregistré", now=now)
    assert_refused(message, "déjà enregistré", now=now, day=date(2026, 2, 27))


def test_a_stale_copy_of_the_letter_does_not_post_it_twice(dossier: Dossier, now: datetime) -> None:
    message = letter(dossier)
    stale = Message.objects.get(pk=message.pk)
    post(message, now=now)
    assert_refused(stale, "déjà enregistré", now=now)
    assert dossier.events.filter(kind="letter_posted").count() == 1


def test_no_letter_is_posted_in_the_future(dossier: Dossier, now: datetime) -> None:
    assert_refused(letter(dossier), "futur", now=now, day=date(2026, 3, 3))


def test_no_letter_is_posted_before_it_was_written(dossier: Dossier, now: datetime) -> None:
    message = letter(dossier)
    assert_refused(message, "précède la lettre", now=now, day=date(2026, 2, 23))
    post(message, date(2026, 2, 24), now=now)


def test_a_letter_written_just_after_midnight_was_not_posted_the_day_before(dossier: Dossier, now: datetime) -> None:
    midnight = datetime(2026, 2, 24, 0, 5, tzinfo=ZoneInfo("Europe/Paris"))  # still the 23rd in UTC
    message = letter(dossier, created_at=midnight)
    assert_refused(message, "précède la lettre", now=now, day=date(2026, 2, 23))
    post(message, date(2026, 2, 24), now=now)


def test_a_letter_written_in_the_evening_overseas_can_be_posted_the_same_day(now: datetime) -> None:
    office = factories.office(time_zone="America/Guadeloupe")
    there = factories.dossier(phase=Phase.PSRPC, office=office)
    evening = datetime(2026, 2, 24, 21, 0, tzinfo=ZoneInfo("America/Guadeloupe"))  # already the 25th in UTC
    post(letter(there, created_at=evening), date(2026, 2, 24), now=now)
    assert Deadline.objects.get().started_on == date(2026, 2, 24)


@pytest.mark.parametrize("number", ["", "       ", "1A 1234", " 1234567 "])
def test_a_registered_letter_needs_its_number(number: str, dossier: Dossier, now: datetime) -> None:
    assert_refused(letter(dossier), "numéro de la lettre recommandée", now=now, number=number)


def test_a_simple_letter_has_no_number(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    message = letter(dossier, kind="amiable_letter", channel="letter")
    post(message, number="", now=now)
    message.refresh_from_db()
    assert (message.posted_on, message.posting_number) == (TODAY, "")


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.CANCELLED, Outcome.REJECTED, Outcome.DEAD])
def test_only_a_letter_that_was_printed_is_posted(outcome: str, dossier: Dossier, now: datetime) -> None:
    assert_refused(letter(dossier, outcome=outcome), "pas imprimée", now=now)


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_only_what_is_on_paper_is_posted(channel: str, dossier: Dossier, now: datetime) -> None:
    assert_refused(letter(dossier, channel=channel), "pas imprimée", now=now)


def test_the_letters_to_post_are_those_that_nobody_has_posted_yet(dossier: Dossier, now: datetime) -> None:
    due = letter(dossier)
    letter(dossier, key="mail", channel="email")
    letter(dossier, key="not printed", outcome=Outcome.PENDING)
    assert list(Message.objects.to_post()) == [due]
    post(due, now=now)
    assert not Message.objects.to_post().exists()


def test_a_posting_that_its_dossier_cannot_take_is_not_recorded(
    dossier: Dossier, now: datetime, monkeypatch: Any
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no term")

    monkeypatch.setattr(Deadline, "open", fail)
    message = letter(dossier)
    with pytest.raises(RuntimeError):
        post(message, now=now)
    message.refresh_from_db()
    assert message.posted_on is None
    assert dossier.events.count() == 1
