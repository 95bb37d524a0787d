"""Terms in days and months, and the days on which none ends (CPC 640 to 642). Pure."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

NATIONAL = {
    (1, 1): "Jour de l’an",
    (5, 1): "Fête du travail",
    (5, 8): "Victoire de 1945",
    (7, 14): "Fête nationale",
    (8, 15): "Assomption",
    (11, 1): "Toussaint",
    (11, 11): "Armistice de 1918",
    (12, 25): "Noël",
}
AFTER_EASTER = {1: "Lundi de Pâques", 39: "Ascension", 50: "Lundi de Pentecôte"}
GOOD_FRIDAY = "Vendredi saint"
ABOLITION = "Abolition de l’esclavage"
FOR_EVER = (1900, 9999)
FORTNIGHT = timedelta(days=14)
OUT_OF_CALENDAR = "Durée trop longue : l’échéance sort du calendrier. Indiquez une durée plus courte."
# territory: (month, day, name, first year, last year); Good Friday apart.
LOCAL: dict[str, tuple[tuple[int, int, str, int, int], ...]] = {
    "FR": (),
    "ABROAD": (),
    "SPM": (),
    "ALSACE-MOSELLE": ((12, 26, "Saint-Étienne", *FOR_EVER),),
    "GUADELOUPE": ((5, 27, ABOLITION, *FOR_EVER),),
    "MARTINIQUE": ((5, 22, ABOLITION, *FOR_EVER),),
    "GUYANE": ((6, 10, ABOLITION, *FOR_EVER),),
    "REUNION": ((12, 20, ABOLITION, *FOR_EVER),),
    "MAYOTTE": ((4, 27, ABOLITION, *FOR_EVER),),
    "SAINT-BARTHELEMY": ((10, 9, ABOLITION, *FOR_EVER),),
    # Sources disagree on the day: both are waited through.
    "SAINT-MARTIN": ((5, 27, ABOLITION, *FOR_EVER), (5, 28, ABOLITION, 2018, 9999)),
    "NC": ((9, 24, "Fête de la citoyenneté", *FOR_EVER),),
    "PF": (
        (3, 5, "Arrivée de l’Évangile", *FOR_EVER),
        (6, 29, "Fête de l’autonomie", 1900, 2025),
        (11, 20, "Matari’i", 2026, 9999),
    ),
    "WF": ((4, 28, "Saint Pierre Chanel", *FOR_EVER), (7, 29, "Fête du territoire", *FOR_EVER)),
}
WITH_GOOD_FRIDAY = ("ALSACE-MOSELLE", "PF")


class UnknownTerritory(ValueError):
    """No calendar is known for that territory."""


@dataclass(frozen=True, slots=True)
class Period:
    """Months first, then days (641 al. 3); negative goes back."""

    months: int = 0
    days: int = 0

    def in_words(self) -> str:
        """« un mois », « 15 jours », « 1 an »: as people write it."""
        parts = []
        years, months = divmod(abs(self.months), 12) if abs(self.months) % 12 == 0 else (0, abs(self.months))
        if years:
            parts.append("un an" if years == 1 else f"{years} ans")
        if months:
            parts.append("un mois" if months == 1 else f"{months} mois")
        weeks, days = divmod(abs(self.days), 7)
        if weeks > 2 and not days:  # the law says « 15 jours », but « trois semaines »
            parts.append(f"{weeks} semaines")
        elif self.days:
            parts.append("un jour" if abs(self.days) == 1 else f"{abs(self.days)} jours")
        return " et ".join(parts)


PART = re.compile(r"P(?:([0-9]{1,5})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?")


def parse_period(text: str) -> Period:
    """P1M, P15D, P3W, P5Y, P1M10D, -P14D; P1M+P2M is one period of 3 months (643). ValueError otherwise."""
    total = Period()
    for part in text.strip().upper().split("+"):
        sign, body = (-1, part[1:]) if part.startswith("-") else (1, part)
        found = PART.fullmatch(body)
        if found is None or body == "P":
            raise ValueError(f"Durée incomprise : {text}. Écrivez par exemple P15D, P1M, P1M+P2M ou -P14D.")
        years, months, weeks, days = (int(number or 0) for number in found.groups())
        total = Period(total.months + sign * (12 * years + months), total.days + sign * (7 * weeks + days))
    return total


def add_period(start: date, period: Period) -> date:
    """The last day: same day number or the month's last day (641 al. 2), then days; the start does not count.

    Raises ValueError, with a sentence, when the period leaves the years 1 to 9999.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + period.months, 12)
    try:
        day = min(start.day, monthrange(year, month + 1)[1])
        last = date(year, month + 1, day) + timedelta(days=period.days)
    except (ValueError, OverflowError) as error:
        raise ValueError(OUT_OF_CALENDAR) from error
    if not date.min + FORTNIGHT <= last <= date.max - FORTNIGHT:  # the working days around it must exist too
        raise ValueError(OUT_OF_CALENDAR)
    return last


