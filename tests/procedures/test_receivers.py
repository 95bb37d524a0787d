"""What the post tells: a term runs from the posting of the letter that opens it, and from nothing else."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.actors import Actor, Side
from dossiers import journal
from dossiers.enums import Phase
from dossiers.models import Dossier
from notifications.models import Message, Outcome
from notifications.services import PostingRefused, record_posting
from notifications.signals import letter_posted, message_settled
from procedures.models import Deadline
from procedures.services import advance, advance_overdue
from tests import factories

pytestmark = pytest.mark.django_db

OFFICE = Actor(Side.OFFICE, "Claire Morel")
NUMBER = "1A 123 456 7890 1"
PARIS = ZoneInfo("Europe/Paris")


def letter(dossier: Dossier, kind: str = "amiable_letter", **fields: Any) -> Message:
    """A printed letter that waits for the post."""
    values = {
        "brand_id": dossier.brand_id, "creditor_id": dossier.creditor_id, "office_id": dossier.office_id,
        "dossier_id": dossier.pk, "key": f"{kind}:{dossier.pk}:{Message.objects.count()}", "kind": kind,
        "channel": "registered" if kind == "psrpc_letter" else "letter", "recipient": {}, "outcome": Outcome.SENT,
        "created_at": factories.LONG_AGO, "try_at": factories.LONG_AGO,
    }  # fmt: skip
    return Message.objects.create(**(values | fields))


def post(message: Message, day: date, *, now: datetime) -> None:
    record_posting(message, posted_on=day, number=NUMBER, by=OFFICE, now=now, today=now.date())


def deadline(dossier: Dossier) -> Deadline:
    return Deadline.objects.get(dossier=dossier)


@pytest.mark.req("CRE-08")
@pytest.mark.attack("D17")
def test_the_fifteen_days_run_from_the_posting_not_from_its_recording(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    post(letter(dossier), date(2026, 2, 24), now=now)
    term = deadline(dossier)
    assert (term.kind, term.transition) == ("amiable_wait_15d", "open_psrpc")
    assert (term.started_on, term.strict_on, term.due_on) == (
        date(2026, 2, 24),
        date(2026, 3, 11),
        date(2026, 3, 11),
    )
    assert term.lapses_at == datetime(2026, 3, 12, tzinfo=PARIS)


@pytest.mark.req("CRE-11", "LEG-01")
@pytest.mark.attack("D17")
def test_the_month_runs_from_the_posting_of_the_registered_letter(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    post(letter(dossier, "psrpc_letter"), date(2026, 2, 27), now=now)
    term = deadline(dossier)
    assert (term.kind, term.transition) == ("psrpc_extended", "record_psrpc_silence")
    assert (term.started_on, term.due_on) == (date(2026, 2, 27), date(2026, 3, 27))
    assert term.lapses_at == datetime(2026, 3, 28, tzinfo=PARIS)


@pytest.mark.req("CRE-09", "LEG-01")
def test_the_electronic_twin_of_the_invitation_leaves_once_and_never_before_the_registered_letter(
    now: datetime,
) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    advance(dossier, "open_psrpc", by=OFFICE, now=now)
    mails = Message.objects.filter(kind="psrpc_email", dossier_id=dossier.pk)
    assert not mails.exists()
    invitation = Message.objects.get(kind="psrpc_letter")
    Message.objects.filter(pk=invitation.pk).update(outcome=Outcome.SENT)
    post(invitation, now.date(), now=now)
    with pytest.raises(PostingRefused):
        post(invitation, now.date(), now=now)
    assert mails.count() == 1


def test_a_debtor_without_a_mail_address_is_invited_by_letter_alone(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC, debtor={"email": ""})
    post(letter(dossier, "psrpc_letter"), date(2026, 2, 27), now=now)
    assert deadline(dossier) and not Message.objects.filter(kind="psrpc_email").exists()


def test_a_term_that_would_end_on_a_day_off_ends_on_the_next_working_day(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    post(letter(dossier, "psrpc_letter"), date(2026, 2, 28), now=now)
    term = deadline(dossier)  # 28 March 2026 is a Saturday
    assert (term.strict_on, term.due_on) == (date(2026, 3, 28), date(2026, 3, 30))
    assert term.lapses_at == datetime(2026, 3, 31, tzinfo=PARIS)


def test_the_holidays_are_those_of_the_debtors_own_territory(now: datetime) -> None:
    now = now + timedelta(days=20)
    here, strasbourg = (
        factories.dossier(phase=Phase.AMIABLE, debtor={"territory": place}) for place in ("FR", "ALSACE-MOSELLE")
    )
    for dossier in (here, strasbourg):  # fifteen days later is Good Friday
        post(letter(dossier), date(2026, 3, 19), now=now)
    assert deadline(here).due_on == date(2026, 4, 3)
    assert deadline(strasbourg).due_on == date(2026, 4, 7)


def test_the_term_ends_at_midnight_of_the_office(now: datetime, brand: Any) -> None:
    office = factories.office(brand, time_zone="Pacific/Noumea")
    dossier = factories.dossier(phase=Phase.AMIABLE, office=office)
    post(letter(dossier), date(2026, 2, 24), now=now)
    assert deadline(dossier).lapses_at == datetime(2026, 3, 12, tzinfo=ZoneInfo("Pacific/Noumea"))


def test_the_term_is_explained_by_its_article(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    post(letter(dossier, "psrpc_letter"), date(2026, 2, 27), now=now)
    assert "27/02/2026" in deadline(dossier).derivation
    assert "L125-1" in deadline(dossier).derivation


def test_the_posting_stands_in_the_journal_with_its_day_and_number(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.PSRPC)
    post(letter(dossier, "psrpc_letter"), date(2026, 2, 27), now=now)
    event = dossier.events.last()
    assert event and (event.kind, event.actor, event.phase) == ("letter_posted", str(OFFICE), Phase.PSRPC)
    assert event.detail == {"letter": "psrpc_letter", "on": "2026-02-27", "number": NUMBER}
    assert journal.first_broken(dossier.events.all()) is None


@pytest.mark.parametrize("kind", ["amiable_letter", "psrpc_letter", "some_other_letter"])
@pytest.mark.parametrize("phase", [p for p in Phase if p != Phase.DRAFT])
def test_a_posting_starts_a_term_only_where_its_letter_left_the_dossier(kind: str, phase: str, now: datetime) -> None:
    dossier = factories.dossier(phase=phase)
    post(letter(dossier, kind), date(2026, 2, 24), now=now)
    expected = (kind, phase) in {("amiable_letter", Phase.AMIABLE), ("psrpc_letter", Phase.PSRPC)}
    assert Deadline.objects.filter(dossier=dossier).exists() == expected
    last = dossier.events.last()
    assert last and last.kind == "letter_posted", "the fact is recorded in any case"


@pytest.mark.parametrize("signal", [letter_posted, message_settled])
def test_a_message_about_no_dossier_concerns_no_dossier(signal: Any, brand: Any, now: datetime) -> None:
    alone = Message(brand=brand, kind="activation", channel="email", recipient={}, outcome=Outcome.SENT)
    signal.send(Message, message=alone, posted_on=now.date(), by=OFFICE, now=now)
    assert not Deadline.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome.SENT, "message_sent"),
        (Outcome.CANCELLED, "message_cancelled"),
        (Outcome.REJECTED, "message_failed"),
        (Outcome.DEAD, "message_failed"),
    ],
)
def test_every_message_stands_in_the_journal_with_how_it_ended(outcome: str, kind: str, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    message = letter(dossier, outcome=outcome, detail="reçu n° 1")
    message_settled.send(Message, message=message, now=now)
    event = dossier.events.last()
    assert event and (event.kind, event.actor, event.phase) == (kind, "envois (automate)", Phase.AMIABLE)
    assert event.detail == {
        "message": str(message.pk), "letter": "amiable_letter", "channel": "letter", "detail": "reçu n° 1",
    }  # fmt: skip


def test_a_letter_that_was_printed_but_not_posted_opens_no_term(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    message_settled.send(Message, message=letter(dossier), now=now)
    assert not Deadline.objects.exists()
    assert advance_overdue(now=now + timedelta(days=400)) == 0


def test_a_late_recording_moves_the_dossier_at_the_next_sweep_and_not_twice(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    post(letter(dossier), date(2026, 1, 26), now=now)
    assert advance_overdue(now=now) == 1
    assert advance_overdue(now=now) == 0
    assert Dossier.objects.get(pk=dossier.pk).phase == Phase.PSRPC
