"""Which of a dossier's papers its debtor reads: the letters, and the pieces that the office chose to show him."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from documents.models import Document
from dossiers import journal
from dossiers.models import Attachment, Dossier, Item, Publication
from dossiers.services import lock


def shown_to_debtor(dossier_id: int) -> Q:
    """The condition on documents of this dossier that its debtor may read."""
    published = Publication.objects.living().filter(dossier=dossier_id).values("document")
    return Q(dossier_id=dossier_id) & (Q(for_debtor=True) | Q(pk__in=published))


def pieces(dossier: Dossier) -> list[Document]:
    """What can be shown: the pieces and the papers of the financial elements, never messages nor letters to others."""
    attached = Attachment.objects.filter(dossier=dossier).values("document")
    papers = Item.objects.filter(dossier=dossier, document__isnull=False).values("document")
    return list(Document.objects.filter(Q(pk__in=attached) | Q(pk__in=papers)).order_by("created_at", "pk"))


@transaction.atomic
def show(dossier: Dossier, keys: Collection[UUID], *, by: str, now: datetime) -> None:
    """From now on the debtor reads these pieces and no other; each change stands in the history."""
    held = lock(dossier)
    living = {one.document_id: one for one in held.publications.living()}
    entries = []
    for piece in pieces(held):
        if piece.pk in keys and piece.pk not in living:
            Publication.objects.create(
                dossier=held, creditor_id=held.creditor_id, document=piece, published_by=by, published_at=now
            )
            entries.append(("paper_published", piece.name))
        elif piece.pk in living and piece.pk not in keys:
            Publication.objects.filter(pk=living[piece.pk].pk).update(withdrawn_by=by, withdrawn_at=now)
            entries.append(("paper_withdrawn", piece.name))
    for kind, name in entries:
        journal.note(held, kind, by=by, at=now, name=name)
