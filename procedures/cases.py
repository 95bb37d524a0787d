"""A dossier with the facts that the rules of law look at: read at once for many, then judged without a query."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from accounts.models import Creditor
from core.money import Money
from dossiers.enums import ItemKind
from dossiers.models import Debtor, Dossier, Item
from dossiers.models.dossier import balances
from mandates.models import Mandate
from notifications.models import Message
from procedures.effects import Stop, stopped_by
from procedures.enums import HoldKind, HoldState
from procedures.legal_texts import AMIABLE_TEXTS, L126_TEXTS, PSRPC_TEXTS, missing
from procedures.models import Deadline, Hold


@dataclass(frozen=True, slots=True)
class Talks:
    """What debtor and creditor said in the month of the invitation, and its last day without carry-over."""

    strict_on: date
    has_accepted: bool
    agreed_on: date | None


@dataclass(frozen=True, slots=True)
class Case:
    """The facts at one instant; `today` is the civil day at the office."""

    dossier: Dossier
    balance: Money
    today: date
    has_signed_mandate: bool
    oldest_due_on: date | None
    texts_missing: tuple[str, ...]
    invitation_posted: bool = False
    term_is_running: bool = False
    talks: Talks | None = None
    holds: tuple[str, ...] = ()
    disputed: Decimal = Decimal(0)
    proved: tuple[str, ...] = ()  # of the holds, those that the office confirmed

    @property
    def debtor(self) -> Debtor:
        assert self.dossier.debtor is not None  # the database holds it for every filed dossier
        return self.dossier.debtor

    @property
    def claimed(self) -> Money:
        """The balance without what is disputed item by item: what may be asked for."""
        return Money(max(self.balance.amount - self.disputed, Decimal(0)), self.balance.currency)

    def stopped(self, what: Stop) -> list[HoldKind]:
        """Which standing holds stop this."""
        return stopped_by(self.holds, what)

    @property
    def creditor(self) -> Creditor:
        return self.dossier.creditor


def cases(dossiers: Sequence[Dossier], *, now: datetime, filing: bool = False) -> list[Case]:
    """The cases of these dossiers, by a fixed number of queries for all; by two more when they are being filed."""
    keys = [dossier.pk for dossier in dossiers]
    sums = balances(keys)
    signed = _with_mandate(dossiers) if filing else set()
    oldest = oldest_due(keys) if filing else {}
    posted = _with_posted_invitation(keys)
    running, talks = _with_running_term(keys, now), _talks(keys)
    holds, proved, disputed = _holds(keys)
    absent: dict[date, tuple[str, ...]] = {}
    facts = []
    for dossier in dossiers:
        today = now.astimezone(dossier.zone).date()
        if today not in absent:
            absent[today] = tuple(missing((*AMIABLE_TEXTS, *PSRPC_TEXTS, *L126_TEXTS), on=today))
        balance = Money(sums.get(dossier.pk, Decimal(0)), dossier.currency)
        has_mandate, due_on = dossier.creditor_id in signed, oldest.get(dossier.pk)
        facts.append(
            Case(
                dossier,
                balance,
                today,
                has_mandate,
                due_on,
                absent[today],
                dossier.pk in posted,
                dossier.pk in running,
                talks.get(dossier.pk),
                tuple(holds[dossier.pk]),
                disputed[dossier.pk],
                tuple(proved[dossier.pk]),
            )
        )
    return facts


def _with_mandate(dossiers: Sequence[Dossier]) -> set[int]:
    keys = {dossier.creditor_id for dossier in dossiers}
    return set(Mandate.objects.signed().filter(creditor__in=keys).values_list("creditor_id", flat=True))


def _with_posted_invitation(keys: Sequence[int]) -> set[int]:
    posted = Message.objects.filter(dossier_id__in=keys, kind="psrpc_letter", posted_on__isnull=False)
    return {key for key in posted.values_list("dossier_id", flat=True) if key}


def _with_running_term(keys: Sequence[int], now: datetime) -> set[int]:
    running = Deadline.objects.pending().filter(dossier__in=keys, lapses_at__gt=now)
    return set(running.values_list("dossier_id", flat=True))


TALKS = """
SELECT DISTINCT ON (month.dossier_id) month.dossier_id, month.strict_on,
  EXISTS (SELECT 1 FROM procedures_answer WHERE dossier_id = month.dossier_id AND kind = 'accept'),
  CASE WHEN offer.debtor_agreed_on IS NOT NULL AND offer.creditor_agreed_on IS NOT NULL
    THEN greatest(offer.debtor_agreed_on, offer.creditor_agreed_on) END
FROM procedures_deadline month LEFT JOIN LATERAL (
  SELECT debtor_agreed_on, creditor_agreed_on FROM procedures_offer
  WHERE dossier_id = month.dossier_id ORDER BY id DESC LIMIT 1) offer ON true
WHERE month.dossier_id = ANY(%s) AND month.kind = 'psrpc_extended' ORDER BY month.dossier_id, month.id DESC
"""


def _talks(keys: Sequence[int]) -> dict[int, Talks]:
    with connection.cursor() as cursor:
        cursor.execute(TALKS, [list(keys)])
        return {key: Talks(*facts) for key, *facts in cursor.fetchall()}


def _holds(keys: Sequence[int]) -> tuple[dict[int, list[str]], dict[int, list[str]], dict[int, Decimal]]:
    """The kinds that stand on whole dossiers, those of them that are confirmed, and the sums of their disputed items."""
    kinds: dict[int, list[str]] = defaultdict(list)
    proved: dict[int, list[str]] = defaultdict(list)
    disputed: dict[int, Decimal] = defaultdict(Decimal)
    standing = Hold.objects.standing().filter(dossier__in=keys)
    for key, kind, state, gross in standing.values_list("dossier_id", "kind", "state", "item__gross"):
        if gross is None:
            kinds[key].append(kind)
            proved[key] += [kind] if state == HoldState.CONFIRMED else []
        else:
            disputed[key] += gross
    return kinds, proved, disputed


def oldest_due(keys: Sequence[int]) -> dict[int, date]:
    """The due day of the oldest invoice still owed: what was paid or credited covers the oldest ones first (C. civ. 1342-10)."""
    rows = Item.objects.filter(dossier__in=keys).order_by("due_on", "pk")
    items = list(rows.values_list("dossier_id", "kind", "due_on", "gross"))
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for key, kind, _, gross in items:
        paid[key] += gross if kind != ItemKind.INVOICE else 0
    owed: dict[int, date] = {}
    for key, kind, due_on, gross in items:
        if kind == ItemKind.INVOICE and key not in owed:
            paid[key] -= gross
            if paid[key] < 0:
                owed[key] = due_on
    return owed
