"""The result of a search as a file: every row that the list shows, page after page, with the same filters."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from dossiers import search
from dossiers.enums import Phase
from dossiers.models import Dossier
from dossiers.models.dossier import results
from portal.finding import NEAR, Asked, narrowed
from portal.listing import RESULT_CELLS, listed
from portal.sorting import Order
from reports.tables import Cell, csv_of, xlsx_of

BATCH = 1_000
MOST = 100_000
Seen = Callable[..., None]


def csv_of_dossiers(wanted: Asked, *, seen: Seen) -> bytes:
    """The eight columns of the results (ATR-52), and the phase and currency; at most a hundred thousand rows.

    `seen` is told the keys of each batch, so that who took which dossiers away is on record.
    """
    return csv_of(_header(), _lines(wanted, seen))


def xlsx_of_dossiers(wanted: Asked, *, seen: Seen) -> bytes:
    """The same as a workbook: days and amounts are typed, and a second sheet says what was asked."""
    return xlsx_of(_("Dossiers"), _header(), _lines(wanted, seen), about=(_("Filtres"), wanted.told()))


def file_name(wanted: Asked, day: Any, ending: str) -> str:
    """The day and what was asked for, so that two exports are told apart in a folder."""
    filters = slugify(" ".join(value for _label, value in wanted.told()))[:80].strip("-")
    return "-".join(filter(None, ["dossiers", f"{day}", filters])) + f".{ending}"


def _header() -> list[str]:
    return [
        _("Référence"), _("Référence sinistre"), _("Votre référence"), _("Numéro de police"), _("Créé le"), _("Débiteur"),
        _("Adresse du débiteur"), _("Solde du dossier"), _("Devise"), _("Phase"),
    ]  # fmt: skip


def _lines(wanted: Asked, told: Seen) -> Iterator[list[Cell]]:
    labels = {value: str(label) for value, label in Phase.choices}
    for batch in _batches(wanted):
        keys = [row.pk for row in batch]
        told(*keys)
        seen = results(keys)
        for row in batch:
            name, address, owed = seen[row.pk]
            day = row.created_at.astimezone(wanted.zone).date()
            yield [
                row.reference, row.claim_reference, row.creditor_reference, row.policy_number, day, name, address, owed,
                row.currency, labels[row.phase],
            ]  # fmt: skip


def _batches(wanted: Asked) -> Iterator[list[Any]]:
    """In the list's order, a batch at a time, so that memory does not follow the size of the portfolio."""
    if wanted.is_wrong or wanted.is_too_short:
        return
    if not wanted.is_plain:
        yield from _in_order(narrowed(wanted)[0], wanted.order)
    elif wanted.words:
        found = False
        for batch in _of_words(wanted):
            found = True
            yield batch
        if not found:
            yield from _otherwise(wanted)
    else:
        yield from _in_order(wanted.dossiers, wanted.order)


def _in_order(dossiers: QuerySet[Dossier], order: Order) -> Iterator[list[Any]]:
    rows = order.sorted(dossiers).values_list(*RESULT_CELLS, "sort_key", named=True)
    batch = list(rows[:BATCH])
    for _turn in range(MOST // BATCH):
        if not batch:
            return
        yield batch
        batch = list(rows.filter(order.beyond(batch[-1].sort_key, batch[-1].pk))[:BATCH])


def _of_words(wanted: Asked) -> Iterator[list[Any]]:
    last: Any = None
    for _turn in range(MOST // BATCH):
        at, key = (last.created_at, last.pk) if last else (None, None)
        keys = search.found(search.Query(wanted.words, wanted.phase, at, key), most=BATCH)
        batch = list(listed(wanted.dossiers.filter(pk__in=keys), *RESULT_CELLS))
        if not batch:
            return
        yield batch
        last = batch[-1]


def _otherwise(wanted: Asked) -> Iterator[list[Any]]:
    """What the page shows instead when nothing holds the words as they stand."""
    keys = search.holding(wanted.words.split()[: search.WORDS]) if " " in wanted.words else []
    keys = keys or search.resembling(wanted.words, most=NEAR)
    yield from _in_order(wanted.dossiers.filter(pk__in=keys), wanted.order)
