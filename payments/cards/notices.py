"""The provider's notices: signed with a shared secret over an instant and the very bytes (HMAC-SHA256)."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.money import PLACES, Money
from payments.cards.port import Notice, Told

TOLERANCE_SECONDS = 300
LARGEST = 512 * 1024
SESSION_EVENTS = {
    "checkout.session.async_payment_succeeded": Told.PAID,
    "checkout.session.async_payment_failed": Told.FAILED,
    "checkout.session.expired": Told.EXPIRED,
}


class NoticeRefused(ValueError):
    """Not signed by the provider, or too long ago: nothing is believed."""


def signature_of(body: bytes, secret: str, *, at: int) -> str:
    """The signature header of a notice."""
    return f"t={at},v1={_mac(body, secret, at)}"


def read_notice(body: bytes, signature: str, *, secrets: Iterable[str], now: datetime) -> Notice | None:
    """What a notice says, its signature checked first; nothing when it is about something else."""
    _check(body, signature, secrets=secrets, now=now)
    try:
        event = json.loads(body)
        return _of_event(event["id"], event["type"], event["data"]["object"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoticeRefused("unreadable") from error


def _check(body: bytes, signature: str, *, secrets: Iterable[str], now: datetime) -> None:
    parts = [part.partition("=") for part in signature.split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    given = [value for name, _, value in parts if name == "v1"]
    if not at.isascii() or not at.isdigit() or abs(now.timestamp() - int(at)) > TOLERANCE_SECONDS:
        raise NoticeRefused("too long ago")
    wanted = [_mac(body, secret, int(at)) for secret in secrets]
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in wanted):
        raise NoticeRefused("not signed by the provider")


def _mac(body: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def _of_event(event: str, kind: str, found: dict[str, Any]) -> Notice | None:
    if kind == "checkout.session.completed":
        return of_session(found, event=event) if found["payment_status"] == "paid" else None
    if told := SESSION_EVENTS.get(kind):
        return of_session(found, event=event, told=told)
    if kind == "charge.refunded":
        reference = found["metadata"].get("reference", "")
        money = of_minor(found["amount_refunded"], found["currency"])
        return Notice(event, reference, Told.REFUNDED, money, str(found["payment_intent"])) if reference else None
    return None


def of_session(found: dict[str, Any], *, event: str, told: Told | None = None) -> Notice:
    """What a page's own record says."""
    state = Told.PAID if found["payment_status"] == "paid" else Told(_STATUS.get(found["status"], Told.OPEN))
    charge = found.get("payment_intent") or ""
    money = of_minor(found["amount_total"], found["currency"])
    return Notice(event, found["client_reference_id"] or "", told or state, money, _key(charge))


_STATUS = {"expired": Told.EXPIRED}


def _key(found: Any) -> str:
    return str(found["id"] if isinstance(found, dict) else found)


def of_minor(amount: int, currency: str) -> Money:
    """From the smallest unit; ValueError for a currency that is not ours."""
    code = currency.upper()
    if code not in PLACES:
        raise ValueError(code)
    return Money(Decimal(int(amount)).scaleb(-PLACES[code]), code)
