"""Finding dossiers again: one normalised text a dossier, in a table of its own, behind one reviewed function.

LIKE is not leakproof, so under row security its index would not be used (a hundred times slower). The function
runs as the tables' owner, filters on the context by itself, and returns keys that are then read under row
security like any others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from dossiers.models import Dossier

SHORTEST = 2
MOST = 10_000  # beyond, the newest are looked at and the page says so
WORDS = 8
INDEX = """
INSERT INTO dossiers_search (dossier_id, creditor_id, office_id, created_at, txt)
VALUES (%s, %s, %s, %s, f_norm(%s))
ON CONFLICT (dossier_id) DO UPDATE SET office_id = excluded.office_id, txt = excluded.txt
"""


def index(dossier: Dossier) -> None:
    """Write what the dossier can be found by: references, debtor, numbers of its documents."""
    debtor = dossier.debtor
    words = [dossier.reference, dossier.creditor_reference, dossier.policy_number, dossier.claim_reference]
    if debtor:
        words += [debtor.name, debtor.siren, debtor.vat_number, debtor.postcode, debtor.town, debtor.email]
    words += dossier.items.values_list("number", flat=True)
    text = " ".join(word for word in words if word)
    with connection.cursor() as cursor:
        cursor.execute(INDEX, [dossier.pk, dossier.creditor_id, dossier.office_id, dossier.created_at, text])


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, and from where in the order: `%` in the words stands for any letters (ATR-49)."""

    words: str
    phase: str = ""
    at: datetime | None = None
    key: int | None = None
    newer: bool = False


def found(query: Query, *, most: int) -> list[int]:
    """The keys of the context's dossiers whose text holds the words, in the list's own order."""
    values: list[Any] = [_clean(query.words), query.phase, query.at, query.key, query.newer, most]
    return _keys("SELECT search_dossiers(%s, %s, %s, %s, %s, %s)", values)


def holding(patterns: Sequence[str], *, most: int = MOST) -> list[int]:
    """The keys of the context's newest dossiers whose text holds every one of the patterns, in any order."""
    return _keys("SELECT find_dossiers(%s, %s)", [[_clean(pattern) for pattern in patterns][: 2 * WORDS], most])


def resembling(words: str, *, most: int) -> list[int]:
    """The keys of the context's dossiers that hold something like the words, the most alike first."""
    return _keys("SELECT resembling_dossiers(%s, %s)", [_clean(words), most])


def _keys(statement: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def _clean(words: str) -> str:
    return words[:200].replace("\0", "")
