"""The page to pay by card on: the same promise from the provider, as its reference documents it, and from its twin."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from core import clock
from core.money import Money
from payments.cards import port, stripe
from payments.cards.port import Asked, CardPages, PageRefused, PageUnreachable, Told
from payments.cards.stripe import StripePages
from payments.cards.twin import TwinPages

KEY = "sk_test_essai"


class Provider(BaseHTTPRequestHandler):
    """What the reference of the interface says of pages, their expiry and refunds; it forgets nothing and knows no card."""

    mood = ""
    pages: dict[str, dict[str, Any]] = {}
    keys: dict[str, tuple[dict[str, list[str]], dict[str, Any]]] = {}
    asked: list[dict[str, str]] = []

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))

    def _answer(self, form: dict[str, list[str]]) -> None:
        parts = urlsplit(self.path)
        Provider.asked.append(dict(self.headers) | {"path": self.path, "form": json.dumps(form)})
        if self.mood == "slow":
            time.sleep(1.2)
        if self.mood in ("500", "302", "429"):
            return self._say(int(self.mood), {"error": {"code": "api_error"}})
        if self.mood == "html":
            return self._say(200, None)
        if self.mood == "other":
            return self._say(200, {})
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self._say(401, {"error": {"code": "api_key"}})
        key = self.headers.get("Idempotency-Key", "")
        if key in self.keys:
            before, answer = self.keys[key]
            return (
                self._say(200, answer) if before == form else self._say(400, {"error": {"code": "idempotency_error"}})
            )
        status, answer = self._do(parts.path, form)
        if key and status == 200:
            Provider.keys[key] = (form, answer)
        return self._say(status, answer)

    def _do(self, path: str, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        said = {name: values[0] for name, values in form.items()}
        if path == "/v1/checkout/sessions":
            price = "line_items[0][price_data]"
            made = {
                "id": f"cs_test_{uuid.uuid4().hex}", "client_reference_id": said["client_reference_id"], "status": "open",
                "payment_status": "unpaid", "payment_intent": None, "currency": said[f"{price}[currency]"],
                "amount_total": int(said[f"{price}[unit_amount]"]), "url": "https://checkout.stripe.com/c/pay/x",
            }  # fmt: skip
            Provider.pages[made["id"]] = made
            return 200, made
        if path == "/v1/refunds":
            found = next(
                one for one in self.pages.values() if (one["payment_intent"] or {}).get("id") == said["payment_intent"]
            )
            charge = found["payment_intent"]["latest_charge"]
            if charge["amount_refunded"] + int(said["amount"]) > found["amount_total"]:
                return 400, {"error": {"code": "charge_already_refunded"}}
            charge["amount_refunded"] += int(said["amount"])
            return 200, {"id": "re_1"}
        name, _, verb = path.removeprefix("/v1/checkout/sessions/").partition("/")
        if name not in self.pages:
            return 404, {"error": {"code": "resource_missing"}}
        if verb == "expire":
            if self.pages[name]["status"] != "open":
                return 400, {"error": {"code": "not_open"}}
            self.pages[name]["status"] = "expired"
        return 200, self.pages[name]

    def _say(self, status: int, answer: Any) -> None:
        body = b"<html>" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def provider() -> Iterator[str]:
    Provider.mood, Provider.pages, Provider.keys, Provider.asked = "", {}, {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["provider", "twin"])
def kept(request: Any, provider: str, tmp_path: Path) -> CardPages:
    return StripePages(provider, KEY) if request.param == "provider" else TwinPages(tmp_path / "cards")


def pay(pages: CardPages, session: str) -> None:
    """What the person does, at one or the other."""
    if isinstance(pages, TwinPages):
        assert pages.decide(session, Told.PAID, "s")
        return
    intent = {"id": f"pi_{session}", "latest_charge": {"amount_refunded": 0}}
    Provider.pages[session] |= {"status": "complete", "payment_status": "paid", "payment_intent": intent}


def asked(**fields: Any) -> Asked:
    values = {
        "reference": str(uuid.uuid4()), "money": Money(Decimal("120.05"), "EUR"), "label": "Credicys, CB-000001",
        "email": "j@exemple.fr", "back_url": "https://credicys.example/espace/", "expires_at": clock.now() + timedelta(hours=1),
    }  # fmt: skip
    return Asked(**(values | fields))


# --- the promise ---------------------------------------------------------------------------------------------------
def test_a_page_is_open_then_paid_then_refunded_to_the_cent(kept: CardPages) -> None:
    wanted = asked()
    page = kept.open(wanted)
    said = kept.read(page.session)
    assert (said.told, said.reference, said.money) == (Told.OPEN, wanted.reference, wanted.money)
    pay(kept, page.session)
    said = kept.read(page.session)
    assert (said.told, said.money, bool(said.charge)) == (Told.PAID, wanted.money, True)
    kept.refund(page.session, Money(Decimal("20.05"), "EUR"), key="r1")
    kept.refund(page.session, Money(Decimal("20.05"), "EUR"), key="r1")
    said = kept.read(page.session)
    assert (said.told, said.money.amount) == (Told.REFUNDED, Decimal("20.05"))
    with pytest.raises(PageRefused):
        kept.refund(page.session, Money(Decimal("100.01"), "EUR"), key="r2")


def test_a_currency_without_cents_stays_whole(kept: CardPages) -> None:
    wanted = asked(money=Money(Decimal(12000), "XPF"))
    assert kept.read(kept.open(wanted).session).money == wanted.money


@pytest.mark.attack("H08", "H09")
def test_asked_again_it_is_the_same_page(kept: CardPages) -> None:
    wanted = asked()
    assert kept.open(wanted) == kept.open(wanted)
    assert kept.open(asked()) != kept.open(wanted)


@pytest.mark.attack("H11")
def test_the_same_reference_with_another_amount_is_refused_aloud(kept: CardPages) -> None:
    wanted = asked()
    kept.open(wanted)
    with pytest.raises(PageRefused):
        kept.open(replace(wanted, money=Money(Decimal("120.06"), "EUR")))


def test_a_closed_page_tells_what_became_of_it(kept: CardPages) -> None:
    page = kept.open(asked())
    assert kept.close(page.session).told == kept.close(page.session).told == Told.EXPIRED
    other = kept.open(asked())
    pay(kept, other.session)
    assert kept.close(other.session).told == Told.PAID


def test_a_page_that_never_was_is_refused(kept: CardPages) -> None:
    for strange in ("cs_unknown", "../secrets/secret-key", "twin_../x"):
        with pytest.raises(PageRefused):
            kept.read(strange)


# --- what is particular to the provider ------------------------------------------------------------------------------
@pytest.mark.parametrize("mood", ["slow", "500", "429", "302", "html", "other"])
def test_a_provider_that_fails_is_unreachable_within_its_time(provider: str, mood: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(stripe, "TIME_LIMIT", httpx.Timeout(0.5))
    Provider.mood = mood
    begun = time.monotonic()
    with pytest.raises(PageUnreachable):
        StripePages(provider, KEY).open(asked())
    assert time.monotonic() - begun < 5


def test_no_card_reaches_us_and_the_provider_is_asked_as_it_documents(provider: str) -> None:
    wanted = asked()
    StripePages(provider, KEY).open(wanted)
    [said] = Provider.asked
    form = {name: value[0] for name, value in json.loads(said["form"]).items()}
    assert said["Idempotency-Key"] == f"page-{wanted.reference}" and said["Stripe-Version"] == stripe.VERSION
    assert form["mode"] == "payment" and form["line_items[0][price_data][unit_amount]"] == "12005"
    assert form["payment_intent_data[metadata][reference]"] == wanted.reference
    assert not [name for name in form if "card[" in name or "number" in name]


def test_nobody_listens_is_unreachable() -> None:
    with pytest.raises(PageUnreachable):
        StripePages("http://127.0.0.1:9", KEY).read("cs_1")


def test_amounts_are_told_in_the_smallest_unit() -> None:
    assert port.minor(Money(Decimal("0.10"), "EUR")) == 10 and port.minor(Money(Decimal(10), "XPF")) == 10
