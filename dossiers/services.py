"""Building a dossier: draft, debtor, items, pieces. Moving it is the business of procedures.services."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Creditor
from documents.models import Document
from documents.services import store_upload
from documents.sniffing import Refused
from dossiers import journal, search
from dossiers.models import Attachment, Debtor, Dossier, Item


class TooLarge(Refused):
    """The pieces of the dossier would weigh more than its limit (ATR-37)."""


class Locked(ValueError):
    """The dossier has been filed or has ended: this can no longer be changed so."""


@transaction.atomic
def open_draft(creditor: Creditor, *, by: str, now: datetime, **fields: Any) -> Dossier:
    """A new draft of this creditor; it is nobody else's business until it is filed."""
    dossier = Dossier.objects.create(brand_id=creditor.brand_id, creditor=creditor, created_at=now, **fields)
    journal.note(dossier, "opened", by=by, at=now)
    search.index(dossier)
    return dossier


@transaction.atomic
def correct_draft(dossier: Dossier, **fields: Any) -> None:
    """Change the fields of a draft's first step."""
    draft = _draft(dossier)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(fields))
    search.index(draft)


@transaction.atomic
def identify_debtor(dossier: Dossier, debtor: Debtor) -> None:
    """Name the debtor of a draft; the same row is corrected when the step is done again."""
    draft = _draft(dossier)
    debtor.creditor_id = draft.creditor_id
    if debtor.pk:
        debtor.save(update_fields=[f.name for f in Debtor._meta.concrete_fields if not f.primary_key])
    else:
        debtor.save(force_insert=True)
    draft.debtor = debtor
    draft.save(update_fields=["debtor"])
    search.index(draft)


@transaction.atomic
def add_item(dossier: Dossier, item: Item, *, file: UploadedFile | None, by: str, now: datetime) -> Item:
    """Add a financial element with its own paper, while the dossier lives; the balance follows.

    Raises Refused (the file), TooLarge or Locked, each with its sentence; nothing is kept then.
    """
    dossier = lock(dossier)
    if dossier.is_ended:
        raise Locked(_("Ce dossier est terminé : aucun élément ne peut y être ajouté."))
    item.dossier, item.creditor_id, item.created_at = dossier, dossier.creditor_id, now
    if file:
        item.document = _store(dossier, file)
    item.save(force_insert=True)
    if not dossier.is_draft:
        amount = f"{item.gross}"
        entry = journal.Entry(
            dossier,
            f"{item.kind}_added",
            detail={"number": item.number, "gross": amount, "on": f"{item.issued_on}"},
        )
        journal.append([entry], by=by, at=now)
    search.index(dossier)
    return item


@transaction.atomic
def remove_item(dossier: Dossier, item: Item) -> None:
    """Take an element out of a draft; a filed dossier is corrected by a contrary element instead."""
    draft = _draft(dossier)
    item.delete()
    search.index(draft)


@transaction.atomic
def attach(dossier: Dossier, file: UploadedFile, *, kind: str, by: str, now: datetime) -> Attachment:
    """Add a piece; Refused, TooLarge or Locked say why not, and nothing is kept then."""
    dossier = lock(dossier)
    if dossier.is_ended:
        raise Locked(_("Ce dossier est terminé : aucune pièce ne peut y être ajoutée."))
    document = _store(dossier, file)
    return Attachment.objects.create(
        dossier=dossier,
        creditor_id=dossier.creditor_id,
        document=document,
        kind=kind,
        added_by=by,
        added_at=now,
    )


@transaction.atomic
def detach(dossier: Dossier, attachment: Attachment) -> None:
    """Take a piece out of a draft."""
    _draft(dossier)
    attachment.delete()


def weight(dossier: Dossier) -> int:
    """Bytes of all the pieces that people attached to the dossier."""
    pieces = Attachment.objects.filter(dossier=dossier).aggregate(total=Sum("document__size"))["total"] or 0
    papers = Item.objects.filter(dossier=dossier).aggregate(total=Sum("document__size"))["total"] or 0
    return int(pieces) + int(papers)


def lock(dossier: Dossier) -> Dossier:
    """The row as it is now, held until the transaction ends: always taken before anything else of the dossier."""
    return Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)


def held(dossier: Dossier) -> Dossier:
    """Locked first, then read with what papers name, in a second statement: a lock that had to wait joins old rows."""
    lock(dossier)
    return Dossier.objects.select_related("debtor", "creditor", "office", "brand").get(pk=dossier.pk)


def _draft(dossier: Dossier) -> Dossier:
    locked = lock(dossier)
    if not locked.is_draft:
        raise Locked(_("Ce dossier est déjà transmis : il ne se modifie plus ici."))
    return locked


def _store(dossier: Dossier, file: UploadedFile) -> Document:
    limit = settings.MAX_DOSSIER_BYTES
    if weight(dossier) + (file.size or 0) > limit:
        raise TooLarge(_("La taille totale des pièces-jointes ne doit pas dépasser 50 MB."))
    return store_upload(
        file.read(),
        name=file.name or "",
        brand_id=dossier.brand_id,
        creditor_id=dossier.creditor_id,
        office_id=dossier.office_id,
        dossier_id=dossier.pk,
    )
