"""Interest on a sum, day by day at the rate of each half-year, line by line as a court wants to read it. Pure.

Exact days over 365, or 366 in a leap year; simple interest unless capitalised; rounded half-up once, at the end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from core.money import Money
from procedures.parameters import dated_on

ONE_DAY = timedelta(days=1)
INCREASE = Decimal(5)
INCREASE_SOURCE = "majorée de 5 points, CMF L313-3"
KINDS = {"legal": "legal_rate_individual", "legal_person": "legal_rate_other", "late": "late_payment_rate"}


class BadInterest(ValueError):
    """The question makes no sense; the message says what to correct."""


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of days, both included, at one rate; `amount` is exact, not rounded."""

    start_on: date
    end_on: date
    base: Decimal
    percent: Decimal
    source: str

    @property
    def days(self) -> int:
        return (self.end_on - self.start_on).days + 1

    @property
    def year_days(self) -> int:
        return 366 if _is_leap(self.start_on.year) else 365

    @property
    def amount(self) -> Decimal:
        return self.base * self.percent * self.days / (100 * self.year_days)


@dataclass(frozen=True, slots=True)
class Interest:
    """The lines and their sum, rounded half-up to the currency's smallest coin."""

    currency: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Money:
        return Money.rounded(sum((line.amount for line in self.lines), Decimal(0)), self.currency)


@dataclass(frozen=True, slots=True)
class Rate:
    """`legal` (natural person acting for private needs), `legal_person` (other creditors), `late` (C. com. L441-10),
    or a fixed percentage of the contract; five points more from `increased_from` on (CMF L313-3)."""

    kind: str
    percent: Decimal = Decimal(0)
    increased_from: date | None = None

    def on(self, day: date) -> tuple[Decimal, str]:
        """The percentage of that day and where it comes from; MissingParameter when nobody entered it."""
        row = dated_on(KINDS[self.kind], day) if self.kind in KINDS else None
        percent, source = (row.value, row.source) if row else (self.percent, "taux convenu au contrat")
        if self.increased_from and day >= self.increased_from:
            return percent + INCREASE, f"{source}, {INCREASE_SOURCE}"
        return percent, source

    def changes_on(self, day: date) -> bool:
        """Whether a new line begins on that day: a new year counts its own days, a new half-year has its rate."""
        return (day.month, day.day) in ((1, 1), (7, 1)) or day == self.increased_from


def rate_named(text: str) -> Rate:
    """`legal`, `legal_person`, `late` or a percentage such as `9.5`; BadInterest otherwise."""
    if text in KINDS:
        return Rate(text)
    try:
        percent = Decimal(text.replace(",", "."))
    except ArithmeticError:
        raise BadInterest(f"Taux incompris : {text}. Indiquez {', '.join(KINDS)} ou un pourcentage.") from None
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise BadInterest("Le taux doit être compris entre 0 et 100 %.")
    return Rate("agreed", percent)


def accrue(principal: Money, start_on: date, end_on: date, rate: Rate, *, capitalised: bool = False) -> Interest:
    """Interest from the first bearing day to the last one, both included.

    `capitalised`: what has been due for a whole year bears interest in turn (C. civ. 1343-2).
    Raises BadInterest on a negative sum, MissingParameter when the rate of one half-year is not known.
    """
    if principal.amount < 0:
        raise BadInterest("Le principal ne peut pas être négatif.")
    lines: list[Line] = []
    base, year = principal.amount, Decimal(0)
    for first, last in pairwise(_cuts(start_on, end_on, rate, capitalised)):
        if capitalised and first != start_on and _is_anniversary(first, start_on):
            base, year = base + year, Decimal(0)
        percent, source = rate.on(first)
        line = Line(first, last - ONE_DAY, base, percent, source)
        year += line.amount
        lines.append(line)
    return Interest(principal.currency, tuple(lines))


def _cuts(start_on: date, end_on: date, rate: Rate, capitalised: bool) -> Iterator[date]:
    """The first day of each line, and the day after the last one."""
    if end_on < start_on:
        return
    yield start_on
    day = start_on + ONE_DAY
    while day <= end_on:
        if rate.changes_on(day) or (capitalised and _is_anniversary(day, start_on)):
            yield day
        day += ONE_DAY
    yield end_on + ONE_DAY


def _is_anniversary(day: date, start_on: date) -> bool:
    return day.year > start_on.year and day == _in_year(start_on, day.year)


def _in_year(day: date, year: int) -> date:
    """A 29 February comes round on 1 March where there is none: the year must be whole."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
