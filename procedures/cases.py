"""A dossier with the facts that the rules of law look at: read at once for many, then judged without a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Creditor
from core.money import Money
from dossiers.models import Debtor, Dossier, Item
from dossiers.models.dossier import balances
from mandates.models import Mandate
from procedures.legal_texts import AMIABLE_TEXTS, PSRPC_TEXTS, missing


@dataclass(frozen=True, slots=True)
class Case:
    """The facts at one instant; `today` is the civil day at the office."""

    dossier: Dossier
    balance: Money
    today: date
    has_signed_mandate: bool
    first_due_on: date | None
    texts_missing: tuple[str, ...]

    @property
    def debtor(self) -> Debtor:
        assert self.dossier.debtor is not None  # the database holds it for every filed dossier
        return self.dossier.debtor

    @property
    def creditor(self) -> Creditor:
        return self.dossier.creditor


def cases(dossiers: Sequence[Dossier], *, now: datetime, filing: bool = False) -> list[Case]:
    """The cases of these dossiers, by one query for all; by three when they are being filed."""
    keys = [dossier.pk for dossier in dossiers]
    sums = balances(keys)
    signed = _with_mandate(dossiers) if filing else set()
    oldest = _first_due(keys) if filing else {}
    absent: dict[date, tuple[str, ...]] = {}
    facts = []
    for dossier in dossiers:
        today = now.astimezone(dossier.zone).date()
        if today not in absent:
            absent[today] = tuple(missing((*AMIABLE_TEXTS, *PSRPC_TEXTS), on=today))
        balance = Money(sums.get(dossier.pk, Decimal(0)), dossier.currency)
        has_mandate, due_on = dossier.creditor_id in signed, oldest.get(dossier.pk)
        facts.append(Case(dossier, balance, today, has_mandate, due_on, absent[today]))
    return facts


def _with_mandate(dossiers: Sequence[Dossier]) -> set[int]:
    keys = {dossier.creditor_id for dossier in dossiers}
    return set(Mandate.objects.signed().filter(creditor__in=keys).values_list("creditor_id", flat=True))


def _first_due(keys: Sequence[int]) -> dict[int, date]:
    rows = Item.objects.filter(dossier__in=keys, kind="invoice").order_by("-due_on").values_list("dossier_id", "due_on")
    return dict(rows)
