"""The provider's twin: the same promise from files of this machine, for demos, tests and work without a network."""

import fcntl
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import clock
from core.money import Money
from payments.cards.notices import of_minor, signature_of
from payments.cards.port import Asked, Notice, Page, PageRefused, Told, minor

ROOT = "/demo/carte/"
RANKS = list(Told)


class TwinPages:
    """A folder with one file a page, changed under a lock as a provider's own base would be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, asked: Asked) -> Page:
        session = f"twin_{uuid.UUID(asked.reference).hex}"
        wanted = {
            "id": session, "client_reference_id": asked.reference, "amount_total": minor(asked.money), "label": asked.label,
            "currency": asked.money.currency.lower(), "email": asked.email, "back_url": asked.back_url,
            "expires_at": asked.expires_at.timestamp(),
        }  # fmt: skip
        with self._alone(session):
            if not self._file(session).exists():
                self._keep(session, wanted | {"told": Told.OPEN, "refunded": 0, "keys": []})
        if any(self.page(session)[name] != value for name, value in wanted.items()):
            raise PageRefused("idempotency_key_in_use")
        return Page(session, f"{ROOT}{session}")

    def page(self, session: str) -> dict[str, Any]:
        """What is known of a page; PageRefused for one that never was."""
        try:
            found: dict[str, Any] = json.loads(self._file(session).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise PageRefused("resource_missing") from error
        if found["told"] == Told.OPEN and found["expires_at"] <= clock.now().timestamp():
            found["told"] = Told.EXPIRED
        return found

    def read(self, session: str) -> Notice:
        return self._notice(self.page(session), f"read-{session}-{uuid.uuid4().hex}")

    def close(self, session: str) -> Notice:
        self._become(session, Told.EXPIRED)
        return self.read(session)

    def refund(self, session: str, money: Money, *, key: str) -> None:
        def back(found: dict[str, Any]) -> None:
            if (
                found["told"] not in (Told.PAID, Told.REFUNDED)
                or found["refunded"] + minor(money) > found["amount_total"]
            ):
                raise PageRefused("charge_not_refundable")
            found["told"], found["refunded"] = Told.REFUNDED, found["refunded"] + minor(money)

        def once(found: dict[str, Any]) -> None:
            if key not in found["keys"]:
                back(found)
                found["keys"].append(key)

        self._change(session, once)

    def decide(self, session: str, told: Told, secret: str) -> tuple[bytes, str] | None:
        """What the person did on the page, and the signed notice of it; nothing when the page is over."""
        if not self._become(session, told):
            return None
        found = self.page(session)
        kind = {Told.PAID: "completed", Told.FAILED: "async_payment_failed", Told.EXPIRED: "expired"}[told]
        shown = {name: found[name] for name in ("id", "client_reference_id", "amount_total", "currency")}
        shown |= {
            "payment_status": "paid" if told == Told.PAID else "unpaid",
            "status": "complete",
            "payment_intent": f"pi_{session}",
        }
        event = {"id": f"evt_{uuid.uuid4().hex}", "type": f"checkout.session.{kind}", "data": {"object": shown}}
        body = json.dumps(event).encode()
        return body, signature_of(body, secret, at=int(clock.now().timestamp()))

    def _become(self, session: str, told: Told) -> bool:
        """Whether it was still open, and so is what was decided: the first decision is the last."""
        done = []

        def decide(found: dict[str, Any]) -> None:
            if found["told"] == Told.OPEN:
                found["told"] = told
                done.append(told)

        self._change(session, decide)
        return bool(done)

    def _change(self, session: str, how: Callable[[dict[str, Any]], None]) -> None:
        with self._alone(session):
            found = self.page(session)
            how(found)
            self._keep(session, found)

    def _keep(self, session: str, found: dict[str, Any]) -> None:
        fresh = self._file(session).with_suffix(".new")
        fresh.write_text(json.dumps(found), encoding="utf-8")
        fresh.replace(self._file(session))

    @contextmanager
    def _alone(self, session: str) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._file(session).with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _notice(found: dict[str, Any], event: str) -> Notice:
        amount = found["refunded"] if found["told"] == Told.REFUNDED else found["amount_total"]
        paid = RANKS.index(Told(found["told"])) >= RANKS.index(Told.PAID)
        money = of_minor(amount, found["currency"])
        return Notice(
            event, found["client_reference_id"], Told(found["told"]), money, f"pi_{found['id']}" if paid else ""
        )

    def _file(self, session: str) -> Path:
        if not session.removeprefix("twin_").isalnum():  # a name from an address becomes no path
            raise PageRefused("resource_missing")
        return self.folder / f"{session}.json"
