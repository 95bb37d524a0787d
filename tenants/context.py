"""Who asks: the audience and the owners whose rows it may touch, told to PostgreSQL for one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction

from core.statements import ask


class Audience(StrEnum):
    """Each has its role in the database and its policy on each table."""

    PUBLIC = "r_public"
    PORTAL = "r_portal"
    OFFICE = "r_office"
    DEBTOR = "r_debtor"
    SUPPORT = "r_support"
    WORKER = "r_worker"


@dataclass(frozen=True, slots=True)
class Context:
    """An audience with its keys; what it does not name, it cannot see."""

    audience: Audience
    brand: int | None = None
    creditors: tuple[int, ...] = ()
    office: int | None = None
    dossier: int | None = None
    partner: int | None = None  # a distributor sees what stands under its key, as a creditor without creditors

    def settings(self) -> tuple[str, str, str, str, str, str]:
        creditors = "{" + ",".join(map(str, self.creditors)) + "}" if self.creditors else ""
        keys = (_text(self.office), _text(self.dossier), _text(self.partner))
        return (self.audience.value, _text(self.brand), creditors, *keys)


WORKER = Context(Audience.WORKER)
SETTINGS = ("role", "app.brand", "app.creditors", "app.office", "app.dossier", "app.partner")
APPLY = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
READ = "SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS)

KNOWN = "SELECT coalesce(current_setting('app.secret', true), '')"
KNOW = "SELECT set_config('app.secret', %s, true)"


@contextmanager
def acting_as(context: Context) -> Iterator[None]:
    """A transaction whose every statement runs as that audience; the outer context returns at its end."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        before = _query(READ) if nested else None
        switch(context)
        yield
        # Released savepoints keep SET LOCAL; rolled-back ones restore it by themselves.
        if before and not connection.needs_rollback:
            _query(APPLY, before)


@contextmanager
def knowing(fingerprint: str) -> Iterator[None]:
    """For a while the row that carries this fingerprint of a secret is open to whoever showed the secret.

    The walls of invitations, share links and receipts let their row through by it, and no other row.
    """
    with transaction.atomic():
        before = _query(KNOWN)
        _query(KNOW, (fingerprint,))
        yield
        _query(KNOW, before)


def switch(context: Context) -> None:
    """Change the audience of the transaction that is open; without one, nothing would hold: RuntimeError."""
    if not connection.in_atomic_block:
        raise RuntimeError("A context lives in a transaction.")
    _query(APPLY, context.settings())


def _query(sql: str, params: tuple[str, ...] | None = None) -> tuple[str, ...]:
    return ask(sql, params or ())[0]


def _text(key: int | None) -> str:
    return "" if key is None else str(key)
