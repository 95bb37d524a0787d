"""The outbox: beside its cause, or not at all."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, transaction

from notifications.models import Message
from notifications.outbox import queue, queue_all
from tests import factories


def message(key: str = "essai:1", **fields: Any) -> Message:
    values = {
        "brand": fields.pop("brand", None) or factories.brand(), "key": key, "kind": "essai", "channel": "email",
        "recipient": {"email": "paul@durand.example"}, "created_at": factories.LONG_AGO, "try_at": factories.LONG_AGO,
    }  # fmt: skip
    return Message(**(values | fields))


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
@pytest.mark.parametrize("write", [lambda one: queue(one), lambda one: queue_all([one])])
def test_a_message_is_refused_outside_the_transaction_of_its_cause(write: Any) -> None:
    with pytest.raises(ProgrammingError):
        write(message())
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
def test_a_message_goes_with_its_cause_when_that_is_rolled_back() -> None:
    one = message()
    with pytest.raises(RuntimeError), transaction.atomic():
        queue(one)
        raise RuntimeError("the cause fails")
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_second_message_for_the_same_cause_is_refused() -> None:
    queue(message())
    with pytest.raises(IntegrityError, match="one_message_per_cause"):
        queue(message())


@pytest.mark.django_db
def test_two_of_the_same_cause_in_one_batch_refuse_the_batch() -> None:
    with pytest.raises(IntegrityError, match="one_message_per_cause"), transaction.atomic():
        queue_all([message("a"), message("b"), message("a")])
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_the_same_key_in_another_brand_is_another_cause() -> None:
    queue(message())
    queue(message(brand=factories.brand("relance-nc")))
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_what_is_queued_waits_for_the_relay(now: datetime) -> None:
    one = queue(message(created_at=now, try_at=now))
    assert (one.is_pending, one.attempts, one.lease, one.posted_on) == (True, 0, None, None)
    assert list(Message.objects.due(now)) == [one]


@pytest.mark.django_db
def test_no_messages_are_no_error() -> None:
    queue_all([])
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_posting_without_its_author_cannot_be_written(now: datetime) -> None:
    one = queue(message())
    one.posted_on = now.date()
    with pytest.raises(IntegrityError, match="posting_has_author"):
        one.save()
