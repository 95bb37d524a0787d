"""Values of the law, each with the days on which it holds and its source: never a constant in a rule."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

EVER = date(1900, 1, 1)
FOR_NOW = date.max


class MissingParameter(LookupError):
    """No value is known for that day: nothing is computed until somebody enters it."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One value, from its first day to its last one, or until the next one begins."""

    value: Any
    valid_from: date
    source: str
    valid_to: date = FOR_NOW


RATE_NAMES = ("legal_rate_individual", "legal_rate_other", "ecb_refinancing_rate", "late_payment_rate")
RATE_TEXTS = ("CMF L313-2", "CMF L313-2", "BCE", "C. com. L441-10")
# Percent: legal interest of a non-professional natural person, of other creditors; ECB; ECB + 10 points.
RATE_TABLE = """
2018-1  3.73 0.89  0.00 10.00  arrêté du semestre (DG Trésor)
2018-2  3.60 0.88  0.00 10.00  arrêté du semestre (DG Trésor)
2019-1  3.40 0.86  0.00 10.00  arrêté du semestre (DG Trésor)
2019-2  3.26 0.87  0.00 10.00  arrêté du semestre (DG Trésor)
2020-1  3.15 0.87  0.00 10.00  arrêté du semestre (DG Trésor)
2020-2  3.11 0.84  0.00 10.00  arrêté du semestre (DG Trésor)
2021-1  3.14 0.79  0.00 10.00  arrêté du semestre (DG Trésor)
2021-2  3.12 0.76  0.00 10.00  arrêté du semestre (DG Trésor)
2022-1  3.13 0.76  0.00 10.00  arrêté du semestre (DG Trésor)
2022-2  3.15 0.77  0.00 10.00  arrêté du semestre (DG Trésor)
2023-1  4.47 2.06  2.50 12.50  arrêté du semestre (DG Trésor)
2023-2  6.82 4.22  4.00 14.00  arrêté du semestre (DG Trésor)
2024-1  8.01 5.07  4.50 14.50  arrêté du semestre (DG Trésor)
2024-2  8.16 4.92  4.25 14.25  arrêté du semestre (DG Trésor)
2025-1  7.21 3.71  3.15 13.15  arrêté du semestre (DG Trésor)
2025-2  6.65 2.76  2.15 12.15  arrêté du semestre (DG Trésor)
2026-1  6.67 2.62  2.15 12.15  arrêté du 15 décembre 2025
2026-2  6.84 2.75  2.40 12.40  source secondaire unique, à confirmer au Journal officiel
"""


def _rates() -> dict[str, tuple[Dated, ...]]:
    """Each rate holds for its half-year only: the last one known is never carried on."""
    rows = [line.split(maxsplit=5) for line in RATE_TABLE.strip().splitlines()]
    return {
        name: tuple(_half_year(row[0], row[column], f"{text}, {row[5]}") for row in rows)
        for column, (name, text) in enumerate(zip(RATE_NAMES, RATE_TEXTS, strict=True), start=1)
    }


def _half_year(name: str, percent: str, source: str) -> Dated:
    year = int(name[:4])
    first, last = ((1, 1), (6, 30)) if name.endswith("-1") else ((7, 1), (12, 31))
    return Dated(Decimal(percent), date(year, *first), source, date(year, *last))


PARAMETERS: dict[str, tuple[Dated, ...]] = {
    "psrpc_ceiling": (
        Dated(Decimal("4000.00"), date(2016, 6, 1), "CPCE R125-1, décret 2016-285"),
        Dated(Decimal("5000.00"), date(2020, 1, 1), "CPCE R125-1, décret 2019-1333"),
    ),
    "psrpc_excludes_commercants": (
        Dated(False, EVER, "CPCE L125-1 avant la loi 2026-307"),
        Dated(True, date(2026, 4, 25), "loi 2026-307 du 23 avril 2026"),
    ),
    # The law creates it; neither its decree nor its tariff was published when this row was written.
    "l126_procedure": (Dated(False, EVER, "loi 2026-307 du 23 avril 2026, décret d’application non paru"),),
    "amiable_wait": (Dated("P15D", EVER, "règle du service, CRE-08"),),
    "ip_service": (
        Dated("P6M", EVER, "CPC 1411 avant le décret 2026-96"),
        Dated("P3M", date(2026, 9, 1), "CPC 1411, décret 2026-96"),
    ),
    "ip_enforceable": (
        Dated("P1M", EVER, "CPC 1422 avant le décret 2026-96"),
        Dated("P2M", date(2026, 9, 1), "CPC 1422, décret 2026-96"),
    ),
    "late_indemnity": (Dated(Decimal("40.00"), date(2013, 1, 1), "C. com. D441-5"),),
    "psrpc_month": (Dated("P1M", date(2016, 6, 1), "CPCE L125-1"),),
    "max_dossier_megabytes": (Dated(50, EVER, "ATR-37"),),
    "cerfa_injonction_tj": (Dated("12948*06", EVER, "service-public.fr"),),
    "cerfa_injonction_jcp": (Dated("16040*01", EVER, "service-public.fr"),),
    "cerfa_injonction_tc": (Dated("12946*02", EVER, "service-public.fr"),),
    "cerfa_injonction_notice": (Dated("51156#10", EVER, "service-public.fr"),),
    "cerfa_declaration_creance": (Dated("10021", EVER, "infogreffe.fr"),),
    **_rates(),
}


def dated_on(name: str, day: date) -> Dated:
    """The value that holds on that day with its source; MissingParameter when none does."""
    found = [row for row in PARAMETERS.get(name, ()) if row.valid_from <= day <= row.valid_to]
    if not found:
        raise MissingParameter(
            f"Aucune valeur de « {name} » n’est connue au {day:%d/%m/%Y} : saisissez-la avec sa source."
        )
    return max(found, key=lambda row: row.valid_from)


def value_on(name: str, day: date) -> Any:
    """The value that holds on that day; MissingParameter when none does."""
    return dated_on(name, day).value
