"""What a page to pay by card on promises, whoever keeps it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.money import PLACES, Money


class PageRefused(Exception):
    """The provider says no: asking the same again changes nothing."""


class PageUnreachable(Exception):
    """No answer, or none that can be read: nobody knows what was done; the same question may be asked again."""


class Told(StrEnum):
    """What the provider says of a page, from the weakest to what nothing undoes."""

    OPEN = "open"
    FAILED = "failed"
    EXPIRED = "expired"
    PAID = "paid"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be paid; the reference is also the key under which asking twice makes one page."""

    reference: str
    money: Money
    label: str
    email: str
    back_url: str
    expires_at: datetime
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Page:
    """Where the person pays."""

    session: str
    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the provider said, once: in a signed notice, or when it was asked."""

    event: str
    reference: str
    told: Told
    money: Money  # of the payment; for a refund, all that went back
    charge: str = ""


class CardPages(Protocol):
    def open(self, asked: Asked) -> Page:
        """The page for it; asked again it is the same page. PageRefused when asked again with another amount."""

    def read(self, session: str) -> Notice:
        """What became of a page."""

    def close(self, session: str) -> Notice:
        """Make a page unpayable; what it tells may be that somebody paid in the meantime."""

    def refund(self, session: str, money: Money, *, key: str) -> None:
        """Send money back; with the same key, once."""


def minor(money: Money) -> int:
    """In the smallest unit of its currency."""
    return int(money.amount.scaleb(PLACES[money.currency]))
