"""Two relays at once: each message leaves once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from notifications import relay
from notifications.contents import CONTENTS, Content
from notifications.models import LEASE, Channel, Message, Outcome
from notifications.outbox import queue
from notifications.relay import dispatch_next
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)


class Provider:
    """Notes the keys it is given; a gate holds it up while the test looks around."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.entered, self.gate = threading.Event(), threading.Event()
        self.gate.set()

    def __call__(self, message: Message, content: Content) -> str:
        self.taken.append(message.key)
        gate = self.gate
        self.entered.set()
        assert gate.wait(15)
        return "reçu"


@pytest.fixture
def provider(monkeypatch: Any) -> Provider:
    made = Provider()
    monkeypatch.setitem(relay.SENDERS, Channel.EMAIL, made)
    monkeypatch.setitem(CONTENTS, "essai", lambda message: Content("Objet", text="Bonjour"))
    return made


def message(n: int, now: datetime) -> Message:
    return Message(
        brand=factories.brand(),
        key=f"essai:{n}",
        kind="essai",
        channel="email",
        recipient={},
        created_at=now,
        try_at=now,
    )


def work(now: datetime, barrier: threading.Barrier) -> int:
    """One worker, until it finds nothing."""
    try:
        connection.ensure_connection()
        barrier.wait(10)
        return sum(iter(lambda: int(dispatch_next(now=now)), 0))
    finally:
        connection.close()


@pytest.mark.attack("R06")
def test_four_relays_at_once_send_each_message_once(provider: Provider, now: datetime) -> None:
    for n in range(20):
        message(n, now).save()
    barrier = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        sent = [future.result(30) for future in [pool.submit(work, now, barrier) for _ in range(4)]]
    assert sum(sent) == 20
    assert sorted(provider.taken) == sorted(f"essai:{n}" for n in range(20))
    assert Message.objects.filter(outcome=Outcome.SENT, attempts=1).count() == 20


def test_two_relays_over_one_message_send_it_once(provider: Provider, now: datetime) -> None:
    for n in range(8):
        message(n, now).save()
        barrier = threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            sent = [future.result(30) for future in [pool.submit(work, now, barrier) for _ in range(2)]]
        assert sorted(sent) == [0, 1]
    assert len(provider.taken) == 8


def test_a_relay_passes_by_the_message_that_another_one_is_taking(
    provider: Provider, now: datetime, in_thread: Any
) -> None:
    first, second = message(1, now - LEASE), message(2, now)
    first.save(), second.save()
    with transaction.atomic():
        Message.objects.select_for_update(of=("self",)).get(pk=first.pk)
        assert in_thread(dispatch_next, now=now) is True
        assert in_thread(dispatch_next, now=now) is False
    assert provider.taken == ["essai:2"]


@pytest.mark.attack("R11")
def test_while_the_provider_thinks_no_lock_is_held_and_the_others_work(
    provider: Provider, now: datetime, in_thread: Any
) -> None:
    slow = message(1, now)
    slow.save()
    provider.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        thinking = pool.submit(work, now, threading.Barrier(1))
        assert provider.entered.wait(10)
        with transaction.atomic():
            assert Message.objects.select_for_update(of=("self",), nowait=True).get().attempts == 1
        assert in_thread(dispatch_next, now=now) is False
        provider.gate.set()
        assert thinking.result(30) == 1
    assert provider.taken == ["essai:1"]


@pytest.mark.attack("R12")
def test_a_worker_that_was_overtaken_does_not_settle(provider: Provider, now: datetime, in_thread: Any) -> None:
    message(1, now).save()
    provider.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(work, now, threading.Barrier(1))
        assert provider.entered.wait(10)
        provider.entered, first_gate = threading.Event(), provider.gate
        provider.gate = threading.Event()
        provider.gate.set()
        assert in_thread(dispatch_next, now=now + LEASE) is True
        first_gate.set()
        assert slow.result(30) == 1
    assert provider.taken == ["essai:1", "essai:1"]
    row = Message.objects.get()
    assert (row.outcome, row.settled_at, row.attempts) == (Outcome.SENT, now + LEASE, 2)


def test_nothing_leaves_before_its_cause_has_committed(provider: Provider, now: datetime, in_thread: Any) -> None:
    with transaction.atomic():
        queue(message(1, now))
        assert in_thread(dispatch_next, now=now) is False
    assert in_thread(dispatch_next, now=now) is True


def test_of_two_causes_with_the_same_key_one_is_refused(now: datetime) -> None:
    factories.brand()
    barrier = threading.Barrier(2)

    def cause() -> str:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            with transaction.atomic():
                queue(message(1, now))
        except IntegrityError:
            return "refused"
        finally:
            connection.close()
        return "queued"

    with ThreadPoolExecutor(2) as pool:
        answers = [future.result(30) for future in [pool.submit(cause) for _ in range(2)]]
    assert sorted(answers) == ["queued", "refused"]
    assert Message.objects.count() == 1
