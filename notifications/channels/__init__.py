"""The port to the outside: `send(message, content) -> receipt`, with two ways to fail."""

from typing import Protocol

from notifications.contents import Content
from notifications.models import Message


class Unavailable(Exception):
    """The provider does not answer now; the same key is tried again later."""


class Rejected(Exception):
    """The provider will never take this; a person must look."""


class Sender(Protocol):
    def __call__(self, message: Message, content: Content) -> str:
        """Send, with the message's key as idempotency key, and return the provider's receipt."""
        ...
