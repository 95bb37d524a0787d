"""The result of a search as a file: every row that the list shows, page after page, with the same filters."""

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dossiers import search
from dossiers.enums import Phase
from dossiers.models import Dossier
from dossiers.models.dossier import addresses, faces
from reports.tables import Cell, csv_of

BATCH = 1_000
MOST = 100_000
CELLS = (
    "pk", "created_at", "reference", "claim_reference", "creditor_reference", "policy_number", "phase", "currency",
)  # fmt: skip


def csv_of_dossiers(
    dossiers: QuerySet[Dossier], *, words: str, phase: str, zone: ZoneInfo, seen: Callable[..., None]
) -> bytes:
    """The eight columns of the results (ATR-52), and the phase and currency; at most a hundred thousand rows.

    `seen` is told the keys of each batch, so that who took which dossiers away is on record.
    """
    header = [
        _("Référence"), _("Référence sinistre"), _("Votre référence"), _("Numéro de police"), _("Créé le"), _("Débiteur"),
        _("Adresse du débiteur"), _("Solde du dossier"), _("Devise"), _("Phase"),
    ]  # fmt: skip
    return csv_of(header, _lines(dossiers, words, phase, zone, seen))


def _lines(
    dossiers: QuerySet[Dossier], words: str, phase: str, zone: ZoneInfo, told: Callable[..., None]
) -> Iterator[list[Cell]]:
    labels = {value: str(label) for value, label in Phase.choices}
    for batch in _batches(dossiers, words, phase):
        keys = [row.pk for row in batch]
        told(*keys)
        seen, whole = faces(keys), addresses(keys)
        for row in batch:
            name, _place, owed = seen[row.pk]
            day = row.created_at.astimezone(zone).date()
            yield [
                row.reference, row.claim_reference, row.creditor_reference, row.policy_number, day, name, whole.get(row.pk, ""), owed,
                row.currency, labels[row.phase],
            ]  # fmt: skip


def _batches(dossiers: QuerySet[Dossier], words: str, phase: str) -> Iterator[list[Any]]:
    """In the list's order, a batch at a time, so that memory does not follow the size of the portfolio."""
    rows = dossiers.order_by("-created_at", "-pk").values_list(*CELLS, named=True)
    last: Any = None
    for _turn in range(MOST // BATCH):
        if words:
            at, key = (last.created_at, last.pk) if last else (None, None)
            keys = search.found(search.Query(words, phase, at, key), most=BATCH)
            batch = list(rows.filter(pk__in=keys))
        else:
            beyond = (
                Q(created_at__lte=last.created_at) & (Q(created_at__lt=last.created_at) | Q(pk__lt=last.pk))
                if last
                else Q()
            )
            batch = list(rows.filter(beyond)[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1]
