"""Stripe Checkout, by its REST interface: https://docs.stripe.com/api/checkout/sessions."""

import logging
import uuid
from typing import Any
from urllib.parse import quote

import httpx

from core.money import Money
from payments.cards.notices import of_minor, of_session
from payments.cards.port import Asked, Notice, Page, PageRefused, PageUnreachable, Told, minor

logger = logging.getLogger(__name__)
TIME_LIMIT = httpx.Timeout(8.0, connect=3.0)
VERSION = "2024-06-20"  # of the interface: answers keep the form that is read here
REFUSALS = (400, 402, 404, 409, 422)


class StripePages:
    """Asks the provider within a time limit, follows no redirection, and shows the card to nobody here."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url.rstrip("/"), key

    def open(self, asked: Asked) -> Page:
        found = self._ask("POST", "/v1/checkout/sessions", _form(asked), key=f"page-{asked.reference}")
        try:
            return Page(str(found["id"]), str(found["url"]))
        except KeyError as error:
            raise PageUnreachable("answered in another form") from error

    def read(self, session: str) -> Notice:
        found = self._ask("GET", f"{_of(session)}?expand[]=payment_intent.latest_charge")
        try:
            return _as_notice(found)
        except (KeyError, TypeError, ValueError) as error:
            raise PageUnreachable("answered in another form") from error

    def close(self, session: str) -> Notice:
        try:
            self._ask("POST", f"{_of(session)}/expire")
        except PageRefused:  # no longer open: what became of it is read below
            logger.info("page was not open any more")
        return self.read(session)

    def refund(self, session: str, money: Money, *, key: str) -> None:
        form = {"payment_intent": self.read(session).charge, "amount": str(minor(money))}
        self._ask("POST", "/v1/refunds", form, key=key)

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None, *, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Stripe-Version": VERSION}
        if key:
            headers["Idempotency-Key"] = key
        try:
            answer = httpx.request(
                method, self.url + path, data=form, headers=headers, timeout=TIME_LIMIT, follow_redirects=False
            )
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise PageUnreachable(type(error).__name__) from error
        if answer.status_code in REFUSALS:
            raise PageRefused(str(found.get("error", {}).get("code") or answer.status_code))
        if answer.status_code != httpx.codes.OK:
            raise PageUnreachable(str(answer.status_code))
        return found


def _of(session: str) -> str:
    return f"/v1/checkout/sessions/{quote(session, safe='')}"


def _form(asked: Asked) -> dict[str, str]:
    price = "line_items[0][price_data]"
    return {
        "mode": "payment",
        "payment_method_types[0]": "card",
        "client_reference_id": asked.reference,
        "metadata[reference]": asked.reference,
        "payment_intent_data[metadata][reference]": asked.reference,
        "line_items[0][quantity]": "1",
        f"{price}[currency]": asked.money.currency.lower(),
        f"{price}[unit_amount]": str(minor(asked.money)),
        f"{price}[product_data][name]": asked.label,
        "customer_email": asked.email,
        "locale": asked.language,
        "expires_at": str(int(asked.expires_at.timestamp())),
        "success_url": asked.back_url,
        "cancel_url": asked.back_url,
    }


def _as_notice(found: dict[str, Any]) -> Notice:
    stamp = f"read-{uuid.uuid4().hex}"
    notice = of_session(found, event=stamp)
    charge = (found.get("payment_intent") or {}).get("latest_charge") or {}
    if gone := charge.get("amount_refunded"):
        back = of_minor(gone, found["currency"])
        return Notice(stamp, notice.reference, Told.REFUNDED, back, notice.charge)
    return notice