@cache
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar."""
    century, golden = year // 100, year % 19
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    shift = moon - weekday
    month = 3 + (shift + 40) // 44
    return date(year, month, shift + 28 - 31 * (month // 4))


@cache
def holidays(territory: str, year: int) -> Mapping[date, str]:
    """The public holidays of the territory in that year, by day, national and local."""
    # A local day may fall on a national one: then the day keeps its national name.
    return MappingProxyType({**local_holidays(territory, year), **national_holidays(year)})


@cache
def local_holidays(territory: str, year: int) -> Mapping[date, str]:
    """Those that hold there alone; whether they carry a term over is not settled (642, C. trav. L3133-1)."""
    if territory not in LOCAL:
        raise UnknownTerritory(f"Territoire inconnu : {territory}. Connus : {', '.join(sorted(LOCAL))}.")
    rows = LOCAL[territory]
    days = {date(year, month, day): name for month, day, name, first, last in rows if first <= year <= last}
    if territory in WITH_GOOD_FRIDAY:
        days[easter(year) - timedelta(days=2)] = GOOD_FRIDAY
    return MappingProxyType(days)


@cache
def national_holidays(year: int) -> Mapping[date, str]:
    """The eleven holidays of C. trav. L3133-1, which hold everywhere."""
    days = {date(year, month, day): name for (month, day), name in NATIONAL.items()}
    movable = {easter(year) + timedelta(days=shift): name for shift, name in AFTER_EASTER.items()}
    return MappingProxyType({**movable, **days})


def day_off(day: date, territory: str) -> str:
    """Why a term may not end that day: « samedi », « dimanche », the holiday's name; empty when it may."""
    if name := holidays(territory, day.year).get(day):
        return name
    return {5: "samedi", 6: "dimanche"}.get(day.weekday(), "")


def is_working_day(day: date, territory: str = "FR") -> bool:
    """Neither Saturday, Sunday nor holiday."""
    return not day_off(day, territory)


def next_working_day(day: date, territory: str = "FR") -> date:
    """That day if it is a working day, else the first that follows (642)."""
    while not is_working_day(day, territory):
        day += timedelta(days=1)
    return day


def previous_working_day(day: date, territory: str = "FR") -> date:
    """That day if it is a working day, else the last before it."""
    while not is_working_day(day, territory):
        day -= timedelta(days=1)
    return day


@cache
def target_closing_days(year: int) -> frozenset[date]:
    """The six days, weekends apart, on which euro payments do not settle between banks."""
    fixed = {date(year, month, day) for month, day in ((1, 1), (5, 1), (12, 25), (12, 26))}
    return frozenset(fixed | {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)})


def is_target_day(day: date) -> bool:
    """Whether euro payments settle between banks: neither on weekends nor on a TARGET closing day."""
    return day.weekday() < 5 and day not in target_closing_days(day.year)


def lapses_at(due_on: date, zone: ZoneInfo) -> datetime:
    """The end of the due day, at 24:00 in that zone (642): nothing lapses before."""
    return datetime.combine(due_on + timedelta(days=1), time.min, zone)
