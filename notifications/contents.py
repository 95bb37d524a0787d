"""What each kind of message says. The app that owns a kind declares its content here and decides, at the
moment of sending, whether it is still wanted."""

from collections.abc import Callable
from dataclasses import dataclass

from notifications.models import Message


@dataclass(frozen=True, slots=True)
class Content:
    """What leaves: text for e-mail and SMS, pdf for the post. A confidential text is not kept after sending."""

    subject: str
    text: str = ""
    html: str = ""
    pdf: bytes = b""
    attachments: tuple[tuple[str, bytes, str], ...] = ()  # name, bytes, media type
    is_confidential: bool = False
    for_debtor: bool = True  # whether the debtor may read the pdf in his room
    secret_pages: int = 0  # the last pages of the pdf, which only its recipient and the office may see


class NoLongerWanted(Exception):
    """Facts changed since the message was written (paid, held, withdrawn): it must not leave."""


CONTENTS: dict[str, Callable[[Message], Content]] = {}


def content_of(kind: str) -> Callable[[Callable[[Message], Content]], Callable[[Message], Content]]:
    """Declare the function that writes messages of this kind."""

    def declare(function: Callable[[Message], Content]) -> Callable[[Message], Content]:
        if kind in CONTENTS:
            raise ValueError(f"{kind} is declared twice")
        CONTENTS[kind] = function
        return function

    return declare
