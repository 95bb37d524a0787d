"""Money: a decimal amount in one currency, never a float, never more places than the currency has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

PLACES = {"EUR": 2, "XPF": 0}
SYMBOLS = {"EUR": "€", "XPF": "F CFP"}
THIN, FIXED = "\u202f", "\u00a0"


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount that can be paid: `Money(Decimal("12.50"), "EUR")`. Use `rounded` for a result of division."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, int) and not isinstance(self.amount, bool):
            object.__setattr__(self, "amount", Decimal(self.amount))
        if not isinstance(self.amount, Decimal):
            raise TypeError("Money takes a Decimal: a float has already lost the cents.")
        if self.currency not in PLACES:
            raise ValueError(f"Devise inconnue : {self.currency}.")
        quantum = _quantum(self.currency)
        if not self.amount.is_finite() or self.amount != self.amount.quantize(quantum):
            raise ValueError(f"{self.amount} a trop de décimales pour {self.currency}.")
        object.__setattr__(self, "amount", self.amount.quantize(quantum))

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """The nearest payable amount, halves away from zero: the one place where money is rounded."""
        return cls(amount.quantize(_quantum(currency), ROUND_HALF_UP), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return self.format_fr()

    def split(self, parts: int) -> list[Money]:
        """As many equal parts as asked; the last one carries what does not divide, so that nothing is lost."""
        if parts < 1:
            raise ValueError("Il faut au moins une part.")
        share = (self.amount / parts).quantize(_quantum(self.currency), ROUND_FLOOR)
        last = self.amount - share * (parts - 1)
        return [Money(share, self.currency)] * (parts - 1) + [Money(last, self.currency)]

    def split_by(self, weights: Sequence[Decimal | int]) -> list[Money]:
        """Parts in proportion to the weights, by largest remainder: their sum is the whole."""
        total = sum(Decimal(weight) for weight in weights)
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("Les poids doivent être positifs.")
        quantum = _quantum(self.currency)
        exact = [self.amount * Decimal(weight) / total for weight in weights]
        shares = [share.quantize(quantum, ROUND_FLOOR) for share in exact]
        missing = int((self.amount - sum(shares)) / quantum)
        by_remainder = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
        for i in by_remainder[:missing]:
            shares[i] += quantum
        return [Money(share, self.currency) for share in shares]

    def format_fr(self) -> str:
        """« 1 234,56 € », « 12 000 F CFP », with spaces that do not break."""
        whole, _, cents = f"{abs(self.amount):,}".partition(".")
        text = whole.replace(",", THIN) + (f",{cents}" if cents else "")
        return f"{'−' if self.amount < 0 else ''}{text}{FIXED}{SYMBOLS[self.currency]}"

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} et {other.currency} ne s’additionnent pas.")
        return other.amount


def _quantum(currency: str) -> Decimal:
    return Decimal(1).scaleb(-PLACES[currency])
