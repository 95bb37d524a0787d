"""The relay: each message leaves once, whatever dies, fails or hangs on the way."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.actors import Actor, Side
from documents.models import Document
from dossiers.enums import Phase
from dossiers.models import Debtor, Dossier, Item
from notifications import relay, tasks
from notifications.channels import Rejected, Unavailable
from notifications.contents import CONTENTS, Content, NoLongerWanted, content_of
from notifications.models import LAST_ATTEMPT, LEASE, Message, Outcome
from notifications.relay import dispatch_next
from procedures.services import advance, declare_payment, submit
from tests import factories

pytestmark = pytest.mark.django_db

OFFICE = Actor(Side.OFFICE, "Claire Morel")
CREDITOR = Actor(Side.CREDITOR, "Jeanne Martin")
SECOND = timedelta(seconds=1)


@dataclass
class Provider:
    """Stands where e-mail and post stand; remembers what it was given and fails when told to."""

    taken: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    during: Callable[[], None] | None = None

    def __call__(self, message: Message, content: Content) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message.key)
        if self.during:
            during, self.during = self.during, None
            during()
        return f"reçu {len(self.taken)}"


@pytest.fixture
def provider(monkeypatch: Any) -> Provider:
    made = Provider()
    for channel in relay.SENDERS:
        monkeypatch.setitem(relay.SENDERS, channel, made)
    monkeypatch.setitem(CONTENTS, "essai", lambda message: Content("Objet", text="Bonjour"))
    return made


@pytest.fixture
def waiting(brand: Any, now: datetime) -> Callable[..., Message]:
    def queued(key: str = "essai:1", **fields: Any) -> Message:
        values = {
            "brand": brand, "key": key, "kind": "essai", "channel": "email", "created_at": now, "try_at": now,
            "recipient": {"name": "Paul", "email": "paul@durand.example"},
        }  # fmt: skip
        return Message.objects.create(**(values | fields))

    return queued


def everything_leaves(now: datetime) -> int:
    return sum(iter(lambda: int(dispatch_next(now=now)), 0))


# --- once ----------------------------------------------------------------------------------------------------
def test_a_message_leaves_once(provider: Provider, waiting: Any, now: datetime) -> None:
    message = waiting()
    assert dispatch_next(now=now) is True
    assert dispatch_next(now=now + timedelta(days=30)) is False
    message.refresh_from_db()
    assert provider.taken == ["essai:1"]
    assert (message.outcome, message.settled_at, message.detail, message.attempts) == (
        Outcome.SENT,
        now,
        "reçu 1",
        1,
    )
    assert (message.subject, message.text) == ("Objet", "Bonjour")


def test_nothing_to_send_is_said(provider: Provider, brand: Any, now: datetime) -> None:
    assert dispatch_next(now=now) is False


def test_a_message_does_not_leave_before_its_time(provider: Provider, waiting: Any, now: datetime) -> None:
    waiting(try_at=now + SECOND)
    assert dispatch_next(now=now) is False
    assert dispatch_next(now=now + SECOND) is True


def test_the_oldest_leaves_first(provider: Provider, waiting: Any, now: datetime) -> None:
    for minutes in (1, 3, 2):
        waiting(f"m{minutes}", try_at=now - timedelta(minutes=minutes))
    everything_leaves(now)
    assert provider.taken == ["m3", "m2", "m1"]


@pytest.mark.attack("R01")
def test_a_worker_that_dies_while_sending_only_delays_the_message(
    provider: Provider, waiting: Any, now: datetime
) -> None:
    message = waiting()
    provider.failures = [SystemExit()]
    with pytest.raises(SystemExit):
        dispatch_next(now=now)
    assert dispatch_next(now=now + LEASE - SECOND) is False, "somebody may still be at it"
    assert dispatch_next(now=now + LEASE) is True
    message.refresh_from_db()
    assert (provider.taken, message.outcome, message.attempts) == (["essai:1"], Outcome.SENT, 2)


@pytest.mark.attack("R07")
def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(
    provider: Provider, waiting: Any, now: datetime
) -> None:
    waiting()

    def die() -> None:
        raise SystemExit

    provider.during = die
    with pytest.raises(SystemExit):
        dispatch_next(now=now)
    dispatch_next(now=now + LEASE)
    assert provider.taken == ["essai:1", "essai:1"], "the provider tells by the key that it has it already"


def test_a_message_is_leased_before_it_is_written(provider: Provider, waiting: Any, now: datetime) -> None:
    message = waiting()
    seen: list[Any] = []
    provider.during = lambda: seen.append(Message.objects.values_list("attempts", "lease", "try_at").get(pk=message.pk))
    dispatch_next(now=now)
    [(attempts, lease, try_at)] = seen
    assert (attempts, try_at) == (1, now + LEASE) and lease


def test_while_one_worker_sends_the_next_takes_another_message(provider: Provider, waiting: Any, now: datetime) -> None:
    waiting("first", try_at=now - SECOND)
    waiting("second")
    provider.during = lambda: dispatch_next(now=now)
    dispatch_next(now=now)
    assert provider.taken == ["first", "second"]
    assert Message.objects.filter(outcome=Outcome.SENT, attempts=1).count() == 2


@pytest.mark.attack("R12")
def test_when_the_lease_ran_out_at_work_only_one_worker_settles(provider: Provider, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    message = about(dossier, now=now)
    provider.during = lambda: dispatch_next(now=now + LEASE)
    dispatch_next(now=now)
    message.refresh_from_db()
    assert (message.outcome, message.detail, message.settled_at) == (Outcome.SENT, "reçu 2", now + LEASE)
    assert list(dossier.events.values_list("kind", flat=True)) == ["opened", "message_sent"]


@pytest.mark.attack("R12")
def test_a_worker_that_comes_too_late_keeps_nothing_of_its_own(
    provider: Provider, now: datetime, monkeypatch: Any
) -> None:
    monkeypatch.setitem(CONTENTS, "essai", lambda message: Content("Lettre", pdf=b"%PDF-"))
    about(factories.dossier(phase=Phase.SUBMITTED), now=now, channel="letter")
    before = Document.objects.count()
    provider.during = lambda: dispatch_next(now=now + LEASE)
    dispatch_next(now=now)
    assert Document.objects.count() == before + 1


@pytest.mark.attack("R12")
@pytest.mark.parametrize("failure", [Rejected("trop tard"), Unavailable("trop tard"), RuntimeError("trop tard")])
def test_a_late_failure_does_not_undo_what_another_worker_settled(
    failure: Exception, provider: Provider, waiting: Any, now: datetime
) -> None:
    message = waiting()

    def overtaken() -> None:
        dispatch_next(now=now + LEASE)
        raise failure

    provider.during = overtaken
    dispatch_next(now=now)
    message.refresh_from_db()
    assert (message.outcome, message.detail) == (Outcome.SENT, "reçu 2")


def about(dossier: Dossier, *, now: datetime, **fields: Any) -> Message:
    values = {
        "brand_id": dossier.brand_id, "creditor_id": dossier.creditor_id, "office_id": dossier.office_id,
        "dossier_id": dossier.pk, "key": "essai:1", "kind": "essai", "channel": "email", "recipient": {},
        "created_at": now, "try_at": now,
    }  # fmt: skip
    return Message.objects.create(**(values | fields))


# --- failures ------------------------------------------------------------------------------------------------
@pytest.mark.attack("R09")
def test_an_absent_provider_is_asked_again_after_the_lease_and_not_before(
    provider: Provider, waiting: Any, now: datetime
) -> None:
    message = waiting()
    provider.failures = [Unavailable("503")]
    assert dispatch_next(now=now) is True
    message.refresh_from_db()
    assert (message.outcome, message.detail) == (Outcome.PENDING, "503")
    assert dispatch_next(now=now + LEASE - SECOND) is False
    assert dispatch_next(now=now + LEASE) is True
    assert provider.taken == ["essai:1"]


@pytest.mark.attack("R09")
def test_an_absent_provider_is_asked_less_and_less_often(provider: Provider, waiting: Any, now: datetime) -> None:
    message = waiting()
    provider.failures = [Unavailable("503") for _ in range(4)]
    waits = []
    for _ in range(4):
        at = max(now, message.try_at)
        dispatch_next(now=at)
        message.refresh_from_db()
        waits.append(message.try_at - at)
    assert waits == [LEASE, 2 * LEASE, 4 * LEASE, 8 * LEASE]


def test_what_was_rejected_is_settled_and_never_tried_again(provider: Provider, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    message = about(dossier, now=now)
    provider.failures = [Rejected("550 inconnu")]
    dispatch_next(now=now)
    message.refresh_from_db()
    assert (message.outcome, message.detail, message.settled_at) == (Outcome.REJECTED, "550 inconnu", now)
    assert dispatch_next(now=now + timedelta(days=30)) is False
    event = dossier.events.last()
    assert event and event.kind == "message_failed" and event.detail["detail"] == "550 inconnu"


@pytest.mark.attack("R10")
def test_a_poisoned_message_is_given_up_after_eight_attempts(
    provider: Provider, now: datetime, monkeypatch: Any, caplog: Any
) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    message = about(dossier, now=now)

    def poison(message: Message) -> Content:
        raise RuntimeError("cannot be written")

    monkeypatch.setitem(CONTENTS, "essai", poison)
    at = now
    for attempt in range(1, LAST_ATTEMPT + 1):
        assert (message.outcome, message.attempts) == (Outcome.PENDING, attempt - 1)
        assert dispatch_next(now=at) is True
        message.refresh_from_db()
        at = message.try_at
    assert (message.outcome, message.attempts, LAST_ATTEMPT) == (Outcome.DEAD, 8, 8)
    assert dispatch_next(now=at + timedelta(days=30)) is False
    assert "is given up after 8 attempts" in caplog.text
    event = dossier.events.last()
    assert event and event.kind == "message_failed"
    assert not provider.taken


@pytest.mark.attack("R10")
def test_the_others_go_on_beside_a_poisoned_message(
    provider: Provider, waiting: Any, now: datetime, monkeypatch: Any
) -> None:
    def poison(message: Message) -> Content:
        raise RuntimeError("cannot be written")

    monkeypatch.setitem(CONTENTS, "poison", poison)
    waiting("poison", kind="poison", try_at=now - SECOND)
    waiting("after")
    assert everything_leaves(now) == 2
    assert provider.taken == ["after"]


def test_a_message_of_an_unknown_kind_stops_nobody(provider: Provider, waiting: Any, now: datetime) -> None:
    waiting("unknown", kind="nobody_writes_this", try_at=now - SECOND)
    waiting("after")
    assert everything_leaves(now) == 2
    assert provider.taken == ["after"]


def test_a_provider_that_stays_away_is_given_up_too(provider: Provider, waiting: Any, now: datetime) -> None:
    message = waiting(attempts=LAST_ATTEMPT - 1)
    provider.failures = [Unavailable("503")]
    dispatch_next(now=now)
    message.refresh_from_db()
    assert (message.outcome, message.detail) == (Outcome.DEAD, "503")


def test_a_message_that_left_but_could_not_be_recorded_stops_nobody(
    provider: Provider, waiting: Any, now: datetime, monkeypatch: Any
) -> None:
    monkeypatch.setitem(CONTENTS, "long", lambda message: Content("x" * 201, text="Bonjour"))
    waiting("long", kind="long", try_at=now - SECOND)
    waiting("after")
    everything_leaves(now)
    assert "after" in provider.taken


# --- still wanted? -------------------------------------------------------------------------------------------
@pytest.mark.req("CRE-10")
def test_a_letter_does_not_leave_when_the_claim_was_paid_after_it_was_decided(settings: Any, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    paid = Item(number="VIR-1", issued_on=now.date(), due_on=now.date(), gross=Decimal("1200.00"))
    declare_payment(dossier, paid, file=None, by=CREDITOR, now=now)
    everything_leaves(now)
    outcomes = dict(Message.objects.about(dossier.pk).values_list("kind", "outcome"))
    assert outcomes["amiable_letter"] == outcomes["amiable_email"] == Outcome.CANCELLED
    assert outcomes["dossier_settled"] == Outcome.SENT
    assert not settings.LETTER_DIR.exists()
    assert dossier.events.filter(kind="message_cancelled").count() == 2


@pytest.mark.req("LEG-07")
def test_a_payment_during_the_procedure_keeps_its_letter_from_leaving(now: datetime, settings: Any) -> None:
    dossier = factories.dossier(phase=Phase.AMIABLE)
    advance(dossier, "open_psrpc", by=OFFICE, now=now)
    factories.item(dossier, "1200.00", kind="payment")
    everything_leaves(now)
    assert Message.objects.get(kind="psrpc_letter").outcome == Outcome.CANCELLED
    assert not settings.LETTER_DIR.exists() and not settings.MAIL_DIR.exists()


def test_a_letter_of_a_phase_that_is_over_does_not_leave(now: datetime, settings: Any) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    advance(dossier, "open_psrpc", by=OFFICE, now=now)
    everything_leaves(now)
    outcomes = dict(Message.objects.about(dossier.pk).values_list("kind", "outcome"))
    assert outcomes["amiable_letter"] == outcomes["amiable_email"] == Outcome.CANCELLED
    assert outcomes["psrpc_letter"] == Outcome.SENT


def test_a_dossier_that_was_taken_back_is_not_announced_any_more(now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.DRAFT, is_attested=True)
    factories.office(dossier.brand)
    submit(dossier, by=CREDITOR, now=now)
    advance(dossier, "withdraw", by=CREDITOR, now=now)
    everything_leaves(now)
    assert Message.objects.get(kind="new_dossier").outcome == Outcome.CANCELLED


def test_what_is_no_longer_wanted_is_cancelled_with_its_reason(
    provider: Provider, waiting: Any, now: datetime, monkeypatch: Any
) -> None:
    def unwanted(message: Message) -> Content:
        raise NoLongerWanted("la créance est réglée")

    monkeypatch.setitem(CONTENTS, "essai", unwanted)
    message = waiting()
    dispatch_next(now=now)
    message.refresh_from_db()
    assert (message.outcome, message.detail) == (Outcome.CANCELLED, "la créance est réglée")
    assert not provider.taken
    assert dispatch_next(now=now + timedelta(days=30)) is False


@pytest.mark.attack("X12")
def test_a_mail_goes_to_the_address_that_held_when_it_was_decided(now: datetime, settings: Any) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    Debtor.objects.update(email="autre@exemple.fr", last_name="Autre")
    everything_leaves(now)
    mail = (settings.MAIL_DIR / f"{Message.objects.get(kind='amiable_email').pk}.eml").read_bytes()
    assert b"paul@durand.example" in mail and b"autre@exemple.fr" not in mail


# --- what is kept --------------------------------------------------------------------------------------------
@pytest.mark.attack("X15")
def test_the_letter_that_left_is_kept_once_with_its_hash(settings: Any, now: datetime) -> None:
    dossier = factories.dossier(phase=Phase.SUBMITTED)
    advance(dossier, "accept", by=OFFICE, now=now)
    before = Document.objects.count()
    everything_leaves(now)
    message = Message.objects.select_related("document").get(kind="amiable_letter")
    kept = message.document
    assert kept and Document.objects.count() == before + 1
    printed = (settings.LETTER_DIR / f"{message.pk}.pdf").read_bytes()
    assert printed.startswith(b"%PDF-") and kept.read() == printed
    assert kept.sha256 == hashlib.sha256(printed).hexdigest()
    assert (kept.dossier_id, kept.creditor_id, kept.office_id) == (
        dossier.pk,
        dossier.creditor_id,
        dossier.office_id,
    )


@pytest.mark.attack("O12")
def test_a_confidential_text_is_not_kept_nor_what_it_was_written_from(
    provider: Provider, waiting: Any, now: datetime, monkeypatch: Any
) -> None:
    secret = Content("Votre code", text="123456", html="<p>123456</p>", is_confidential=True)
    monkeypatch.setitem(CONTENTS, "essai", lambda message: secret)
    waiting(payload={"code": "123456"})
    dispatch_next(now=now)
    row = str(Message.objects.values().get())
    assert "123456" not in row and "Votre code" in row


def test_the_payload_goes_whatever_the_outcome(provider: Provider, waiting: Any, now: datetime) -> None:
    provider.failures = [Rejected("non")]
    message = waiting(payload={"code": "123456"})
    dispatch_next(now=now)
    message.refresh_from_db()
    assert message.payload == {}


def test_the_payload_stays_while_the_message_waits(provider: Provider, waiting: Any, now: datetime) -> None:
    provider.failures = [Unavailable("503")]
    message = waiting(payload={"code": "123456"})
    dispatch_next(now=now)
    message.refresh_from_db()
    assert message.payload == {"code": "123456"}


def test_a_very_long_answer_of_a_provider_is_shortened(provider: Provider, waiting: Any, now: datetime) -> None:
    for key, failure in (("a", Rejected("x" * 900)), ("b", Unavailable("y" * 900))):
        provider.failures = [failure]
        message = waiting(key)
        dispatch_next(now=now)
        message.refresh_from_db()
        assert len(message.detail) == 500


# --- the task ------------------------------------------------------------------------------------------------
def test_the_task_sends_what_waits(provider: Provider, waiting: Any) -> None:
    for n in range(3):
        waiting(f"m{n}")
    assert tasks.relay() == 3
    assert len(provider.taken) == 3


def test_the_task_is_bounded(provider: Provider, waiting: Any) -> None:
    for n in range(3):
        waiting(f"m{n}")
    assert tasks.relay(limit=2) == 2


def test_a_kind_is_written_by_one_function_only() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        content_of("amiable_letter")(lambda message: Content("autre"))
