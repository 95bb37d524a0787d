"""Many drafts at once, as `services.open_draft`, `identify_debtor` and `add_item` would make each of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Model

from accounts.models import Creditor
from core.bulk import insert_all
from dossiers import journal, search
from dossiers.imports.reading import Claim
from dossiers.models import Debtor, Dossier


def open_drafts(creditor: Creditor, claims: Sequence[Claim], *, by: str, now: datetime) -> list[Dossier]:
    """A draft for each claim, with its debtor and its invoice; the caller holds the transaction.

    Nobody else sees these rows before it commits: they need no lock.
    """
    debtors = [claim.debtor for claim in claims]
    dossiers = [
        Dossier(brand_id=creditor.brand_id, creditor=creditor, created_at=now, **claim.fields) for claim in claims
    ]
    items = [claim.item for claim in claims]
    for rows, model in ((debtors, Debtor), (dossiers, Dossier)):
        number(model, rows)
    for claim, dossier in zip(claims, dossiers, strict=True):
        claim.debtor.creditor_id = claim.item.creditor_id = creditor.pk
        claim.item.created_at = now
        dossier.debtor, claim.item.dossier_id = claim.debtor, dossier.pk
    insert_all(debtors)
    insert_all(dossiers)
    insert_all(items)
    journal.append([journal.Entry(dossier, "opened") for dossier in dossiers], by=by, at=now)
    for dossier in dossiers:
        search.index(dossier)
    return dossiers


def number(model: type[Model], rows: Sequence[Model]) -> None:
    """Take as many keys from the table's sequence, so that rows may refer to each other before they are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
