"""Money: a decimal amount in one currency, never a float, never more places than the currency has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

PLACES = {"EUR": 2, "XPF": 0}
SYMBOLS = {"EUR": "€", "XPF": "F CFP"}
UNITS = {"EUR": "euro", "XPF": "franc"}
NAMES_END = {"EUR": "", "XPF": " CFP"}
SCALES = ((10**9, "milliard"), (10**6, "million"), (1000, "mille"))
SMALL = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize",
)  # fmt: skip
TENS = {
    10: "dix",
    20: "vingt",
    30: "trente",
    40: "quarante",
    50: "cinquante",
    60: "soixante",
    80: "quatre-vingt",
}
LARGEST = 11  # power of ten: far above any claim, well within the precision of Decimal
THIN, FIXED = "\u202f", "\u00a0"


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were put together."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount that can be paid, as `Money(Decimal("12.50"), "EUR")`; `rounded` takes what was divided."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.amount, int) and not isinstance(self.amount, bool):
            object.__setattr__(self, "amount", Decimal(self.amount))
        if not isinstance(self.amount, Decimal):
            raise TypeError("Money takes a Decimal: a float has already lost the cents.")
        if self.currency not in PLACES:
            raise ValueError(f"Devise inconnue : {self.currency}.")
        if not self.amount.is_finite() or self.amount.adjusted() > LARGEST:
            raise ValueError(f"{self.amount} n’est pas un montant.")
        payable = self.amount.quantize(_quantum(self.currency))
        if self.amount != payable:
            raise ValueError(f"{self.amount} a trop de décimales pour {self.currency}.")
        object.__setattr__(self, "amount", payable)

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
        """As many equal parts as asked; the last one carries what does not divide: nothing is lost."""
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


def in_words_fr(money: Money) -> str:
    """The sum in letters and in figures, as an acknowledgment of debt must write it (C. civ. 1376)."""
    whole, cents = divmod(int(abs(money.amount).scaleb(PLACES[money.currency])), 10 ** PLACES[money.currency])
    unit = UNITS[money.currency] + ("s" if whole > 1 else "") + NAMES_END[money.currency]
    if whole and whole % 10**6 == 0:  # « un million d’euros »
        unit = f"d’{unit}" if unit.startswith("e") else f"de {unit}"
    text = f"{number_in_words_fr(whole)} {unit}"
    if cents:
        text += f" et {number_in_words_fr(cents)} centime{'s' if cents > 1 else ''}"
    return f"{'moins ' if money.amount < 0 else ''}{text} ({money.format_fr()})"


def number_in_words_fr(number: int) -> str:
    """A whole number from zero up, in the traditional spelling: « deux cent quatre-vingts »."""
    for size, name in SCALES:
        if number >= size:
            count, rest = divmod(number, size)
            # « cent » and « vingt » take their s before a noun (million), not before the numeral mille.
            head = "mille" if (size, count) == (1000, 1) else f"{_hundreds(count, size > 1000)} {name}"
            if size > 1000 and count > 1:
                head += "s"
            return f"{head} {number_in_words_fr(rest)}" if rest else head
    return _hundreds(number, final=True)


def _hundreds(number: int, final: bool) -> str:
    """A number below one thousand; `final` when no numeral follows it."""
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _tens(rest, final)
    if not rest:
        return "cent" if hundreds == 1 else f"{SMALL[hundreds]} cent{'s' if final else ''}"
    return f"{'' if hundreds == 1 else SMALL[hundreds] + ' '}cent {_tens(rest, final)}"


def _tens(number: int, final: bool) -> str:
    if number < 17:
        return SMALL[number]
    if number == 80:
        return "quatre-vingts" if final else "quatre-vingt"
    # Seventy and ninety count on from sixty and eighty: soixante-dix, quatre-vingt-dix.
    base = number // 10 * 10 if number < 60 else number // 20 * 20
    rest = number - base
    if not rest:
        return TENS[base]
    return f"{TENS[base]}{' et ' if rest in (1, 11) and base != 80 else '-'}{_tens(rest, final)}"
