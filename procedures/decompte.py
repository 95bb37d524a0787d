"""What is owed on a day, item by item: principal, interest, the indemnity of 40 €, and where each payment went. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.money import Money
from procedures.interest import Line, Rate, accrue

ONE_DAY = timedelta(days=1)


class Part(StrEnum):
    """In the order in which a payment extinguishes them (C. civ. 1343-1; the place of the indemnity is our reading)."""

    INTEREST = "interest"
    INDEMNITY = "indemnity"
    PRINCIPAL = "principal"

    @property
    def label(self) -> str:
        return {"interest": "intérêts", "indemnity": "indemnité", "principal": "principal"}[self]


@dataclass(frozen=True, slots=True)
class Debt:
    """An unpaid invoice; interest runs from `bears_from`, both days counted; none without a rate."""

    key: str
    principal: Money
    due_on: date
    bears_from: date
    rate: Rate | None = None
    indemnity: Money | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A sum received; `debt` is the one that the debtor chose to pay (C. civ. 1342-10)."""

    received_on: date
    amount: Money
    debt: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What one payment extinguished of one part of one debt, and by which rule it went there."""

    payment: Payment
    debt: str
    part: Part
    amount: Money
    reason: str


@dataclass(slots=True)
class Account:
    """One debt as it stands: what remains of each part, and the lines that its interest was counted by."""

    debt: Debt
    remaining: dict[Part, Money]
    lines: list[Line] = field(default_factory=list)
    counted_to: date | None = None

    @property
    def owed(self) -> Money:
        return sum_of(self.remaining.values(), self.debt.principal.currency)


@dataclass(frozen=True, slots=True)
class Decompte:
    """The accounts on a day, the shares of the payments, and what was paid beyond all that is owed."""

    on: date
    accounts: tuple[Account, ...]
    shares: tuple[Share, ...]
    surplus: Money

    def total(self, part: Part) -> Money:
        return sum_of((account.remaining[part] for account in self.accounts), self.surplus.currency)

    @property
    def owed(self) -> Money:
        return sum_of((account.owed for account in self.accounts), self.surplus.currency)


CHOSEN = "choix du débiteur (C. civ. 1342-10)"
ORDER = "dette échue, puis celle qui coûte le plus, puis la plus ancienne (C. civ. 1342-10)"
EQUAL = "dettes égales : à proportion (C. civ. 1342-10)"


def decompte(
    debts: Sequence[Debt],
    payments: Iterable[Payment],
    *,
    on: date,
    currency: str = "EUR",
    interest_stops_on: date | None = None,
) -> Decompte:
    """The claim's account on a day: interest is counted to the day of each payment, then on what is left.

    Each count is rounded once, half-up, to the smallest coin: what is posted is what was printed.
    From `interest_stops_on` at 0:00 nothing bears interest any more.
    Raises MissingParameter where the rate of a half-year is unknown, CurrencyMismatch on mixed currencies.
    """
    accounts = [_opened(debt) for debt in debts]
    last = interest_stops_on - ONE_DAY if interest_stops_on else on
    shares: list[Share] = []
    surplus = Money(Decimal(0), currency)
    for payment in sorted(payments, key=lambda payment: payment.received_on):
        if payment.received_on > on:
            continue
        for account in accounts:
            _count(account, min(payment.received_on, last))
        spent = _spend(accounts, payment)
        shares += spent
        surplus += payment.amount - sum_of((share.amount for share in spent), currency)
    for account in accounts:
        _count(account, min(on, last))
    return Decompte(on, tuple(accounts), tuple(shares), surplus)


def _opened(debt: Debt) -> Account:
    nothing = Money(Decimal(0), debt.principal.currency)
    remaining = {Part.INTEREST: nothing, Part.INDEMNITY: debt.indemnity or nothing, Part.PRINCIPAL: debt.principal}
    return Account(debt, remaining)


def _count(account: Account, to: date) -> None:
    """Interest from the last count to that day, included."""
    debt = account.debt
    start = account.counted_to + ONE_DAY if account.counted_to else debt.bears_from
    if debt.rate is None or to < start:
        return
    interest = accrue(account.remaining[Part.PRINCIPAL], start, to, debt.rate)
    account.lines += interest.lines
    account.remaining[Part.INTEREST] += interest.total
    account.counted_to = to


def _spend(accounts: Sequence[Account], payment: Payment) -> list[Share]:
    shares: list[Share] = []
    left = payment.amount
    for reason, group in _in_order(accounts, payment):
        owed = [account.owed for account in group]
        given = min(left, sum_of(owed, left.currency))
        parts = given.split_by([amount.amount for amount in owed]) if given else []
        for account, amount in zip(group, parts, strict=False):
            shares += _extinguish(account, amount, payment, reason)
        left -= given
    return shares


def _in_order(accounts: Sequence[Account], payment: Payment) -> list[tuple[str, list[Account]]]:
    """Groups of equal debts, the first to be paid first."""
    owing = [account for account in accounts if account.owed]
    chosen = [account for account in owing if account.debt.key == payment.debt]
    ranks: dict[tuple[bool, Decimal, date], list[Account]] = {}
    for account in owing:
        if account not in chosen:
            ranks.setdefault(_rank(account.debt, payment.received_on), []).append(account)
    groups = [(EQUAL if len(ranks[rank]) > 1 else ORDER, ranks[rank]) for rank in sorted(ranks)]
    return [(CHOSEN, chosen), *groups] if chosen else groups


def _rank(debt: Debt, day: date) -> tuple[bool, Decimal, date]:
    """Due debts before others, the dearest first, then the oldest."""
    percent = debt.rate.on(max(day, debt.bears_from))[0] if debt.rate else Decimal(0)
    return (debt.due_on > day, -percent, debt.due_on)


def _extinguish(account: Account, amount: Money, payment: Payment, reason: str) -> list[Share]:
    shares = []
    for part in Part:
        taken = min(amount, account.remaining[part])
        if taken:
            account.remaining[part] -= taken
            amount -= taken
            shares.append(Share(replace(payment), account.debt.key, part, taken, reason))
    return shares


def sum_of(amounts: Iterable[Money], currency: str) -> Money:
    """Their sum; nothing gives zero of the currency."""
    return sum(amounts, start=Money(Decimal(0), currency))
