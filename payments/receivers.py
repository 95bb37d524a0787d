"""What this app hears from those below it."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from notifications.models import Message, Outcome
from notifications.signals import message_settled
from payments.services import note_announced


@receiver(message_settled)
def on_settled(sender: Any, message: Message, now: datetime, **_: Any) -> None:
    """The announcement left: its notice runs."""
    if message.kind == "collection_announced" and message.outcome == Outcome.SENT:
        note_announced(message.key, now=now)
