"""The outbox: a message is written beside the fact that causes it, or not at all."""

from collections.abc import Iterable

from django.db import ProgrammingError, connection

from core.bulk import insert_all
from notifications.models import Message


def queue(message: Message) -> Message:
    """Write one message. Nothing leaves before the commit; the relay's next tick takes it."""
    queue_all([message])
    return message


def queue_all(messages: Iterable[Message]) -> None:
    """Write messages in the transaction of their cause; ProgrammingError outside one.

    The unique key refuses a second message for the same cause.
    """
    if not connection.in_atomic_block:
        raise ProgrammingError("A message is queued in the transaction of its cause.")
    insert_all(list(messages))
