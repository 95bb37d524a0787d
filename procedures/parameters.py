"""Values of the law, each with the days on which it holds and its source: never a constant in a rule."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

EVER = date(1900, 1, 1)


class MissingParameter(LookupError):
    """No value is known for that day: nothing is computed until somebody enters it."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One value, from its first day until the day before the next one's."""

    value: Any
    valid_from: date
    source: str


PARAMETERS: dict[str, tuple[Dated, ...]] = {
    "psrpc_ceiling": (
        Dated(Decimal("4000.00"), date(2016, 6, 1), "CPCE R125-1, décret 2016-285"),
        Dated(Decimal("5000.00"), date(2020, 1, 1), "CPCE R125-1, décret 2019-1333"),
    ),
    "psrpc_excludes_commercants": (
        Dated(False, EVER, "CPCE L125-1 avant la loi 2026-307"),
        Dated(True, date(2026, 4, 25), "loi 2026-307 du 23 avril 2026"),
    ),
    "amiable_wait": (Dated("P15D", EVER, "règle du service, CRE-08"),),
    "ip_service": (
        Dated("P6M", EVER, "CPC 1411 avant le décret 2026-96"),
        Dated("P3M", date(2026, 9, 1), "CPC 1411, décret 2026-96"),
    ),
    "ip_enforceable": (
        Dated("P1M", EVER, "CPC 1422 avant le décret 2026-96"),
        Dated("P2M", date(2026, 9, 1), "CPC 1422, décret 2026-96"),
    ),
    "max_dossier_megabytes": (Dated(50, EVER, "ATR-37"),),
    "cerfa_injonction_tj": (Dated("12948*06", EVER, "service-public.fr"),),
    "cerfa_injonction_jcp": (Dated("16040*01", EVER, "service-public.fr"),),
    "cerfa_injonction_tc": (Dated("12946*02", EVER, "service-public.fr"),),
}


def value_on(name: str, day: date) -> Any:
    """The value that holds on that day; MissingParameter when none does."""
    found = [row for row in PARAMETERS.get(name, ()) if row.valid_from <= day]
    if not found:
        raise MissingParameter(f"Aucune valeur de « {name} » n’est connue au {day:%d/%m/%Y} : saisissez-la avec sa source.")
    return max(found, key=lambda row: row.valid_from).value
