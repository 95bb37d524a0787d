"""Finding dossiers again: one normalised text a dossier, in a table of its own, behind one reviewed function.

LIKE is not leakproof, so under row security its index would not be used (a hundred times slower). The function
runs as the tables' owner, filters on the context by itself, and returns keys that are then read under row
security like any others.
"""

from django.db import connection
from django.db.models import QuerySet

from dossiers.models import Dossier

SHORTEST = 2
LIMIT = 1_000
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
        words += [debtor.name, debtor.siren, debtor.vat_number, debtor.town, debtor.email]
    words += dossier.items.values_list("number", flat=True)
    text = " ".join(word for word in words if word)
    with connection.cursor() as cursor:
        cursor.execute(INDEX, [dossier.pk, dossier.creditor_id, dossier.office_id, dossier.created_at, text])


def matching(words: str, *, within: QuerySet[Dossier], limit: int = LIMIT) -> QuerySet[Dossier]:
    """The newest dossiers among `within` whose text holds the words; `%` stands for any letters (ATR-49)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_dossiers(%s, %s)", [words[:200], limit])
        keys = [row[0] for row in cursor.fetchall()]
    return within.filter(pk__in=keys)
